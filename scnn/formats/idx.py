"""IDX files, the format of MNIST: read from a stream, plain or gzipped, and checked."""

import io
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from scnn.checks import describe
from scnn.errors import IdxError

__all__ = ["IMAGES_MAGIC", "LABELS_MAGIC", "KINDS", "MAX_ELEMENTS", "read_idx", "read", "opened", "name_of"]

# The IDX format: two zero bytes, a type code (8: unsigned byte), the number of dimensions, each dimension as
# a big-endian uint32, then the data in row order (Y. LeCun, "The MNIST database", file formats).
IMAGES_MAGIC = 0x00000803
LABELS_MAGIC = 0x00000801
KINDS = {IMAGES_MAGIC: "images", LABELS_MAGIC: "labels"}

# No image set is larger than this; a header that says so is broken or hostile.
MAX_ELEMENTS = 1 << 30


def read_idx(stream: BinaryIO, magic: int, name: str) -> tuple[tuple[int, ...], bytes]:
    """Dimensions and data of one IDX file of unsigned bytes."""
    head = read(stream, 4, name)
    if len(head) < 4:
        raise IdxError(f"{name} is not an IDX file: one begins with 4 bytes, and there are {len(head)}")
    (found,) = struct.unpack(">I", head)
    if found not in KINDS:
        raise IdxError(f"{name} is not an IDX file of images or labels: it begins with {found:#010x}")
    if found != magic:
        raise IdxError(
            f"{name} is an IDX file of {KINDS[found]}, not of {KINDS[magic]}: "
            f"it begins with {found:#010x}, not with {magic:#010x}"
        )
    dimensions = magic & 0xFF
    head = read(stream, 4 * dimensions, name)
    if len(head) < 4 * dimensions:
        raise IdxError(f"{name}: the file ends in its header")
    shape = struct.unpack(f">{dimensions}I", head)
    size = 1
    for dimension in shape:
        size *= dimension
    if size > MAX_ELEMENTS or min(shape[1:], default=1) == 0:
        raise IdxError(f"{name}: the header speaks of {' × '.join(map(str, shape))} bytes, which cannot be")
    data = read(stream, size, name)
    if len(data) < size:
        raise IdxError(f"{name}: the header promises {size} bytes, and there are {len(data)}")
    return shape, data


def read(stream: BinaryIO, size: int, name: str) -> bytes:
    """Up to `size` bytes, by pieces, so that no header's word alone makes memory grow."""
    pieces = io.BytesIO()
    try:
        while size > 0 and (piece := stream.read(min(size, 1 << 20))):
            pieces.write(piece)
            size -= len(piece)
    except (EOFError, OSError, zlib.error) as error:  # a plain file's, or one of those that gzip raises
        raise IdxError(f"{name} cannot be read: its data is corrupt or cut short ({error})") from None
    return pieces.getvalue()


def opened(source: str | Path | bytes) -> BinaryIO:
    """The file or the bytes as a stream, unpacked if they are gzipped, whatever their name."""
    stream: io.BufferedReader
    try:
        if isinstance(source, bytes | bytearray | memoryview):
            stream = io.BufferedReader(io.BytesIO(source))
        elif isinstance(source, str | os.PathLike):
            stream = Path(source).open("rb")
        else:
            raise IdxError(f"an IDX file is a path or bytes, not {describe(source)}")
        gzipped = stream.peek(2)[:2] == b"\x1f\x8b"  # a pipe cannot be read twice
    except (OSError, ValueError) as error:  # Python's for a NUL in the path
        raise IdxError(f"{source!s} cannot be read: {getattr(error, 'strerror', error)}") from None
    if not gzipped:
        return stream
    import gzip  # read when it is first needed: a page starts sooner

    return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]


def name_of(source: str | Path | bytes, otherwise: str) -> str:
    return str(source) if isinstance(source, str | os.PathLike) else otherwise
