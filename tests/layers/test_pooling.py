"""Pooling: its gradients on every engine, and ties."""

from collections.abc import Callable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scnn.layers import AveragePool2D, GlobalAveragePool, MaxPool2D
from scnn.layers.layer import Layer, Shape
from tests.layers.bench import Bench, check_gradients, forward, on_every_bench


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 4),
    stride=st.one_of(st.none(), st.integers(1, 3)),
    padding=st.integers(0, 2),
    channels=st.integers(1, 3),
    height=st.integers(1, 8),
    width=st.integers(1, 8),
    batch=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_maxpool2d_gradients(
    size: int, stride: int | None, padding: int, channels: int, height: int, width: int, batch: int, seed: int
) -> None:
    """The gradients of overlapping windows that share a maximum are added; pixels outside every window get 0."""
    assume(padding < size)
    layer = MaxPool2D(size, stride, padding)
    assume(max(size, layer.step) <= min(height, width) + 2 * padding)
    check_gradients(layer, (channels, height, width), batch, seed)


@on_every_bench
def test_maxpool2d_first_maximum_wins_a_tie(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Among equal maxima, the first in row order gets the whole gradient."""
    bench = bench_of(MaxPool2D(2), (1, 2, 4))
    assert forward(bench, [0, 7, 3, 3, 7, 0, 3, 3]) == [7, 3]
    bench.write("d_output", [1.0, 2.0])
    bench.run("backward")
    assert bench.read("d_input") == [0, 1, 2, 0, 0, 0, 0, 0]


@on_every_bench
def test_padding_is_never_a_maximum(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Where all pixels of a window are negative, the largest of them is the maximum, not the border's zero."""
    bench = bench_of(MaxPool2D(3, 2, 1), (1, 2, 3))
    assert forward(bench, [-3, -2, -5, -9, -4, -6]) == [-2, -2]
    assert bench.read("winners") == [1, 1]


@settings(max_examples=15, deadline=None)
@given(
    size=st.integers(1, 4),
    stride=st.one_of(st.none(), st.integers(1, 5)),
    padding=st.integers(0, 2),
    count_padding=st.booleans(),
    channels=st.integers(1, 3),
    height=st.integers(1, 8),
    width=st.integers(1, 8),
    batch=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_averagepool2d_gradients(
    size: int,
    stride: int | None,
    padding: int,
    count_padding: bool,
    channels: int,
    height: int,
    width: int,
    batch: int,
    seed: int,
) -> None:
    """The gradients of overlapping windows are added; pixels outside every window get 0."""
    assume(padding < size)
    layer = AveragePool2D(size, stride, padding, count_padding)
    assume(max(size, layer.step) <= min(height, width) + 2 * padding)
    check_gradients(layer, (channels, height, width), batch, seed)


@settings(max_examples=20, deadline=None)
@given(
    channels=st.integers(1, 4),
    height=st.integers(1, 6),
    width=st.integers(1, 9),
    batch=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_globalaveragepool_gradients(channels: int, height: int, width: int, batch: int, seed: int) -> None:
    """Every pixel of a map gets an equal share."""
    check_gradients(GlobalAveragePool(), (channels, height, width), batch, seed)
