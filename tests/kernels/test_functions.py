"""The numeric kernels, against the mathematical functions."""

import math
from array import array
from collections.abc import Sequence
from random import Random

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


@given(st.floats(-30.0, 30.0, width=32))
def test_normal_cdf(x: float) -> None:
    """Within 2e-7 of the normal distribution function, and NaN stays NaN."""
    assert kernels.normal_cdf(x) == pytest.approx(math.erfc(-x / math.sqrt(2)) / 2, rel=0, abs=2e-7)
    assert math.isnan(kernels.normal_cdf(math.nan))


def sample_numbers(epoch: int, indices: range, count: int) -> list[list[float]]:
    """The first random numbers of each of these samples, from -1 to 1."""
    key = Random(f"samples 1 {epoch}").randrange(1, 2**31 - 1)
    found = []
    for index in indices:
        random, numbers = array("i", [0]), []
        kernels.seed_sample(random, array("i", [key, indices[0]]), index - indices[0])
        number = random[0]
        for _ in range(count):
            number = kernels.next_random(number)
            numbers.append(kernels.uniform(number))
        found.append(numbers)
    return found


def correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Of numbers from -1 to 1, in standard deviations of independent ones."""
    return 3.0 * sum(a * b for a, b in zip(one, other, strict=True)) / math.sqrt(len(one))


@pytest.mark.parametrize("first", [0, 32_000, 1_000_000])
def test_samples_draw_independent_numbers(first: int) -> None:
    """Neither neighbours, nor the same sample in the next epoch, nor a sample's own numbers are correlated; their
    means are those of uniform numbers."""
    epochs = [list(zip(*sample_numbers(epoch, range(first, first + 2000), 4), strict=True)) for epoch in (1, 2, 3)]
    for number, column in enumerate(epochs[0]):
        assert abs(sum(column)) * math.sqrt(3 / 2000) < 4
        assert sum(value * value for value in column) == pytest.approx(2000 / 3, rel=0.1)
        for lag in (1, 2, 20, 32):
            assert abs(correlation(column[:-lag], column[lag:])) < 4, f"lag {lag}"
        for other in epochs[1:]:
            assert abs(correlation(column, other[number])) < 4
        for later in epochs[0][number + 1 :]:
            assert abs(correlation(column, later)) < 4


@given(st.integers(1, 2**31 - 2), st.integers(0, 2**30 - 1000))
def test_each_index_has_its_own_number(key: int, index: int) -> None:
    """Different indices give different seeds, within the generator's range."""
    seeds = set()
    for position in range(200):
        random = array("i", [0])
        kernels.seed_sample(random, array("i", [key, index]), position)
        seeds.add(random[0])
    assert len(seeds) == 200 and min(seeds) >= 1 and max(seeds) <= 2**31 - 2
