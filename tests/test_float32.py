"""Rounding to float32, against numpy's, to the bit."""

import math
import struct

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from scnn.float32 import float32


def bits(value: float) -> bytes | str:
    """What is compared: NaNs are all the same, and -0.0 is not 0.0."""
    return "nan" if math.isnan(value) else struct.pack("<f", value)


@given(st.floats())
@example(3.4028235677973366e38)  # half-way from the largest float32 to the next power of two
@example(1e-46)
def test_rounding(value: float) -> None:
    """The nearest float32, ties to even; what is too large becomes infinite."""
    with np.errstate(over="ignore"):
        assert bits(float32(value)) == bits(float(np.float32(value)))


@given(st.floats(width=32))
def test_a_float32_stays_what_it_is(value: float) -> None:
    """Rounding twice is rounding once."""
    assert bits(float32(value)) == bits(value)
