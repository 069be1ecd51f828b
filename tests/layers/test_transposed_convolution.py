"""Transposed convolution: its gradients on every engine, and sums calculated by hand."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scnn import kernels
from scnn.layers.layer import Layer, Shape
from scnn.layers.transposed_convolution import ConvTranspose2D
from tests.layers.bench import Bench, check_gradients, forward, on_every_bench
from tests.layers.mistakes import with_mistake


@settings(max_examples=20, deadline=None)
@given(
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    output_padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
    groups=st.integers(1, 2),
    channels=st.integers(1, 2),
    filters=st.integers(1, 2),
    height=st.integers(1, 4),
    width=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_gradients(
    kernel: int,
    stride: int,
    padding: int,
    output_padding: int,
    dilation: int,
    groups: int,
    channels: int,
    filters: int,
    height: int,
    width: int,
    seed: int,
) -> None:
    """The gradients of weights, bias and input are correct for every kernel size, stride and padding."""
    assume(output_padding < stride)
    assume((min(height, width) - 1) * stride + dilation * (kernel - 1) + 1 - 2 * padding + output_padding > 0)
    layer = ConvTranspose2D(filters * groups, kernel, stride, padding, output_padding, dilation, groups)
    check_gradients(layer, (channels * groups, height, width), 2, seed)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("sum_channels", "d_bias[channel] += total", "d_bias[channel] = total"),
        ("sum_channels", "channel * area + i", "i"),
        ("pad2d_forward", "+ row + padding)", "+ row)"),
    ],
)
def test_planted_mistakes_are_found(name: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the gradients fails for a kernel with a mistake."""
    monkeypatch.setattr(kernels, name, with_mistake(getattr(kernels, name), right, wrong))
    with pytest.raises(AssertionError, match="lists: d_"):
        check_gradients(ConvTranspose2D(2, 3, padding=1), (2, 2, 3), 2, 1)


@on_every_bench
def test_by_hand(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Two pixels, whose filters overlap in the middle column."""
    bench = bench_of(ConvTranspose2D(1, 3, stride=2), (1, 1, 2))
    bench.write("weights", [1, 2, 3, 4, 5, 6, 7, 8, 9])
    bench.write("bias", [0.5])
    image = [1.0, 10.0]
    # each row is w0·1, w1·1, w2·1 + w0·10, w1·10, w2·10, each + 0.5
    rows = [[1.5, 2.5, 13.5, 20.5, 30.5], [4.5, 5.5, 46.5, 50.5, 60.5], [7.5, 8.5, 79.5, 80.5, 90.5]]
    assert forward(bench, image) == [number for row in rows for number in row]
