"""Looking inside: what each layer makes of an image, its filters, and which pixels the answer hangs on."""

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

MAX_PICTURES = 32  # pictures shown of a layer's maps, and of its filters


class Inspector:
    """Runs one image at a time through a network, on an engine of its own."""

    def __init__(self, network: Network, make_engine: EngineFactory) -> None:
        self.network = network
        self.engine: Engine = make_engine(lower(network, inspect=True))

    def look(self, image: Sequence[float]) -> dict[str, Any]:
        """What the network makes of an image (numbers from 0 to 1): pictures of each layer's maps and filters, the
        probabilities, and the saliency: how much the winning logit changes with each pixel,
        |∂z[k]/∂X| (arXiv:1312.6034)."""
        network, engine = self.network, self.engine
        for name, values in network.parameters.items():
            engine.write(name, values)
        engine.write("input", image)
        engine.run("infer")
        probabilities = [float(value) for value in engine.read(PROBABILITIES)]
        best = argmax(probabilities)
        layers = []
        for place, layer in enumerate(network.layers[:-1]):
            shape = network.shapes[place + 1]
            maps = engine.read(activation(network, place + 1))
            shown: dict[str, Any] = {"name": network.names[place], "shape": list(shape), "maps": grey(maps, shape)}
            if isinstance(layer, Conv2D):
                weights = network.parameters[f"{network.names[place]}.weights"]
                shown["filters"] = signed(weights, layer.kernel_size)
            layers.append(shown)
        engine.write(
            gradient(activation(network, len(network.layers) - 1)),
            [1.0 if k == best else 0.0 for k in range(network.classes)],
        )
        engine.run("saliency")
        slopes = array("f", map(abs, engine.read(gradient("input"))))
        (saliency,) = grey(slopes, network.input_shape)
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
    """A picture of each map, from its least number (black) to its largest (white); a vector is one row."""
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
    """A picture of each filter's weights for each channel: nought is grey, the largest, of either sign, black or
    white."""
    size = side * side
    pictures = []
    for first in range(0, min(len(weights), MAX_PICTURES * size), size):
        one = weights[first : first + size]
        scale = 127.0 / (max(map(abs, one)) or 1.0)
        pictures.append(picture(bytes(128 + int(value * scale) for value in one), side, side))
    return pictures
