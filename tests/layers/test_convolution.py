"""Convolution: its gradients on every engine, and sums calculated by hand."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scnn import kernels
from scnn.layers import Conv2D
from scnn.layers.layer import Layer, Shape
from tests.layers.bench import Bench, check_gradients, forward, on_every_bench
from tests.layers.mistakes import with_mistake


@settings(max_examples=60, deadline=None)
@given(
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    channels=st.integers(1, 3),
    filters=st.integers(1, 5),
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    batch=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_conv2d_gradients(
    kernel: int,
    stride: int,
    padding: int,
    channels: int,
    filters: int,
    height: int,
    width: int,
    batch: int,
    seed: int,
) -> None:
    """The gradients of weights, bias and input are correct for every kernel size, stride and padding."""
    assume(max(kernel, stride) <= min(height, width) + 2 * padding)
    layer = Conv2D(filters, kernel, stride=stride, padding=padding)
    check_gradients(layer, (channels, height, width), batch, seed)


@settings(max_examples=25, deadline=None)
@given(
    kernel=st.integers(1, 3),
    stride=st.integers(1, 2),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 3),
    groups=st.integers(1, 3),
    channels=st.integers(1, 2),
    filters=st.integers(1, 2),
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    seed=st.integers(0, 2**32 - 1),
)
def test_conv2d_gradients_with_dilation_and_groups(
    kernel: int,
    stride: int,
    padding: int,
    dilation: int,
    groups: int,
    channels: int,
    filters: int,
    height: int,
    width: int,
    seed: int,
) -> None:
    """The gradients of weights, bias and input are correct for any groups, also of one channel each."""
    assume(max(dilation * (kernel - 1) + 1, stride) <= min(height, width) + 2 * padding)
    layer = Conv2D(filters * groups, kernel, stride, padding, dilation, groups)
    check_gradients(layer, (channels * groups, height, width), 2, seed)


MISTAKES = [
    ("conv2d_grouped_backward_weights", "i * dilation", "i"),
    ("conv2d_grouped_backward_weights", "j * dilation", "j"),
    ("conv2d_grouped_backward_weights", "row * stride", "row"),
    ("conv2d_grouped_backward_weights", "y = (group * channels + channel)", "y = channel"),
    ("conv2d_grouped_backward_weights", "+ j] += total", "+ j] = total"),
    ("conv2d_grouped_backward_weights", "d_bias[f] += bias", "d_bias[f] = bias"),
    ("conv2d_grouped_backward_weights", "((f * channels + channel)", "((channel)"),
    ("conv2d_grouped_backward_input", "i * dilation", "i"),
    ("conv2d_grouped_backward_input", "column * stride", "column"),
    ("conv2d_grouped_backward_input", "+= weight * gradient", "= weight * gradient"),
    ("conv2d_grouped_backward_input", "y = (group * channels + channel)", "y = channel"),
    ("conv2d_grouped_backward_input", "kernel + j]", "kernel + kernel - 1 - j]"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), MISTAKES)
def test_planted_mistakes_are_found(name: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the gradients fails for a kernel with a mistake."""
    monkeypatch.setattr(kernels, name, with_mistake(getattr(kernels, name), right, wrong))
    with pytest.raises(AssertionError, match="lists: d_"):
        check_gradients(Conv2D(4, 2, stride=2, dilation=2, groups=2), (4, 5, 6), 2, 1)


@on_every_bench
def test_depthwise_convolution_by_hand(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Each channel has its own filter, which sees every second pixel of a row."""
    bench = bench_of(Conv2D(2, 2, dilation=2, groups=2), (2, 3, 3))
    bench.write("weights", [1, 2, 3, 4, 5, 6, 7, 8])
    bench.write("bias", [0.5, 0.25])
    # corners of 1…9: 1·1 + 2·3 + 3·7 + 4·9 + 0.5, and of ten times as much: 5·10 + 6·30 + 7·70 + 8·90 + 0.25
    image = [*range(1, 10), *range(10, 100, 10)]
    assert forward(bench, image) == [64.5, 1440.25]


@on_every_bench
def test_conv2d_by_hand(bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Two channels, stride 2, padding 1, against sums calculated on paper."""
    bench = bench_of(Conv2D(1, 2, stride=2, padding=1), (2, 2, 2))
    bench.write("weights", [1, 2, 3, 4, 5, 6, 7, 8])
    bench.write("bias", [0.5])
    # the windows see X's corners: 4·1 + 8·10, 3·2 + 7·20, 2·3 + 6·30, 1·4 + 5·40, each + 0.5
    assert forward(bench, [1, 2, 3, 4, 10, 20, 30, 40]) == [84.5, 146.5, 186.5, 204.5]
