"""What a layer is: shapes, parameters, and the kernel calls of its forward and backward.

A layer computes nothing itself. Its `forward` and `backward` name kernel calls, which plans order and engines
run. In a call, an argument that is a text is a role: `input`, `output`, a parameter or buffer of the layer, or
one of these with the prefix `d_`, the gradient of the loss with respect to it.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt
from random import Random

from scnn.errors import ConfigError
from scnn.plan import Argument, Call, Kernel

__all__ = ["Layer", "Parameter", "Shape", "call"]

Shape = tuple[int, ...]  # of one sample: (channels, rows, columns) for maps, (length,) for vectors


@dataclass(frozen=True)
class Parameter:
    """A tensor that is learned. `fan_in` is how many inputs each output sums over; 0 means: begin at zero."""

    shape: Shape
    fan_in: int = 0
    upright: bool = False  # whether each filter begins with a sum that is not negative

    def initialise(self, random: Random) -> list[float]:
        """He's initialisation for ReLU networks, from a uniform distribution (arXiv:1502.01852, eq. 10).

        A variance of 2 / fan_in keeps the size of the signal from layer to layer; uniform between -limit and
        limit has that variance for limit² = 6 / fan_in. Only `random()` and a square root stand between seed
        and weight, and they give the same bits on every platform.

        Grey levels and what a ReLU lets through are never negative: a filter that sums below zero answers
        them mostly with zeros, and where it is the only one may never learn. Turning its sign changes
        neither its variance nor its form, and so upright filters begin with it turned.
        """
        if not self.fan_in:
            return [0.0] * prod(self.shape)
        limit = sqrt(6.0 / self.fan_in)
        values: list[float] = []
        for _ in range(prod(self.shape) // self.fan_in):
            weights = [(2.0 * random.random() - 1.0) * limit for _ in range(self.fan_in)]
            turned = self.upright and sum(weights) < 0
            values += [-weight for weight in weights] if turned else weights
        return values


def call(kernel: Kernel, /, **arguments: Argument) -> Call:
    """A kernel call in roles: a parameter of the kernel that is not given stands for the role of its name. Raises
    ConfigError for what is no parameter of it."""
    parameters = inspect.signature(kernel).parameters
    for name in arguments:
        if name not in parameters:
            raise ConfigError(f"the kernel {kernel.__name__} has no {name}; it has {', '.join(parameters)}")
    return Call(kernel, {name: arguments.get(name, name) for name in parameters})


class Layer(ABC):
    """One step of the network, for one sample at a time. `shape` is always the input's."""

    shares_memory = False  # whether the output is the input's very memory, so that forward has nothing to do

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The output's shape; raises ShapeError where the input does not fit."""

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        """What is learned, by name, in the order of initialisation."""
        return {}

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        """What else the layer keeps in memory: name → (kind, shape)."""
        return {}

    @abstractmethod
    def forward(self, shape: Shape) -> list[Call]:
        """The calls that make `output` from `input`."""

    def forward_training(self, shape: Shape) -> list[Call]:
        """The same while training, for layers that differ there."""
        return self.forward(shape)

    @property
    def has_backward(self) -> bool:
        """Whether the layer writes its backward pass itself; if not, it is derived from its forward kernels."""
        return type(self).backward is not Layer.backward

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The calls that add to the parameters' gradients and, where asked, make `d_input` from `d_output`. A layer
        need not define it: then `scnn.network.backward` derives these calls, and this raises ConfigError."""
        raise ConfigError(f"{type(self).__name__} has no backward of its own: see scnn.network.backward.backward_of")
