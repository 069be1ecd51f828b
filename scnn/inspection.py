"""Looking inside: what each layer makes of an image, its filters, and which pixels the answer hangs on."""

import base64
from array import array
from collections.abc import Sequence
from math import prod
from typing import Any

from scnn.engine import Engine, EngineMaker
from scnn.layers import Conv2D
from scnn.lowering import LOGITS, PROBABILITIES, activation, gradient, lower
from scnn.network import Network

__all__ = ["Inspector"]

MOST_FILTERS = 64  # shown of a layer


class Inspector:
    """Runs one image at a time through a network, on an engine of its own. Pictures are bytes in base64, [map, row,
    column], from 0 to 255."""

    def __init__(self, network: Network, make_engine: EngineMaker) -> None:
        self.network = network
        self.engine: Engine = make_engine(lower(network, inspect=True))

    def look(self, image: Sequence[float]) -> dict[str, Any]:
        """What the network makes of an image (numbers from 0 to 1): a picture of each layer's maps and filters, the
        probabilities, and the saliency: how much the winning logit changes with each pixel,
        |∂z[k]/∂X| (arXiv:1312.6034)."""
        network, engine = self.network, self.engine
        for name, values in network.parameters.items():
            engine.write(name, values)
        engine.write("input", image)
        engine.run("infer")
        probabilities = [float(value) for value in engine.read(PROBABILITIES)]
        best = probabilities.index(max(probabilities))
        layers = []
        for place, layer in enumerate(network.layers[:-1]):
            shape = network.shapes[place + 1]
            maps = engine.read(activation(network, place + 1))
            shown: dict[str, Any] = {"name": network.names[place], "shape": list(shape), "maps": grey(maps, shape)}
            if isinstance(layer, Conv2D):
                weights = network.parameters[f"{network.names[place]}.weights"]
                count = min(layer.filters, MOST_FILTERS)
                size = (network.shapes[place][0], layer.kernel_size, layer.kernel_size)
                shown |= {"filters": signed(weights[: count * prod(size)], count), "filter_shape": [count, *size]}
            layers.append(shown)
        engine.write(gradient(LOGITS), [1.0 if k == best else 0.0 for k in range(network.classes)])
        engine.run("saliency")
        slopes = array("f", map(abs, engine.read(gradient("input"))))
        return {
            "class": network.class_names[best],
            "probabilities": probabilities,
            "layers": layers,
            "saliency": grey(slopes, network.input_shape),
        }


def grey(values: Sequence[float], shape: Sequence[int]) -> str:
    """Each map from its least (0) to its largest (255) number; a vector is one map of one row."""
    maps = shape[0] if len(shape) == 3 else 1
    size = len(values) // maps
    out = bytearray()
    for first in range(0, maps * size, size):
        one = values[first : first + size]
        low, high = min(one), max(one)
        scale = 255.0 / (high - low) if high > low else 0.0
        out += bytes(int((value - low) * scale) for value in one)
    return base64.b64encode(out).decode()


def signed(values: Sequence[float], count: int) -> str:
    """Each of `count` filters with nought at 128, its largest weight, of either sign, at 1 or 255."""
    size = len(values) // count
    out = bytearray()
    for first in range(0, len(values), size):
        one = values[first : first + size]
        scale = 127.0 / (max(map(abs, one)) or 1.0)
        out += bytes(128 + int(value * scale) for value in one)
    return base64.b64encode(out).decode()
