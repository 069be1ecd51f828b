"""One layer alone, on plain lists or on an engine, and a check of its gradients against finite differences.

On lists the kernels compute in float64, so that the differences are accurate enough; engines compute in float32.
"""

from collections.abc import Callable, Iterable
from functools import partial
from math import prod
from random import Random
from typing import Any, Protocol

import pytest

from scnn.engines.engine import Engine
from scnn.layers.layer import Layer, Shape
from scnn.layers.loss import Loss
from scnn.network.backward import backward_of, derived_buffers
from scnn.plan import Call, Plan, Procedure, allocate
from tests.engines.makers import MAKERS

Numbers = list[float]


class Bench(Protocol):
    """A layer's roles (input, d_output, weights, …) to read and write, and its passes to run."""

    def write(self, role: str, values: Iterable[float]) -> None: ...
    def read(self, role: str) -> Numbers: ...
    def run(self, what: str) -> None: ...


class OnLists:
    """The layer's kernels as plain Python."""

    def __init__(self, layer: Layer, shape: Shape) -> None:
        self.calls = passes(layer, shape)
        self.roles: dict[str, list[Any]] = {
            name: [0.0 if kind == "float32" else 0] * prod(extent)
            for name, (kind, extent) in roles(layer, shape).items()
        }

    def write(self, role: str, values: Iterable[float]) -> None:
        self.roles[role][:] = values

    def read(self, role: str) -> Numbers:
        return list(self.roles[role])

    def run(self, what: str) -> None:
        for call in self.calls[what]:
            call.kernel(
                *(self.roles[value] if isinstance(value, str) else value for value in call.arguments.values())
            )


class OnEngine:
    """The layer as a plan: each role is a buffer, each pass is a procedure."""

    def __init__(self, make_engine: Callable[[Plan], Engine], layer: Layer, shape: Shape) -> None:
        procedures = {name: Procedure(name, (), tuple(calls)) for name, calls in passes(layer, shape).items()}
        self.engine = make_engine(Plan(allocate(roles(layer, shape)), procedures))

    def write(self, role: str, values: Iterable[float]) -> None:
        self.engine.write(role, values)

    def read(self, role: str) -> Numbers:
        return list(self.engine.read(role))

    def run(self, what: str) -> None:
        self.engine.run(what)


ENGINES: dict[str, Callable[[Layer, Shape], Bench]] = {name: partial(OnEngine, make) for name, make in MAKERS.items()}
BENCHES: dict[str, Callable[[Layer, Shape], Bench]] = {"lists": OnLists, **ENGINES}

on_every_bench = pytest.mark.parametrize("bench_of", BENCHES.values(), ids=BENCHES)


def roles(layer: Layer, shape: Shape) -> dict[str, tuple[str, Shape]]:
    """Every buffer that the layer's calls may name, with its type and shape."""
    output = layer.output_shape(shape)
    found: dict[str, tuple[str, Shape]] = {"input": ("float32", shape), "d_input": ("float32", shape)}
    found |= {"output": ("float32", output), "d_output": ("float32", output)}
    found |= {"loss": ("float32", (1,)), "label": ("int32", (1,)), **layer.buffers(shape)}
    found |= derived_buffers(layer, shape)
    for name, parameter in layer.parameters(shape).items():
        found |= {name: ("float32", parameter.shape), f"d_{name}": ("float32", parameter.shape)}
    return found


def passes(layer: Layer, shape: Shape) -> dict[str, list[Call]]:
    """The layer's calls, by pass."""
    backward = [*layer.before_gradients(shape), *backward_of(layer, shape), *layer.after_gradients(shape)]
    found = {"forward": [*layer.before_samples(shape), *layer.forward(shape)], "backward": backward}
    if isinstance(layer, Loss):
        found["loss"] = layer.loss(shape)
    return found


def forward(bench: Bench, image: Iterable[float]) -> Numbers:
    """The layer's output."""
    bench.write("input", image)
    bench.run("forward")
    return bench.read("output")


def differences(values: Numbers, loss: Callable[[Numbers], float], step: float = 1e-5) -> Numbers:
    """The gradient of the loss with respect to the values, by central differences."""
    gradient = []
    for index, value in enumerate(values):
        above, below = (loss([*values[:index], value + sign * step, *values[index + 1 :]]) for sign in (1, -1))
        gradient.append((above - below) / (2 * step))
    return gradient


def check_gradients(layer: Layer, shape: Shape, batch: int, seed: int) -> None:
    """Checks the gradients of the loss Σ g · Y over a batch: each sample's input has its own gradient, and those of
    parameters are summed. Lists are checked to float64's accuracy, every engine to float32's."""
    random = Random(seed)
    levels = range(-999, 1000, 2)  # a difference's step leads from none of them to the next, nor over zero
    images = [[level / 1000 for level in random.sample(levels, prod(shape))] for _ in range(batch)]
    outputs = prod(layer.output_shape(shape))
    weights = [[random.uniform(-1, 1) for _ in range(outputs)] for _ in range(batch)]
    parameters = {
        name: [random.uniform(-1, 1) for _ in range(prod(parameter.shape))]
        for name, parameter in layer.parameters(shape).items()
    }
    reference = OnLists(layer, shape)

    def loss_of(sample: int, image: Numbers) -> float:
        return sum(g * y for g, y in zip(weights[sample], forward(reference, image), strict=True))

    def total(name: str, values: Numbers) -> float:
        reference.write(name, values)
        return sum(map(loss_of, range(batch), images))

    for name, values in parameters.items():
        reference.write(name, values)
    expected_inputs = [differences(image, partial(loss_of, sample)) for sample, image in enumerate(images)]
    expected = {}
    for name, values in parameters.items():
        expected[name] = differences(values, partial(total, name))
        reference.write(name, values)

    for bench_name, bench_of in BENCHES.items():
        relative, absolute = (1e-6, 1e-7) if bench_name == "lists" else (1e-5, 1e-5)
        bench = bench_of(layer, shape)
        for name, values in parameters.items():
            bench.write(name, values)
        for sample, image in enumerate(images):
            bench.write("d_input", [random.random() for _ in image])  # garbage: it must be overwritten
            forward(bench, image)
            bench.write("d_output", weights[sample])
            bench.run("backward")
            wanted = pytest.approx(expected_inputs[sample], rel=relative, abs=absolute)
            assert bench.read("d_input") == wanted, f"{bench_name}: d_input"
        for name, gradient in expected.items():
            wanted = pytest.approx(gradient, rel=relative, abs=absolute)
            assert bench.read(f"d_{name}") == wanted, f"{bench_name}: d_{name}"
