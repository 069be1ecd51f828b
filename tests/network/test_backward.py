"""Layers without a backward pass of their own: it is derived from their forward kernels, on every engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import pytest

from scnn import (
    SGD,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    Network,
    ReLU,
    Trainer,
    load_digits,
)
from scnn.compiler import KernelError
from scnn.engines.engine import EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.kernels import exp
from scnn.language import Float32, Float32Buffer, Size, lanes, sqrt
from scnn.layers.layer import Parameter, Shape, call
from scnn.network.backward import backward_of
from scnn.plan import Call
from scnn.training.lowering import lower_training


class DerivedConv2D(Conv2D):
    backward = Layer.backward


class DerivedReLU(ReLU):
    backward = Layer.backward


class DerivedMaxPool2D(MaxPool2D):
    backward = Layer.backward


class DerivedDense(Dense):
    backward = Layer.backward


class DerivedFlatten(Flatten):
    backward = Layer.backward


class DerivedDropout(Dropout):
    backward = Layer.backward


OWN = [Conv2D(3, 3, padding=1), ReLU(), MaxPool2D(2), Conv2D(2, 3, stride=2), Dropout(0.3), Flatten(), Dense(10)]
DERIVED = [
    DerivedConv2D(3, 3, padding=1),
    DerivedReLU(),
    DerivedMaxPool2D(2),
    DerivedConv2D(2, 3, stride=2),
    DerivedDropout(0.3),
    DerivedFlatten(),
    DerivedDense(10),
]


def gradients(layers: list[Layer], make_engine: EngineFactory) -> dict[str, list[float]]:
    """The gradients for two digits, by the parameter's name without its layer's class."""
    network = Network((1, 28, 28), layers, seed=3)
    engine = make_engine(lower_training(network, 2))
    training, _ = load_digits()
    for name, values in network.parameters.items():  # no bias is zero, so that no ReLU sees one: 0 is its kink
        engine.write(name, [0.01 + value for value in values])
    engine.write("counter", [4711, 0])
    engine.write("pixels", bytes(training.pixels[: 2 * 784]))
    engine.write("labels", bytes(training.labels[:2]))
    engine.run("gradients", 0, 2)
    owners = [name.partition(".") for name in network.parameters]
    return {
        f"{owner.removeprefix('derived')}.{role}": list(engine.read(f"{owner}.d_{role}")) for owner, _, role in owners
    }


@pytest.mark.parametrize("make_engine", [compiled, Interpreter], ids=["compiled", "interpreted"])
def test_derived_passes_give_the_gradients_of_those_written_by_hand(make_engine: EngineFactory) -> None:
    """A network with derived backward passes has the same gradients as one with hand-written passes."""
    own, derived = gradients(OWN, make_engine), gradients(DERIVED, make_engine)
    assert own.keys() == derived.keys()
    for name, values in own.items():
        assert derived[name] == pytest.approx(values, rel=1e-4, abs=1e-6), name
        assert any(values), name


def test_a_layer_of_parameters_alone_is_not_zeroed() -> None:
    """No gradient is computed before the first layer with parameters."""
    calls = backward_of(DerivedConv2D(2, 3), (1, 5, 5), input_gradient=False)
    assert [one.kernel.__name__ for one in calls] == ["conv2d_backward_weights"]
    assert backward_of(DerivedReLU(), (4,), input_gradient=False) == []


def test_a_gradient_that_is_fully_overwritten_is_not_zeroed_first() -> None:
    """`zero` is called only if the derived kernel adds to its output, or does not write every element."""
    assert [one.kernel.__name__ for one in backward_of(DerivedReLU(), (4,))] == ["relu_backward"]
    names = [one.kernel.__name__ for one in backward_of(DerivedMaxPool2D(2), (1, 4, 4))]
    assert names == ["zero", "maxpool2d_backward"]


# ------------------------------------------------------------------------------------- a user's layers


def normalise(normal: Float32Buffer, scale: Float32Buffer, input: Float32Buffer, channels: Size, area: Size) -> None:
    for channel in range(channels):
        total = 0.0
        for i in lanes(area):
            total += input[channel * area + i]
        mean = total / float(area)
        squares = 0.0
        for i in lanes(area):
            difference = input[channel * area + i] - mean
            squares += difference * difference
        scale[channel] = 1.0 / sqrt(squares / float(area) + 0.001)
        for i in lanes(area):
            normal[channel * area + i] = (input[channel * area + i] - mean) * scale[channel]


def scaled(
    output: Float32Buffer,
    normal: Float32Buffer,
    gain: Float32Buffer,
    shift: Float32Buffer,
    channels: Size,
    area: Size,
) -> None:
    for channel in range(channels):
        for i in lanes(area):
            output[channel * area + i] = normal[channel * area + i] * gain[channel] + shift[channel]


@dataclass(frozen=True)
class InstanceNorm(Layer):
    """A layer of two kernels, with a buffer between them, and parameters."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {"gain": Parameter((shape[0],), fan_in=1), "shift": Parameter((shape[0],))}

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"normal": ("float32", shape), "scale": ("float32", (shape[0],))}

    def forward(self, shape: Shape) -> list[Call]:
        sizes = {"channels": shape[0], "area": prod(shape[1:])}
        return [call(normalise, **sizes), call(scaled, **sizes)]


def swish(output: Float32Buffer, input: Float32Buffer, gate: Float32Buffer, slope: Float32, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] / (1.0 + exp(-slope * gate[i]))


@dataclass(frozen=True)
class Swish(Layer):
    """A layer whose kernel reads the input through two parameters."""

    slope: float = 1.5

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        return [call(swish, gate="input", slope=self.slope, size=prod(shape))]


def rounded(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = float(int(input[i] * 10.0))


@dataclass(frozen=True)
class Rounded(Layer):
    """A layer whose kernel has no derivative."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        return [call(rounded, size=prod(shape))]


LAYERS: list[Layer] = [Conv2D(3, 5, stride=2), InstanceNorm(), Swish(), Flatten(), Dense(10)]


def test_a_users_layers_train_to_the_same_bits(tmp_path: Path) -> None:
    """Normalisation with parameters and Swish train, can be saved and loaded, and give the same bits on every
    engine."""
    training, test = load_digits()
    few = training.select(range(10), 5)

    def trained(make_engine: Any) -> Network:
        network = Network((1, 28, 28), LAYERS, seed=1)
        trainer = Trainer(network, few, epochs=1, optimiser=SGD(0.05), batch_size=16, seed=2, make_engine=make_engine)
        assert list(trainer.run())
        return network

    first, again = trained(compiled), trained(lambda plan: Interpreter(plan, exact=True))
    assert first.fingerprint() == again.fingerprint()
    first.save(tmp_path / "own.safetensors")
    loaded = Network.load(tmp_path / "own.safetensors", layers=[InstanceNorm, Swish])
    assert loaded.fingerprint() == first.fingerprint()
    more = Trainer(loaded, training, epochs=2, optimiser=SGD(0.05, momentum=0.9), batch_size=32, seed=1)
    assert list(more.run())
    assert loaded.evaluate(test).accuracy > 0.85


def test_a_layer_without_derivative_infers_but_does_not_train() -> None:
    """Prediction works; training raises an error with the kernel and the line that has no derivative."""
    network = Network((1, 28, 28), [Flatten(), Dense(4), Rounded(), Dense(10)], seed=1)
    _, test = load_digits()
    assert len(network.predict(test.image(0))) == 1
    with pytest.raises(KernelError, match="rounded depends on input only through integers"):
        lower_training(network, 1)


def test_a_layer_without_a_backward_pass_is_rejected() -> None:
    """Calling `backward` raises an error that says where the derived pass is."""
    with pytest.raises(ConfigError, match="scnn.network.backward"):
        Swish().backward((3,))
