"""The numeric kernels, against the mathematical functions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scnn import kernels


@given(st.floats(-87.0, 88.0, width=32))
def test_exp(x: float) -> None:
    """Within a relative 3e-7 of e to the power x."""
    assert kernels.exp(x) == pytest.approx(math.exp(x), rel=3e-7)


def test_exp_at_the_ends() -> None:
    """1 at 0; 0 far below; never infinite; NaN stays NaN."""
    assert kernels.exp(0.0) == 1.0
    assert kernels.exp(-87.5) == kernels.exp(-math.inf) == 0.0
    assert kernels.exp(math.inf) == kernels.exp(88.0) < 3.4e38
    assert math.isnan(kernels.exp(math.nan))


@given(st.floats(2.0**-126, 2.0**127, width=32))
def test_log(x: float) -> None:
    """Within 2e-7 of ln x, of the result where that is larger than 1."""
    assert kernels.log(x) == pytest.approx(math.log(x), rel=2e-7, abs=2e-7)


def test_log_at_one() -> None:
    """Exactly 0 at 1, and NaN stays NaN."""
    assert kernels.log(1.0) == 0.0
    assert math.isnan(kernels.log(math.nan))
