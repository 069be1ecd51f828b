"""The size of a picture, from the header of its file, before anything is decompressed.

PNG, JPEG, GIF, BMP, WebP, AVIF and HEIC: what browsers decode.
"""

from scnn.errors import DataError

__all__ = ["MAX_PIXELS", "picture_size"]
MAX_PIXELS = 100_000_000  # of a picture
FORMATS = "PNG, JPEG, GIF, BMP, WebP, AVIF or HEIC"


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height from the beginning of a picture file; raises DataError for other files and for more than 100
    million pixels."""
    for read in (png_size, jpeg_size, gif_size, bmp_size, webp_size, heif_size):
        size = read(data)
        if size:
            break
    else:
        raise DataError(f"the file is not a picture; expected {FORMATS}")
    if not 0 < size[0] * size[1] <= MAX_PIXELS:
        raise DataError(f"the picture has {size[0]}×{size[1]} pixels; expected at most {MAX_PIXELS}")
    return size


def little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def png_size(data: bytes) -> tuple[int, int] | None:
    """ISO 15948, 11.2.2."""
    if len(data) < 24 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """ITU T.81, B.2.2. Skips segments, each of which states its length, until the frame header."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return None


def gif_size(data: bytes) -> tuple[int, int] | None:
    """The logical screen of GIF89a, section 18."""
    if len(data) < 10 or data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return little(data[6:8]), little(data[8:10])


def bmp_size(data: bytes) -> tuple[int, int] | None:
    """BITMAPINFOHEADER and its successors; a negative height means that the first row is the top one."""
    if len(data) < 26 or data[:2] != b"BM" or little(data[14:18]) < 40:
        return None
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    return width, abs(height)


def webp_size(data: bytes) -> tuple[int, int] | None:
    """RFC 9649: the first chunk is the extended header, or a lossless or lossy picture."""
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        return little(data[24:27]) + 1, little(data[27:30]) + 1
    if chunk == b"VP8L":
        bits = little(data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (little(data[26:28]) & 0x3FFF, little(data[28:30]) & 0x3FFF) if chunk == b"VP8 " else None


def heif_size(data: bytes) -> tuple[int, int] | None:
    """ISO 23008-12, 6.5.3: the largest `ispe` property; a picture may be made of tiles, which have their own."""
    if data[4:8] != b"ftyp":
        return None
    sizes, at = [], data.find(b"ispe")
    while at >= 0 and at + 16 <= len(data):
        sizes.append((int.from_bytes(data[at + 8 : at + 12], "big"), int.from_bytes(data[at + 12 : at + 16], "big")))
        at = data.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1]) if sizes else None
