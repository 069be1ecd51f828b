"""The arithmetic of the kernel language: what each operation on float32 and int32 gives.

float32: Python computes in float64, and the result of + - * / and the square root of float32 numbers, rounded to
float32 afterwards, is the float32 result (S. Figueroa, "When is double rounding innocuous?", 1995). An array of
C floats is what rounds here: it is the fastest way in CPython and in Pyodide, and gives infinity beyond float32.
int32: two's complement, which wraps around. Programs that the interpreter generates write the common cases of these
out, and call what stands here for the others.
"""

import math
import struct
from array import array

__all__ = ["bits_of", "float_of", "quotient", "rounded", "saturated", "square_root", "wrapped"]

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
QUIET_NAN = 0x7FC00000


def rounded(value: float) -> float:
    """The nearest float32; ties go to the even one, and what is too large becomes infinite."""
    return array("f", (value,))[0]


def wrapped(value: int) -> int:
    """The int32 that is equal to a whole number modulo 2³²."""
    return (value + 2**31 & 2**32 - 1) - 2**31


def quotient(one: float, other: float) -> float:
    """one / other, by IEEE 754: dividing by zero gives an infinity, or NaN for 0 / 0."""
    if other:
        return rounded(one / other)
    if one == 0.0 or one != one:
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, other)


def square_root(value: float) -> float:
    """The root of a float32; NaN for what is negative."""
    return rounded(math.sqrt(value)) if value >= 0.0 else math.nan


def saturated(value: float) -> int:
    """int(value): truncated towards zero; NaN gives 0, and what is beyond int32 its nearest end."""
    if value != value:
        return 0
    return INT_MIN if value <= INT_MIN else INT_MAX if value >= INT_MAX else int(value)


def bits_of(value: float) -> int:
    """The bits of a float32 as an int32; every NaN has those of 0x7FC00000."""
    return QUIET_NAN if value != value else int(struct.unpack("<i", struct.pack("<f", value))[0])


def float_of(bits: int) -> float:
    """The float32 of these bits."""
    return float(struct.unpack("<f", struct.pack("<i", bits))[0])
