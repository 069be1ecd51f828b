"""Inspection: each layer's output for an image, the filters, and the pixels that the prediction depends on."""

from array import array
from collections.abc import Sequence
from math import prod
from typing import Any

from scnn.engines.engine import Engine, EngineFactory
from scnn.formats.png import picture
from scnn.layers.convolution import Conv2D
from scnn.network.lowering import PROBABILITIES, activation, gradient, lower
from scnn.network.metrics import argmax
from scnn.network.network import Network

__all__ = ["Inspector"]

MAX_PICTURES = 32  # of a layer's maps, and of its filters


class Inspector:
    """Runs a network on one image at a time, on an engine of its own."""

    def __init__(self, network: Network, make_engine: EngineFactory) -> None:
        self.network = network
        self.engine: Engine = make_engine(lower(network, inspect=True))

    def look(self, image: Sequence[float]) -> dict[str, Any]:
        """What the network computes for an image (numbers from 0 to 1): pictures of each layer's maps and filters,
        the probabilities, and the saliency: how much the largest logit changes with each pixel,
        |∂logits[class]/∂input| (arXiv:1312.6034).
        """
        network, engine = self.network, self.engine
        for name, values in network.parameters.items():
            engine.write(name, values)
        engine.write("input", image)
        engine.run("infer")
        probabilities = [float(value) for value in engine.read(PROBABILITIES)]
        best = argmax(probabilities)
        layers = []
        for index, layer in enumerate(network.layers[:-1]):
            shape = network.shapes[index + 1]
            maps = engine.read(activation(network, index + 1))
            shown: dict[str, Any] = {"name": network.names[index], "shape": list(shape), "maps": grey(maps, shape)}
            if isinstance(layer, Conv2D):
                weights = network.parameters[f"{network.names[index]}.weights"]
                shown["filters"] = signed(weights, layer.kernel_size)
            layers.append(shown)
        engine.write(
            gradient(activation(network, len(network.layers) - 1)),
            [1.0 if k == best else 0.0 for k in range(network.classes)],
        )
        engine.run("saliency")
        sensitivity = array("f", map(abs, engine.read(gradient("input"))))
        (saliency,) = grey(sensitivity, network.input_shape)
        return {
            "class": network.class_names[best],
            "probabilities": [
                {"class": name, "probability": value}
                for name, value in zip(network.class_names, probabilities, strict=True)
            ],
            "layers": layers,
            "saliency": saliency,
        }


def grey(values: Sequence[float], shape: Sequence[int]) -> list[str]:
    """A picture of each map, from its minimum (black) to its maximum (white); a vector is one row."""
    height, width = shape[1:] if len(shape) == 3 else (1, prod(shape))
    size = height * width
    pictures = []
    for first in range(0, min(len(values), MAX_PICTURES * size), size):
        one = values[first : first + size]
        low, high = min(one), max(one)
        scale = 255.0 / (high - low) if high > low else 0.0
        pictures.append(picture(bytes(int((value - low) * scale) for value in one), width, height))
    return pictures


def signed(weights: Sequence[float], side: int) -> list[str]:
    """A picture of each filter's weights for each channel: zero is grey, and the weight of largest magnitude is black
    or white, by its sign.
    """
    size = side * side
    pictures = []
    for first in range(0, min(len(weights), MAX_PICTURES * size), size):
        one = weights[first : first + size]
        scale = 127.0 / (max(map(abs, one)) or 1.0)
        pictures.append(picture(bytes(128 + int(value * scale) for value in one), side, side))
    return pictures
