"""The size of a picture, from the header of its PNG or JPEG file."""

import zlib

import pytest

from scnn.errors import DataError
from scnn.formats.picture_header import picture_size


def png(width: int, height: int) -> bytes:
    """The start of a PNG file, up to the end of its header."""
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")


def test_sizes() -> None:
    """Width, then height, of both formats."""
    assert picture_size(png(640, 480)) == (640, 480)
    jpeg = b"\xff\xd8\xff\xe0\x00\x10" + bytes(14) + b"\xff\xc0\x00\x11\x08\x01\xe0\x02\x80" + bytes(12)
    assert picture_size(jpeg) == (640, 480)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GIF89a", "PNG or JPEG"),
        (b"\xff\xd8\xff\xe0\x00\x10", "PNG or JPEG"),  # ends before the frame header
        (png(20_000, 20_000), "20000×20000"),
        (png(0, 5), "0×5"),
    ],
)
def test_files_that_are_refused(data: bytes, message: str) -> None:
    """Other formats, and pictures without pixels or with too many."""
    with pytest.raises(DataError, match=message):
        picture_size(data)
