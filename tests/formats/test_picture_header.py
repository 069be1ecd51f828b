"""The size of a picture, from the header of its file."""

import io
import zlib

import pytest
from PIL import Image, features

from scnn.errors import DataError
from scnn.formats.picture_header import picture_size


def png(width: int, height: int) -> bytes:
    """The start of a PNG file, up to the end of its header."""
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")


def test_sizes() -> None:
    """Width, then height, of PNG and JPEG."""
    assert picture_size(png(640, 480)) == (640, 480)
    jpeg = b"\xff\xd8\xff\xe0\x00\x10" + bytes(14) + b"\xff\xc0\x00\x11\x08\x01\xe0\x02\x80" + bytes(12)
    assert picture_size(jpeg) == (640, 480)


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WebP", "AVIF"])
def test_sizes_in_real_files(kind: str, lossless: bool) -> None:
    """As Pillow writes them; WebP has a header for each of lossy, lossless and transparent pictures."""
    if kind not in Image.registered_extensions().values() and not features.check(kind.lower()):
        pytest.skip(f"this Pillow does not write {kind}")
    file = io.BytesIO()
    modes = {"JPEG": "RGB", "GIF": "P", "BMP": "RGB"}
    for mode in {modes.get(kind, "RGBA"), "RGB"}:
        file.seek(0)
        Image.new(mode, (301, 47)).save(file, kind, **({"lossless": lossless} if kind == "WebP" else {}))
        assert picture_size(file.getvalue()[:1000]) == (301, 47)


TILES = [(512, 512), (4032, 3024), (320, 240)]


def test_a_heic_picture_of_tiles() -> None:
    """The size of the whole is its largest."""
    ispe = [
        b"\0\0\0\x14ispe\0\0\0\0" + w.to_bytes(4, "big") + h.to_bytes(4, "big") for w, h in ((512, 512), (4032, 3024))
    ]
    assert picture_size(b"\0\0\0\x18ftypheic" + bytes(12) + b"".join(ispe)) == (4032, 3024)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a picture; expected PNG, JPEG"),
        (b"GIF89a", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10", "not a picture"),  # ends before the frame header
        (b"RIFF....WEBP????" + bytes(20), "not a picture"),
        (b"\0\0\0\x18ftypmp42" + bytes(20), "not a picture"),  # a film
        (png(20_000, 20_000), "20000×20000"),
        (png(0, 5), "0×5"),
    ],
)
def test_files_that_are_refused(data: bytes, message: str) -> None:
    """Other formats, and pictures without pixels or with too many."""
    with pytest.raises(DataError, match=message):
        picture_size(data)
