"""IDX files, MNIST's format: reads and validates them, plain or gzipped."""

import io
import os
import sys
import zlib
from array import array
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, Literal

from scnn.checks import describe
from scnn.errors import IdxError

__all__ = ["MAX_ELEMENTS", "name_of", "opened", "read", "read_idx"]

# The IDX format: two zero bytes, a type code, the number of dimensions, each dimension as a big-endian uint32, then
# the data in row order, big-endian (Y. LeCun, "The MNIST database", file formats).
TYPES: dict[int, Literal["B", "b", "h", "i", "f", "d"]] = {8: "B", 9: "b", 11: "h", 12: "i", 13: "f", 14: "d"}
DIMENSIONS = {"images": (2, 3, 4), "labels": (1, 2)}

# No image dataset is larger; a header with larger sizes is corrupt or hostile.
MAX_ELEMENTS = 1 << 30

# Other files that users may pass instead, by their first bytes.
FOREIGN = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"\x93NUMPY": "an .npy file of numpy: load it with numpy, and make Digits of its arrays",
    b"version https://git-lfs": "a Git LFS pointer instead of the file itself: run `git lfs pull`",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\xfd7zXZ": "an xz file: unpack it first",
    b"BZh": "a bzip2 file: unpack it first",
    b"\x89HDF": "an HDF5 file",
    b"%PDF": "a PDF document",
}


def read_idx(stream: BinaryIO, kind: str, name: str) -> tuple[tuple[int, ...], "array[Any]"]:
    """Dimensions and numbers of one IDX file; `kind` is "images" or "labels", `name` names the file in messages."""
    head = read(stream, 4, name)
    if len(head) < 4:
        raise IdxError(f"{name} is not an IDX file: expected at least 4 bytes, got {len(head)}")
    code, dimensions = head[2], head[3]
    if head[:2] != b"\0\0" or code not in TYPES or not 1 <= dimensions <= 4:
        raise IdxError(f"{name} is {foreign(head + read(stream, 60, name))}; expected an IDX file of {kind}")
    if dimensions not in DIMENSIONS[kind]:
        found = next(other for other in DIMENSIONS if dimensions in DIMENSIONS[other])
        raise IdxError(
            f"{name} is an IDX file of {found} (it starts with 0x{head.hex()} and has {dimensions} "
            f"dimension{'s' * (dimensions > 1)}); expected an IDX file of {kind}"
        )
    head = read(stream, 4 * dimensions, name)
    if len(head) < 4 * dimensions:
        raise IdxError(f"{name}: the file ends in its header")
    shape = tuple(int.from_bytes(head[at : at + 4], "big") for at in range(0, len(head), 4))
    values = array(TYPES[code])
    size = prod(shape) * values.itemsize
    if size > MAX_ELEMENTS or min(shape[1:], default=1) == 0:
        raise IdxError(f"{name}: the header states {' × '.join(map(str, shape))} numbers, which is invalid")
    data = read(stream, size, name)
    if len(data) < size:
        raise IdxError(f"{name}: the header states {size} bytes, and the file has {len(data)}")
    values.frombytes(data)
    if sys.byteorder == "little":
        values.byteswap()
    return shape, values


def foreign(start: bytes) -> str:
    """The type of a file that is not an IDX file, recognised by its first bytes."""
    for signature, what in FOREIGN.items():
        if start.startswith(signature):
            return what
    text = start.decode("latin-1").lstrip().lower()
    if text.startswith(("<!doctype", "<html", "<?xml", "<head")):
        return "a web page, perhaps an error page: download the file itself"
    if text and all(letter in '0123456789.,;+-e \t\r\n"' for letter in text) and any(sign in text for sign in ",;\t"):
        return "a CSV table"
    return f"not an IDX file (it starts with 0x{start[:4].hex()})"


def read(stream: BinaryIO, size: int, name: str) -> bytes:
    """Up to `size` bytes, in pieces, so that a false header does not allocate memory."""
    pieces = io.BytesIO()
    try:
        while size > 0 and (piece := stream.read(min(size, 1 << 20))):
            pieces.write(piece)
            size -= len(piece)
    except (EOFError, OSError, zlib.error) as error:  # of a plain file, or of gzip
        raise IdxError(f"{name} cannot be read: its data is corrupt or truncated ({error})") from None
    return pieces.getvalue()


def opened(source: str | Path | bytes) -> BinaryIO:
    """The file or the bytes as a stream, decompressed if the content is gzipped."""
    stream: io.BufferedReader
    try:
        if isinstance(source, bytes | bytearray | memoryview):
            stream = io.BufferedReader(io.BytesIO(source))
        elif isinstance(source, str | os.PathLike):
            stream = Path(source).open("rb")
        else:
            raise IdxError(f"an IDX file must be given as a path or bytes, got {describe(source)}")
        gzipped = stream.peek(2)[:2] == b"\x1f\x8b"  # peek: a pipe cannot be read twice
    except (OSError, ValueError) as error:  # ValueError: NUL in the path
        raise IdxError(f"{source!s} cannot be read: {getattr(error, 'strerror', error)}") from None
    if not gzipped:
        return stream
    import gzip  # imported when needed, so that the page starts sooner

    return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]


def name_of(source: str | Path | bytes, otherwise: str) -> str:
    return str(source) if isinstance(source, str | os.PathLike) else otherwise
