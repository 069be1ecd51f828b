"""Numbers that round to float32 after every operation, as compiled kernels do, for running kernels to the very bit.

Python's floats are float64. The sum, difference, product or quotient of two float32 numbers, computed in float64
and then rounded, is the float32 result (S. Figueroa, "When is double rounding innocuous?", 1995).
"""

import math
import struct

__all__ = ["Exact", "float32"]


def float32(value: float) -> float:
    """The nearest float32; what is too large becomes infinite."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


class Exact(float):
    """A float32. Dividing by zero gives what IEEE 754 says, and no exception."""

    def __add__(self, other: float) -> "Exact":
        return Exact(float32(float(self) + float32(other)))

    def __sub__(self, other: float) -> "Exact":
        return Exact(float32(float(self) - float32(other)))

    def __mul__(self, other: float) -> "Exact":
        return Exact(float32(float(self) * float32(other)))

    def __truediv__(self, other: float) -> "Exact":
        return Exact(quotient(float(self), float32(other)))

    def __radd__(self, other: float) -> "Exact":
        return Exact(float32(other)) + self

    def __rsub__(self, other: float) -> "Exact":
        return Exact(float32(other)) - self

    def __rmul__(self, other: float) -> "Exact":
        return Exact(float32(other)) * self

    def __rtruediv__(self, other: float) -> "Exact":
        return Exact(quotient(float32(other), float(self)))

    def __neg__(self) -> "Exact":
        return Exact(-float(self))


def quotient(one: float, other: float) -> float:
    if other != 0.0 or math.isnan(one):
        return float32(one / other) if other == other and other != 0.0 else math.nan
    return math.nan if one == 0.0 else math.copysign(math.inf, one) * math.copysign(1.0, other)
