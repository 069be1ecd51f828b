"""Layers that no preset has: the page describes them, and explains their elements and gradients by their steps."""

from random import Random

import pytest

from scnn.layers import (
    GELU,
    AveragePool2D,
    BatchNorm2D,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Flatten,
    GlobalAveragePool,
    GroupNorm,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    PReLU,
    Sigmoid,
    SiLU,
    Standardise,
    Tanh,
)
from scnn.layers.layer import Layer
from scnn.layers.loss import Loss, MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.network.lowering import activation, gradient
from scnn.network.network import Network
from scnn.page.descriptions import describe_layers
from scnn.page.elements import Elements
from scnn.page.explanations import flat_of

LAYERS: list[Layer] = [
    *(Conv2D(2, 3), LeakyReLU(0.2), AveragePool2D(2), SiLU(), Conv2D(3, 2), Tanh(), GlobalAveragePool(), Flatten()),
    *(Dense(4), Sigmoid(), Dense(2)),
]
MORE: list[Layer] = [
    *(Standardise(), Conv2D(4, 3, padding=2, dilation=2), GroupNorm(2), GELU(), Conv2D(4, 3, padding=1, groups=2)),
    BatchNorm2D(),
    *(
        MaxPool2D(3, 2, 1),
        PReLU(),
        ConvTranspose2D(3, 3, 2, 1),
        LayerNorm(),
        AveragePool2D(3, 2, 1),
        Flatten(),
        Dense(2),
    ),
]
IMAGE = bytes(Random(5).randrange(256) for _ in range(81))
NETWORKS = [Network((1, 9, 9), layers, seed=3) for layers in (LAYERS, MORE)]
ELEMENTS = [Elements(lambda message, network=network: network, lambda message: (IMAGE, 1)) for network in NETWORKS]  # type: ignore[misc]


def test_they_are_described() -> None:
    """Each has its name, kind and shape."""
    for network, layers in zip(NETWORKS, (LAYERS, MORE), strict=True):
        described = describe_layers(network)
        assert [row["kind"] for row in described][:-1] == [type(layer).__name__ for layer in layers]


@pytest.mark.parametrize(
    ("number", "name"), [(number, name) for number in (0, 1) for name in NETWORKS[number].names[:-1]]
)
def test_their_numbers_are_explained(number: int, name: str) -> None:
    """Each element of the output has a form and the engine's value; its gradient comes from the kernel that the
    engine runs."""
    network, of = NETWORKS[number], ELEMENTS[number]
    index = network.names.index(name)
    engine = of.run({}).engine
    buffer, shape = activation(network, index + 1), network.shapes[index + 1]
    for element in (tuple(size // 2 for size in shape), (0,) * len(shape)):
        flat = flat_of(element, shape)
        forward = of.element({"layer": name, "element": list(element)})
        assert forward["form"] in ("sum", "steps", "same", "maximum") and forward["index"] == list(element)
        assert forward["value"] == engine.read(buffer)[flat]
        backward = of.element({"layer": name, "element": list(element), "backward": True})
        assert backward["form"] in ("sum", "steps", "same", "nothing", "difference") and backward["backward"]
        assert backward["value"] == engine.read(gradient(buffer))[flat]


def test_a_convolution_of_a_group_shows_its_channels() -> None:
    """The grid has the group's channels, not all of the input's, and the rows lead to the layer before."""
    answer = ELEMENTS[1].element({"layer": "conv2d_2", "element": [3, 1, 1]})
    assert answer["grid"]["channels"] == 2 and len(answer["grid"]["sums"]) == 2
    assert answer["rows"][0]["at"][0][0] == 2 and answer["columns"][0]["layer"] == "gelu_1"


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(0.1), SquaredHinge(), MeanSquaredError()], ids=repr)
def test_other_losses_are_explained(loss: Loss) -> None:
    """All have the softmax's probabilities. The gradient of a smoothed cross-entropy is the difference from a target
    that is neither 0 nor 1; those of the others are explained by what their kernels read."""
    network = Network((1, 9, 9), [Flatten(), Dense(4), loss], seed=3)
    elements = Elements(lambda message: network, lambda message: (IMAGE, 1))
    name = network.names[-1]
    forward = elements.element({"layer": name, "element": [2]})
    assert forward["form"] == "softmax" and forward["value"] == network.probabilities(IMAGE)[0][2]
    backward = [elements.element({"layer": name, "element": [k], "backward": True}) for k in range(4)]
    for k, answer in enumerate(backward):
        if isinstance(loss, SoftmaxCrossEntropy):
            assert answer["form"] == "difference" and answer["truth"] == pytest.approx(0.925 if k == 1 else 0.025)
            assert answer["value"] == pytest.approx(answer["probability"] - answer["truth"], abs=1e-6)
        else:
            assert answer["form"] in ("steps", "nothing") and "kernel" in answer
    assert any(answer["value"] for answer in backward)
