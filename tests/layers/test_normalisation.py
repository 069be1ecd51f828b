"""Normalisation: its gradients on every engine, and what it makes of constant and extreme inputs."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.errors import ConfigError
from scnn.layers import GroupNorm, LayerNorm, Standardise
from scnn.layers.layer import Layer, Shape
from tests.layers.bench import Bench, check_gradients, forward, on_every_bench


@settings(max_examples=10, deadline=None)
@given(
    groups=st.integers(1, 3),
    of_group=st.integers(1, 3),
    area=st.integers(1, 9),
    batch=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_groupnorm_gradients(groups: int, of_group: int, area: int, batch: int, seed: int) -> None:
    """The gradients of input, weights and bias are correct for any groups of maps and of vectors."""
    channels = groups * of_group
    shape = (channels, 1, area) if area > 1 else (channels,)
    check_gradients(GroupNorm(groups, 0.1), shape, batch, seed)


@settings(max_examples=10, deadline=None)
@given(size=st.integers(1, 21), batch=st.integers(1, 3), seed=st.integers(0, 2**32 - 1))
def test_layernorm_gradients(size: int, batch: int, seed: int) -> None:
    """The gradients of input, weights and bias are correct for any number of elements, even for a single one."""
    check_gradients(LayerNorm(0.1), (size,), batch, seed)


@settings(max_examples=10, deadline=None)
@given(several=st.booleans(), channels=st.integers(1, 3), area=st.integers(1, 9), seed=st.integers(0, 2**32 - 1))
def test_standardise_gradients(several: bool, channels: int, area: int, seed: int) -> None:
    """The gradient is divided by the channel's standard deviation."""
    deviations = tuple(0.25 + channel for channel in range(channels))
    check_gradients(Standardise(0.5, deviations if several else 0.25), (channels, 1, area), 2, seed)


@on_every_bench
def test_standardise_by_hand(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """One number stands for all channels; a list has one for each."""
    bench = bench_of(Standardise([1, 2], 0.5), (2, 1, 2))  # type: ignore[arg-type]
    assert forward(bench, [1.0, 2.0, 3.0, 4.0]) == [0.0, 2.0, 2.0, 4.0]


@on_every_bench
def test_a_constant_input(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Its variance is 0: epsilon keeps the output finite, which is the bias; NaN stays NaN."""
    for layer in (LayerNorm(), GroupNorm(1)):
        bench = bench_of(layer, (6,))
        bench.write("weights", [2.0] * 6)
        bench.write("bias", [0.5] * 6)
        assert forward(bench, [7.0] * 6) == [0.5] * 6
        assert all(map(math.isnan, forward(bench, [7.0] * 5 + [math.nan])))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GroupNorm(0), "GroupNorm: groups must be an integer from 1"),
        (lambda: GroupNorm(2, 0.0), "GroupNorm: epsilon must be a number from 1e-12 to 1, got 0.0"),
        (lambda: LayerNorm(2), "LayerNorm: epsilon must be a number from 1e-12 to 1, got 2"),
        (lambda: Standardise(deviation=0), "Standardise: the deviation must be from 1e-06 to 1e+06, got 0"),
        (lambda: Standardise((0.5, math.nan)), "Standardise: the mean must be from -1e+06 to 1e+06, got nan"),
        (lambda: Standardise(()), "Standardise: the mean must be from -1e+06 to 1e+06, got ()"),
    ],
)
def test_settings_out_of_range(make: Callable[[], Any], words: str) -> None:
    """The error names the layer, the setting and the value."""
    with pytest.raises(ConfigError) as caught:
        make()
    assert words in str(caught.value)
