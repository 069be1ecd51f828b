"""A layer of one's own: a forward kernel from a text."""

from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from scnn import Conv2D, Dense, Flatten, Network
from scnn.errors import ConfigError
from scnn.layers.layer import Layer
from scnn.layers.own import Own
from scnn.network import Edits
from scnn.training.gradient_check import check_gradients

IMAGE = [index % 7 / 7 for index in range(100)]
PRELU = """
def own_forward(
    output: Float32Buffer, input: Float32Buffer, slope: Float32Buffer, channels: Size, height: Size, width: Size
):
    for channel in range(channels):
        for i in lanes(height * width):
            x = input[channel * height * width + i]
            output[channel * height * width + i] = x if x > 0.0 else slope[channel] * x
"""
SOFTSIGN = """
def own_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] / (1.0 + abs(input[i]))
"""


def network_of(texts: dict[str, str], layers: Sequence[Layer]) -> Network:
    return Network((1, 10, 10), layers, seed=3, edits=Edits(texts))


@pytest.mark.parametrize("text", [PRELU, SOFTSIGN])
def test_a_layer_of_ones_own_needs_a_forward_kernel_alone(text: str, tmp_path: Path) -> None:
    """Its backward is derived, its parameters are learned, and files have it."""
    layers = [Conv2D(3, 3), Own(), Flatten(), Own(), Dense(4)]
    made = network_of({"own_forward": text}, layers)
    if text is PRELU:
        assert made.specifications()["own_1.slope"].shape == (3,)
        made.parameters["own_1.slope"][:] = array("f", (0.25, -0.5, 0.75))
    report = check_gradients(made, IMAGE, 1)
    assert report.passed
    assert any(check.name.startswith("conv2d_1") for check in report.checks)
    path = tmp_path / "own.safetensors"
    made.save(path)
    assert Network.load(path, accept_edits=True).logits([IMAGE]) == made.logits([IMAGE])
    plain = network_of({"own_forward": text}, [Conv2D(3, 3), Flatten(), Dense(4)])
    assert plain.logits([IMAGE]) != made.logits([IMAGE])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "runs the kernel own_forward, which is not one of the edited kernels"),
        (SOFTSIGN.replace("input", "x"), "has the parameter input"),
        (SOFTSIGN.replace("size", "length"), "not length: Size"),
        (SOFTSIGN.replace("size: Size", "size: Size, power: Float32"), "not power: Float32"),
    ],
)
def test_a_kernel_that_cannot_be_a_layer_says_why(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        network_of({"own_forward": text} if text else {}, [Own(), Flatten(), Dense(4)])
