"""The size of a picture, from the header of its PNG or JPEG file."""

from scnn.errors import DataError

__all__ = ["picture_size"]
MAX_PIXELS = 100_000_000  # of a picture


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height from the header of a PNG (ISO 15948, 11.2.2) or JPEG (ITU T.81, B.2.2) file; raises DataError
    for other files and for more than 100 million pixels."""
    size = png_size(data) or jpeg_size(data)
    if size is None:
        raise DataError("the file is not a PNG or JPEG picture")
    if not 0 < size[0] * size[1] <= MAX_PIXELS:
        raise DataError(f"the picture has {size[0]}×{size[1]} pixels; expected at most {MAX_PIXELS}")
    return size


def png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Skips segments, each of which states its length, until the frame header."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return None
