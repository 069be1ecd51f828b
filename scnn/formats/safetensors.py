"""safetensors files: the length of a header, the header in JSON, and the tensors' raw bytes. No code, no pickle.

Format: https://huggingface.co/docs/safetensors/index#format. A file is validated completely before any of it is
used.
"""

import json
import os
import secrets
import stat
import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from scnn.errors import ModelError
from scnn.formats.dtypes import ARRAY_CODES, BITS, decode, little_endian
from scnn.formats.strict_json import strict_json

__all__ = ["Tensor", "pack", "read", "unpack", "write"]

LENGTH = struct.Struct("<Q")
MAX_HEADER = 1 << 22
MAX_TENSORS = 4096
MAX_FILE = 1 << 30
NO_MODEL = "this is not a model or checkpoint file (safetensors)"
DTYPES = {code: dtype for dtype, code in ARRAY_CODES.items()}


@dataclass(frozen=True)
class Tensor:
    """Numbers in row-major order, as an array of type code f, i, I or B, with their shape. If the element type cannot
    be decoded, there are no numbers, and `unread` names the type."""

    values: "array[Any]"
    shape: tuple[int, ...]
    unread: str = ""


def pack(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """The bytes of a file; the data starts at a multiple of 8."""
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    offset = 0
    for name, tensor in tensors.items():
        assert len(tensor.values) == prod(tensor.shape), name
        size = tensor.values.itemsize * len(tensor.values)
        dtype = DTYPES[tensor.values.typecode]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return (
        LENGTH.pack(len(text))
        + text
        + b"".join(little_endian(tensor.values).tobytes() for tensor in tensors.values())
    )


def unpack(data: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata; raises ModelError unless the file is complete and valid."""
    if len(data) > MAX_FILE:
        raise ModelError(f"the file has {len(data)} bytes; expected at most {MAX_FILE}")
    if len(data) < 8:
        raise ModelError(f"{NO_MODEL}: expected at least 8 bytes, got {len(data)}")
    (length,) = LENGTH.unpack_from(data)
    if not 2 <= length <= MAX_HEADER:
        raise ModelError(f"{NO_MODEL}: the stated header size is {length} bytes; expected 2 to {MAX_HEADER}")
    if length > (available := len(data) - 8):
        raise ModelError(f"the file is truncated: expected a header of {length} bytes, got {available}")
    header = parse(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ModelError("the metadata must be a JSON object of strings")
    if len(header) > MAX_TENSORS:
        raise ModelError(f"the file has {len(header)} tensors; expected at most {MAX_TENSORS}")
    body = memoryview(data)[8 + length :]
    entries = {name: checked(name, entry, len(body)) for name, entry in header.items()}
    end = 0
    for begin, after, name in sorted((begin, after, name) for name, (_, _, begin, after) in entries.items()):
        if begin != end:
            raise ModelError(f"tensor {short(name)} starts at byte {begin}; expected {end}")
        end = after
    if end != len(body):
        raise ModelError(f"the tensors end at byte {end}; expected the end of the file, {len(body)}")
    tensors = {}
    for name, (dtype, shape, begin, after) in entries.items():
        values = decode(dtype, bytes(body[begin:after]))
        tensors[name] = Tensor(array("f"), shape, unread=dtype) if values is None else Tensor(values, shape)
    return tensors, metadata


def parse(text: bytes) -> dict[str, Any]:
    try:
        header = strict_json(text.decode())
    except ValueError as error:
        raise ModelError(f"{NO_MODEL}: its header is not JSON ({str(error)[:100]})") from None
    if not isinstance(header, dict):
        raise ModelError("the header is not a JSON object")
    return header


def checked(name: str, entry: object, size: int) -> tuple[str, tuple[int, ...], int, int]:
    """A tensor's element type, shape, start and end; raises ModelError if its entry is invalid. Types that cannot be
    decoded are accepted."""
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ModelError(f"tensor {short(name)} must have dtype, shape and data_offsets, and nothing else")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str):
        raise ModelError(f"tensor {short(name)} has the element type {short(dtype)}; expected a name such as F32")
    if not is_counts(shape, 8) or not is_counts(offsets, 2) or len(offsets) != 2:
        raise ModelError(f"tensor {short(name)} has an invalid shape or data_offsets")
    begin, end = offsets
    fits = dtype not in BITS or 8 * (end - begin) == -(-BITS[dtype] * prod(shape) // 8) * 8
    if not begin <= end <= size or not fits:
        raise ModelError(
            f"tensor {short(name)}: shape {short(shape)} contradicts data_offsets {begin} to {end} of {size}"
        )
    return dtype, tuple(shape), begin, end


def is_counts(value: object, most: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= MAX_FILE for one in value)
    )


def short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def read(path: str | Path) -> bytes:
    """The file's bytes, or only the first 8 if they show that it is not a model; raises ModelError."""
    try:
        with path_of(path).open("rb") as stream:
            data = stream.read(LENGTH.size)
            if len(data) == LENGTH.size and 2 <= LENGTH.unpack(data)[0] <= MAX_HEADER:
                data += stream.read(MAX_FILE + 1 - len(data))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from None
    return data


def write(path: str | Path, data: bytes) -> None:
    """Writes the file atomically: an existing file stays until the new one is on the disk. Symbolic links stay links,
    and pipes and devices are written to directly. Raises ModelError."""
    target = Path(os.path.realpath(path_of(path)))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                stream.write(data)
        else:
            replace(target, data)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}") from None


def replace(target: Path, data: bytes) -> None:
    """Replaces the file, and keeps its permissions."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def path_of(path: object) -> Path:
    """The path; raises ModelError if it is not a path."""
    if not isinstance(path, str | os.PathLike) or "\0" in str(path):
        raise ModelError(f"expected a path as a string or Path, got {short(path)}")
    return Path(path)
