"""The element types of safetensors files: their sizes, and the numbers of those that are read."""

import struct
import sys
from array import array
from typing import Any

__all__ = ["ARRAY_CODES", "BITS", "FLOATS", "decode", "little_endian"]

# Bits of an element, by its name in the header: https://docs.rs/safetensors, `Dtype`.
BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
}
ARRAY_CODES = {"F32": "f", "I32": "i", "U32": "I", "U8": "B"}  # as `array` names them: these are written, too
FLOATS = ("F32", "F16", "BF16", "F64")  # weights may be stored as any of these, and become float32


def decode(dtype: str, data: bytes) -> "array[Any] | None":
    """The numbers of a tensor; floats of other widths as float32. None for a type that is not read."""
    if dtype == "F16":
        return array("f", struct.unpack(f"<{len(data) // 2}e", data))
    if dtype == "F64":
        return array("f", struct.unpack(f"<{len(data) // 8}d", data))
    if dtype == "BF16":  # the upper half of a float32
        halves = struct.unpack(f"<{len(data) // 2}H", data)
        return decode("F32", struct.pack(f"<{len(halves)}I", *(half << 16 for half in halves)))
    if dtype not in ARRAY_CODES:
        return None
    values = array(ARRAY_CODES[dtype])
    values.frombytes(data)
    return little_endian(values)


def little_endian(values: "array[Any]") -> "array[Any]":
    """The numbers with little-endian bytes, whatever this machine's are; the same the other way round."""
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values
