"""NPY arrays and NPZ archives, numpy's formats: reads and validates arrays of integers and floats.

Source: NEP 1, "A simple file format for NumPy arrays". Nothing in a file is executed: an array of objects, which
needs pickle, is refused.
"""

import re
import struct
import sys
import zlib
from array import array
from math import prod
from pathlib import Path
from typing import Any

from scnn.errors import DataError

__all__ = ["MAX_BYTES", "read_npy", "read_npz"]

MAGIC = b"\x93NUMPY"
MAX_BYTES = 1 << 31  # of one array, unpacked
TYPES = {"u1": "B", "i1": "b", "u2": "H", "i2": "h", "u4": "I", "i4": "i", "u8": "Q", "i8": "q", "f4": "f", "f8": "d"}
TYPES["b1"] = "B"


def read_npz(path: str | Path) -> dict[str, tuple[tuple[int, ...], "array[Any]"]]:
    """Shape and numbers, in row-major order, of each array of an archive, by name. Raises DataError, naming the file
    and the array, if something is not what the format says."""
    import zipfile  # imported when needed, so that the page starts sooner

    try:
        with zipfile.ZipFile(path) as archive:
            found = {}
            for entry in archive.infolist():
                name = entry.filename.removesuffix(".npy")
                if entry.file_size > MAX_BYTES:
                    raise DataError(f"{path}: {name} has {entry.file_size} bytes; expected at most {MAX_BYTES}")
                with archive.open(entry) as stream:
                    found[name] = read_npy(stream.read(MAX_BYTES + 1), f"{path}: {name}")
            return found
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read as an .npz archive: {reason}") from None


def read_npy(data: bytes, name: str) -> tuple[tuple[int, ...], "array[Any]"]:
    """Shape and numbers, in row-major order, of one array; `name` names it in messages. Raises DataError."""
    if not data.startswith(MAGIC) or len(data) < 12 or data[6] not in (1, 2, 3):
        raise DataError(f"{name} is no NPY array: expected it to begin with {MAGIC!r} and a version from 1 to 3")
    wide = data[6] > 1
    start = 12 if wide else 10
    (length,) = struct.unpack_from("<I" if wide else "<H", data, 8)
    header = header_of(data[start : start + length], name)
    shape, code, big = header["shape"], *type_of(header["descr"], name)
    if header["fortran_order"] and len(shape) > 1:
        raise DataError(f"{name} is in column-major order; expected row-major: save numpy.ascontiguousarray(it)")
    values = array(code)
    size = prod(shape) * values.itemsize
    if len(data) - start - length != size:
        raise DataError(
            f"{name}: the header states {size} bytes of numbers, and there are {len(data) - start - length}"
        )
    values.frombytes(data[start + length :])
    if big != (sys.byteorder == "big") and values.itemsize > 1:
        values.byteswap()
    return shape, values


def header_of(text: bytes, name: str) -> dict[str, Any]:
    """The header's table, with a shape of sizes; raises DataError."""
    import ast  # imported when needed, so that the page starts sooner

    try:
        header = ast.literal_eval(text.decode("latin-1").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        header = None
    if not isinstance(header, dict) or not {"shape", "descr", "fortran_order"} <= set(header):
        raise DataError(f"{name}: the header is invalid")
    shape = header["shape"]
    if not isinstance(shape, tuple) or not all(type(size) is int and 0 <= size < 1 << 31 for size in shape):
        raise DataError(f"{name}: the header states the shape {shape!r:.80}; expected sizes")
    return header


def type_of(description: object, name: str) -> tuple[str, bool]:
    """The code of `array`, and whether the bytes are big-endian; raises DataError for other types than numbers."""
    found = re.fullmatch(r"([<>|=])([biuf]\d)", description) if isinstance(description, str) else None
    if not found or found[2] not in TYPES:
        raise DataError(f"{name} has the type {description!r:.80}; expected integers or floats of up to 8 bytes")
    return TYPES[found[2]], found[1] == ">" or (found[1] == "=" and sys.byteorder == "big")
