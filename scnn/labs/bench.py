"""A bench: one kernel call or one network on an engine of its own, for the checks."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from scnn import kernels
from scnn.data.bundled import load_digits
from scnn.engines.engine import EngineFactory, Values
from scnn.errors import LabError
from scnn.labs.fields import Fields
from scnn.layers.convolution import Conv2D
from scnn.layers.layer import Layer
from scnn.layers.registry import layers_from_list
from scnn.network.architecture import Architecture
from scnn.network.lowering import (
    activation_buffers,
    allocate_buffers,
    gradient,
    gradient_buffers,
    parameter_buffers,
    sample_buffers,
)
from scnn.network.network import Network
from scnn.network.trace import calls_of
from scnn.plan import Argument, Call, Kernel, Plan, Procedure, allocate

__all__ = ["Gradients", "convolve", "digit", "network_in", "numbers_from", "run_call"]

MAX_WEIGHTS = 50_000  # of a lab's network
MAX_LAYERS = 20


def run_call(
    kernel: Kernel,
    buffers: Mapping[str, tuple[str, Sequence[float]]],
    constants: Mapping[str, float],
    make_engine: EngineFactory,
) -> dict[str, Values]:
    """Runs one kernel on buffers, each with its element type and its values; all of them afterwards."""
    layout = {name: (kind, (max(1, len(values)),)) for name, (kind, values) in buffers.items()}
    arguments: dict[str, Argument] = {name: constants.get(name, name) for name in [*buffers, *constants]}
    arguments = {name: arguments[name] for name in inspect.signature(kernel).parameters}
    plan = Plan(allocate(layout), {"run": Procedure("run", (), (Call(kernel, arguments),))})
    engine = make_engine(plan)
    for name, (_, values) in buffers.items():
        engine.write(name, values)
    engine.run("run")
    return {name: engine.read(name) for name in buffers}


def convolve(
    image: Sequence[Sequence[float]], weights: Sequence[Sequence[float]], stride: int, make_engine: EngineFactory
) -> list[list[float]]:
    """The map that a filter makes of an image, without padding."""
    height, width, size = len(image), len(image[0]), len(weights)
    sizes = Conv2D(1, size, stride).sizes((1, height, width))
    rows, columns = sizes["out_height"], sizes["out_width"]
    layout = {
        "output": ("float32", (1, rows, columns)),
        "padded": ("float32", (1, height, width)),
        "weights": ("float32", (1, 1, size, size)),
        "bias": ("float32", (1,)),
    }
    call = Call(kernels.conv2d_forward, {**{name: name for name in layout}, **sizes})
    engine = make_engine(Plan(allocate(layout), {"run": Procedure("run", (), (call,))}))
    engine.write("padded", [value for row in image for value in row])
    engine.write("weights", [value for row in weights for value in row])
    engine.run("run")
    values = engine.read("output")
    return [list(map(float, values[row * columns : (row + 1) * columns])) for row in range(rows)]


def numbers_from(random: Random, count: int, low: float, high: float) -> list[float]:
    """Uniform numbers; only `random()` lies between the seed and the bits."""
    return [low + (high - low) * random.random() for _ in range(count)]


def digit(index: int) -> tuple[bytes, int]:
    """A bundled test image and its class."""
    test = load_digits()[1]
    return test.image(index), test.labels[index]


def layers_in(data: Any) -> tuple[Layer, ...]:
    layers = tuple(layers_from_list(data))
    if len(layers) > MAX_LAYERS:
        raise LabError(f"expected at most {MAX_LAYERS} layers, got {len(layers)}")
    return layers


def network_in(fields: Fields) -> Network:
    """An untrained network for the bundled digits: `layers` and `seed`."""
    layers = fields.read("layers", layers_in, "a list of layers")
    seed = fields.integer("seed", 0, 2**32 - 1, 1)
    fields.finish()
    architecture = fields.read("layers", lambda _: Architecture((1, 28, 28), layers), "a list of layers")
    if architecture.parameter_count > MAX_WEIGHTS:
        fields.refuse("layers", f"a network of at most {MAX_WEIGHTS} weights", architecture.parameter_count)
    return Network((1, 28, 28), layers, seed=seed)


class Gradients:
    """A network with one image: its loss, and the gradients of its weights."""

    def __init__(self, network: Network, image: bytes, label: int, make_engine: EngineFactory) -> None:
        layout = parameter_buffers(network) | gradient_buffers(network) | sample_buffers(network, 0)
        layout |= activation_buffers(network) | {gradient("input"): ("float32", network.input_shape)}
        buffers = allocate_buffers(network, layout)
        procedures = {
            name: Procedure(name, (), tuple(call for _, back, call in calls_of(network) if back == backward))
            for name, backward in (("forward", False), ("backward", True))
        }
        self.network, self.engine = network, make_engine(Plan(buffers, procedures))
        self.write(network.parameters)
        self.engine.write("input", [level / 255.0 for level in image])
        self.engine.write("label", [label])

    def write(self, parameters: Mapping[str, Iterable[float]]) -> None:
        for name, values in parameters.items():
            self.engine.write(name, values)

    def loss(self) -> float:
        self.engine.run("forward")
        return float(self.engine.read("loss")[0])

    def loss_with(self, name: str, position: int, change: float) -> float:
        """The loss if one weight is changed; the weight is restored."""
        before = self.network.parameters[name][position]
        self.engine.write(name, [before + change], position)
        loss = self.loss()
        self.engine.write(name, [before], position)
        return loss

    def gradient(self, name: str, position: int) -> float:
        """The gradient of the loss by one weight."""
        zeros = [0.0] * len(self.engine.read(gradient(name)))
        self.engine.write(gradient(name), zeros)
        self.engine.run("forward")
        self.engine.run("backward")
        return float(self.engine.read(gradient(name))[position])
