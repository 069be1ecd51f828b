"""Pictures for the page: PNG files (ISO 15948) in `data:` URLs, which <img> shows without a request."""

import base64
import struct
import zlib
from functools import lru_cache

__all__ = ["Colours", "as_ink", "image_picture", "palette_picture", "picture"]

Colours = tuple[tuple[int, int, int, int], ...]

GREY, RGB, PALETTE = 0, 2, 3  # colour types
INVERTED = bytes(range(255, -1, -1))


def picture(levels: bytes, width: int, height: int) -> str:
    """The `data:` URL of a picture of grey levels, [row, column], 0 for black to 255 for white."""
    assert len(levels) == width * height, f"{width}×{height} is not {len(levels)}"
    rows = b"".join(b"\0" + levels[row * width : (row + 1) * width] for row in range(height))  # filter type 0: none
    return address(rows, width, height, GREY)


def image_picture(image: bytes, shape: tuple[int, ...]) -> str:
    """The `data:` URL of an image [channel, row, column] of a dataset: one channel is ink on paper, the first three
    of several are red, green and blue. Two channels are shown as red and green."""
    channels, height, width = shape
    if channels == 1:
        return picture(as_ink(image), width, height)
    size = height * width
    planes = [image[at * size : (at + 1) * size].ljust(size, b"\0") for at in range(3)]
    pixels = bytearray(3 * size)
    for at, plane in enumerate(planes):
        pixels[at::3] = plane
    rows = b"".join(b"\0" + pixels[row * 3 * width : (row + 1) * 3 * width] for row in range(height))
    return address(rows, width, height, RGB)


def palette_picture(rows: bytes, width: int, height: int, colours: Colours) -> str:
    """The `data:` URL of a picture of indices of `colours`: red, green, blue and opacity, each 0 to 255. `rows` are
    the file's own: each begins with its filter type."""
    return address(rows, width, height, PALETTE, palette_chunks(colours))


@lru_cache
def palette_chunks(colours: Colours) -> bytes:
    palette = bytes(part for colour in colours for part in colour[:3])
    opacities = bytes(colour[3] for colour in colours)
    return chunk(b"PLTE", palette) + chunk(b"tRNS", opacities)


def address(rows: bytes, width: int, height: int, kind: int, colours: bytes = b"") -> str:
    line = width * (3 if kind == RGB else 1) + 1
    assert len(rows) == line * height, f"{width}×{height} is not {len(rows)} with filter types"
    header = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, kind, 0, 0, 0))  # 8 bits
    data = chunk(b"IDAT", zlib.compress(rows, 1))
    file = b"\x89PNG\r\n\x1a\n" + header + colours + data + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(file).decode()


def as_ink(levels: bytes) -> bytes:
    """Ink levels as grey levels: ink 255 becomes black."""
    return levels.translate(INVERTED)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
