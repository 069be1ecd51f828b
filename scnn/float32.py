"""Rounding to float32."""

import math
import struct

__all__ = ["float32"]


def float32(value: float) -> float:
    """The nearest float32; a value beyond its range becomes infinite."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded
