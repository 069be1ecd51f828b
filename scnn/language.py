"""The kernel language's vocabulary: what a kernel may import, and what each name means in plain Python.

A kernel is a module-level function in a small subset of Python. The interpreter runs it, and the compiler translates
the same function to fast code. Loop markers are plain ranges to the interpreter, and instructions to the compiler: a
loop over `lanes(n)` is a loop over `range(n)`, whichever engine runs it.
"""

import math
import struct
from typing import Protocol

__all__ = [
    "Float32",
    "Float32Buffer",
    "Int32",
    "Int32Buffer",
    "Size",
    "Uint8Buffer",
    "bits_to_float",
    "blocked",
    "float_to_bits",
    "lanes",
    "sqrt",
    "unrolled",
]

# Scalars known when the kernel runs. The interpreter computes in float64 and rounds to float32 at each
# store into a buffer; compiled kernels compute in float32 throughout.
Float32 = float
Int32 = int

# An integer that is a constant by the time the kernel is compiled: the compiler makes one specialised
# function for each set of sizes.
Size = int


class Float32Buffer(Protocol):
    """A float32 tensor in the plan's memory, as a flat sequence."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> float: ...
    def __setitem__(self, index: int, value: float, /) -> None: ...


class Int32Buffer(Protocol):
    """A tensor of signed 32-bit integers in the plan's memory, as a flat sequence."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> int: ...
    def __setitem__(self, index: int, value: int, /) -> None: ...


class Uint8Buffer(Protocol):
    """A tensor of bytes, 0 to 255, in the plan's memory, as a flat sequence."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> int: ...
    def __setitem__(self, index: int, value: int, /) -> None: ...


def lanes(count: int, by: int = 4) -> range:
    """A loop whose iterations are independent, or only add to a local: `by` of them run at once in SIMD lanes."""
    return range(count)


def unrolled(count: int) -> range:
    """A loop that the compiler unrolls if it is short."""
    return range(count)


def blocked(count: int, by: int) -> range:
    """A loop whose iterations are independent: `by` of them run together, with their locals in registers."""
    return range(count)


def sqrt(x: Float32) -> Float32:
    """The square root, correctly rounded as IEEE 754 requires, so it is the same everywhere."""
    return math.sqrt(x)


def float_to_bits(x: Float32) -> Int32:
    """The 32 bits of a float32 as a signed integer."""
    bits: int = struct.unpack("<i", struct.pack("<f", x))[0]
    return bits


def bits_to_float(bits: Int32) -> Float32:
    """The float32 with these 32 bits."""
    number: float = struct.unpack("<f", struct.pack("<i", bits))[0]
    return number
