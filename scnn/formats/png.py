"""Grey pictures for the page: PNG files in `data:` URLs, which <img> shows without a request."""

import base64
import struct
import zlib

__all__ = ["as_ink", "picture"]

INVERTED = bytes(range(255, -1, -1))


def picture(levels: bytes, width: int, height: int) -> str:
    """The `data:` URL of a picture of grey levels, [row, column], 0 for black to 255 for white (ISO 15948)."""
    assert len(levels) == width * height, f"{width}×{height} is not {len(levels)}"
    rows = b"".join(b"\0" + levels[row * width : (row + 1) * width] for row in range(height))  # filter type 0: none
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)  # 8 bits, greyscale
    file = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(file).decode()


def as_ink(levels: bytes) -> bytes:
    """Ink levels as grey levels: ink 255 becomes black."""
    return levels.translate(INVERTED)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
