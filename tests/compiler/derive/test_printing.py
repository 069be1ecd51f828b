"""The text of a derived kernel."""

from collections.abc import Callable
from typing import Any

import pytest

from scnn import kernels
from scnn.compiler.derive import derive
from tests.compiler.derive.forward_kernels import leaky

DENSE = '''\
def dense_backward_weights(
    d_weights: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    input: Float32Buffer,
    inputs: Size,
    outputs: Size,
) -> None:
    """∂L/∂weights and ∂L/∂bias from ∂L/∂output, by the chain rule through dense_forward. Adds to them."""
    for j in range(outputs):
        gradient = d_output[j]
        if gradient != 0.0:
            d_bias[j] += gradient
            for i in lanes(inputs):
                d_weights[j * inputs + i] += gradient * input[i]
'''

POOL = '''\
def maxpool2d_backward(
    d_input: Float32Buffer,
    d_output: Float32Buffer,
    winners: Int32Buffer,
    channels: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """∂L/∂input from ∂L/∂output, by the chain rule through maxpool2d_forward. Adds to them."""
    for i in range(channels * out_height * out_width):
        winner = winners[i]
        d_input[winner] += d_output[i]
'''

LEAKY = '''\
def leaky_backward(
    d_input: Float32Buffer, d_output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size
) -> None:
    """∂L/∂input from ∂L/∂output, by the chain rule through leaky."""
    for i in lanes(size):
        gradient = d_output[i]
        d_input[i] = gradient if input[i] > 0.0 else gradient * slope
'''


@pytest.mark.parametrize(
    ("kernel", "wanted", "text"),
    [
        (kernels.dense_forward, ["weights", "bias"], DENSE),
        (kernels.maxpool2d_forward, ["input"], POOL),
        (leaky, ["input"], LEAKY),
    ],
    ids=["dense", "maxpool2d", "leaky"],
)
def test_text(kernel: Callable[..., Any], wanted: list[str], text: str) -> None:
    """A derived kernel reads as one written by hand."""
    assert derive(kernel, wanted, made=["input"]).text.partition("\n\n\n")[2] == text
