"""Pictures for the page: PNG files (ISO 15948) in `data:` URLs, which <img> shows without a request."""

import base64
import struct
import zlib
from functools import lru_cache

__all__ = ["Colours", "as_ink", "palette_picture", "picture"]

Colours = tuple[tuple[int, int, int, int], ...]

GREY, PALETTE = 0, 3  # colour types
INVERTED = bytes(range(255, -1, -1))


def picture(levels: bytes, width: int, height: int) -> str:
    """The `data:` URL of a picture of grey levels, [row, column], 0 for black to 255 for white."""
    assert len(levels) == width * height, f"{width}×{height} is not {len(levels)}"
    rows = b"".join(b"\0" + levels[row * width : (row + 1) * width] for row in range(height))  # filter type 0: none
    return address(rows, width, height, GREY)


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
    assert len(rows) == (width + 1) * height, f"{width}×{height} is not {len(rows)} with filter types"
    header = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, kind, 0, 0, 0))  # 8 bits
    data = chunk(b"IDAT", zlib.compress(rows, 1))
    file = b"\x89PNG\r\n\x1a\n" + header + colours + data + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(file).decode()


def as_ink(levels: bytes) -> bytes:
    """Ink levels as grey levels: ink 255 becomes black."""
    return levels.translate(INVERTED)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
