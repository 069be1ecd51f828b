"""Layers that no preset has: the page describes them, and explains their elements and gradients by their steps."""

from random import Random

import pytest

from scnn.layers import AveragePool2D, Conv2D, Dense, Flatten, GlobalAveragePool, LeakyReLU, Sigmoid, SiLU, Tanh
from scnn.layers.layer import Layer
from scnn.network.network import Network
from scnn.page.descriptions import describe_layers
from scnn.page.elements import Elements

LAYERS: list[Layer] = [
    *(Conv2D(2, 3), LeakyReLU(0.2), AveragePool2D(2), SiLU(), Conv2D(3, 2), Tanh(), GlobalAveragePool(), Flatten()),
    *(Dense(4), Sigmoid(), Dense(2)),
]
NETWORK = Network((1, 9, 9), LAYERS, seed=3)
IMAGE = bytes(Random(5).randrange(256) for _ in range(81))
ELEMENTS = Elements(lambda message: NETWORK, lambda message: (IMAGE, 1))


def test_they_are_described() -> None:
    """Each has its name, kind and shape."""
    described = describe_layers(NETWORK)
    assert [row["kind"] for row in described][:-1] == [type(layer).__name__ for layer in LAYERS]


@pytest.mark.parametrize("name", NETWORK.names[:-1])
def test_their_numbers_are_explained(name: str) -> None:
    """An element of the output has a form and the engine's value; its gradient comes from the derived kernel."""
    shape = NETWORK.shapes[NETWORK.names.index(name) + 1]
    element = [size // 2 for size in shape]
    forward = ELEMENTS.element({"layer": name, "element": element})
    assert forward["form"] in ("sum", "steps", "same") and forward["index"] == element
    backward = ELEMENTS.element({"layer": name, "element": element, "backward": True})
    assert backward["form"] in ("sum", "steps", "same", "nothing", "difference") and backward["backward"]
