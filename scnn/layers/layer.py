"""What a layer is: shapes, parameters, and the kernel calls of its forward and backward pass.

A layer computes nothing itself: `forward` and `backward` list kernel calls, which are lowered to plans
(`scnn.network.lowering`) and run by engines. In these calls, a string argument is a role: `input`, `output`, a
parameter or buffer of the layer, one of these with the prefix `d_` for the gradient of the loss with respect to it,
or `label`, `loss` or `random` of the network. A layer that reads two outputs has the role `other`, too
(`scnn.layers.branches`).
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from math import prod, sqrt
from random import Random
from typing import Any, ClassVar

from scnn.errors import ConfigError
from scnn.plan import Argument, Call, Kernel

__all__ = ["SCHEMES", "Layer", "Parameter", "Pass", "Shape", "call"]

SCHEMES = ("he", "glorot")  # of initialisation

Shape = tuple[int, ...]  # of one sample: (channels, rows, columns) for maps, (length,) for vectors


@dataclass(frozen=True)
class Parameter:
    """A tensor that training changes. `fan_in` is the number of inputs that each output sums over; with 0 the tensor
    starts as `start`. A tensor that is not `learned` is kept in files like the others, but optimisers do not change
    it; its layer does (`Layer.after_batch`).
    """

    shape: Shape
    fan_in: int = 0
    upright: bool = False  # whether each filter starts with a sum that is not negative
    start: float = 0.0
    learned: bool = True
    least: float | None = None  # no number of the tensor in a file may be below

    @property
    def fan_out(self) -> int:
        """The number of outputs that each input contributes to, in a convolution of stride 1."""
        return prod(self.shape) // self.fan_in * prod(self.shape[2:]) if self.fan_in else 0

    def initialise(self, random: Random, scheme: str = "he") -> list[float]:
        """Random numbers from a uniform distribution: He's initialisation for ReLU networks (arXiv:1502.01852, eq.
        10), or with the scheme "glorot" that of Glorot and Bengio (AISTATS 2010, eq. 16), for Tanh and Sigmoid.

        A variance of 2 / fan_in preserves the scale of the signal from layer to layer; the uniform distribution
        between -limit and limit has that variance for limit² = 6 / fan_in. Glorot's limit² is 6 / (fan_in + fan_out),
        which takes the gradients into account as well. Only `random()` and a square root lie between seed and
        weights, and both give the same bits on every platform.

        Grey levels and outputs of a ReLU are never negative: a filter with a negative sum answers them mostly with
        zeros, and may never learn if its layer has no other. Changing its sign changes neither variance nor form, so
        `upright` filters with a negative sum start with their sign changed.
        """
        if not self.fan_in:
            return [self.start] * prod(self.shape)
        limit = sqrt(6.0 / (self.fan_in + (self.fan_out if scheme == "glorot" else 0)))
        values: list[float] = []
        for _ in range(prod(self.shape) // self.fan_in):
            weights = [(2.0 * random.random() - 1.0) * limit for _ in range(self.fan_in)]
            flipped = self.upright and sum(weights) < 0
            values += [-weight for weight in weights] if flipped else weights
        return values


def call(kernel: Kernel, /, **arguments: Argument) -> Call:
    """A kernel call of a layer, whose arguments are roles (strings) and constants, by the kernel's parameter names.

    An omitted argument is the role of its parameter's name: `call(relu_forward, size=8)` reads `input` and writes
    `output`. scnn's own layers name every argument; a short layer of your own need not. Raises ConfigError for an
    argument that the kernel does not have; an omitted one that is no role of the layer is refused when the network is
    built.
    """
    parameters = inspect.signature(kernel).parameters
    for name in arguments:
        if name not in parameters:
            raise ConfigError(
                f"kernel {kernel.__name__} has no parameter {name!r}; expected one of: {', '.join(parameters)}"
            )
    return Call(kernel, {name: arguments.get(name, name) for name in parameters})


@dataclass(frozen=True)
class Pass:
    """One loop over the samples of a shard: calls for each of them, and calls before and after all of them. They may
    read `samples`, the number of samples."""

    each: list[Call]
    before: list[Call] = field(default_factory=list)
    after: list[Call] = field(default_factory=list)


class Layer(ABC):
    """One step of the network, for one sample at a time. `shape` is always the shape of the input."""

    optional: ClassVar[tuple[str, ...]] = ()  # settings that files and texts leave out at their defaults
    shares_memory = False  # whether the output is the input's memory, so that forward has nothing to copy
    inputs: ClassVar[tuple[str, ...]] = ("input",)  # the roles of the outputs that it reads
    of_shard: ClassVar[tuple[str, ...]] = ()  # the buffers that all samples of a shard have in common

    def __setstate__(self, state: Any) -> None:
        """Restores a copy: the settings, and what a network has added to them; attributes of a frozen dataclass
        cannot be assigned."""
        for part in state if isinstance(state, tuple) else (state,):
            for name, value in (part or {}).items():
                object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """The call that makes the layer; dataclasses with `repr=False` have it, for their `optional` settings."""
        if not is_dataclass(self):
            return super().__repr__()
        values = {one: getattr(self, one.name) for one in fields(self)}
        shown = {one: value for one, value in values.items() if one.name not in self.optional or value != one.default}
        return f"{type(self).__name__}({', '.join(f'{one.name}={value!r}' for one, value in shown.items())})"

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The shape of the output; raises ShapeError if the layer cannot take the input."""

    def input_shapes(self, shape: Shape) -> Mapping[str, Shape]:
        """The shapes of the outputs that it reads, by their roles."""
        return {"input": shape}

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        """The tensors that are learned, by name, in the order of initialisation."""
        return {}

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        """Other memory that the layer needs: name → (element type, shape)."""
        return {}

    @abstractmethod
    def forward(self, shape: Shape) -> list[Call]:
        """The calls that compute `output` from `input`."""

    def forward_training(self, shape: Shape) -> list[Call]:
        """The calls of the forward pass in training, where it differs from inference."""
        return self.forward(shape)

    def before_samples(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The calls that come once before the samples of a batch, for what depends on the parameters alone; also for
        the backward pass to the input, if `input_gradient`.
        """
        return []

    def before_gradients(self, shape: Shape) -> list[Call]:
        """The calls that come before samples whose gradients are added up. They may copy the parameters' gradients,
        to which the samples add.
        """
        return []

    def after_gradients(self, shape: Shape) -> list[Call]:
        """The calls that come after these samples: they complete the parameters' gradients."""
        return []

    def forward_passes(self, shape: Shape) -> list[Pass]:
        """The passes of the forward pass in training, if it needs all samples of a shard. The outputs of a sample are
        complete after its calls in the last one. See `scnn.training.batches`."""
        return []

    def backward_passes(self, shape: Shape, input_gradient: bool = True) -> list[Pass]:
        """The passes of the backward pass of a layer that has `forward_passes`."""
        return []

    def after_batch(self, shape: Shape) -> list[Call]:
        """The calls that come before each step of the optimiser, for parameters that are not learned; they may read
        `samples`, the number of samples in the batch, and reset the gradients of these parameters to zero."""
        return []

    @property
    def has_backward(self) -> bool:
        """Whether the layer defines its backward pass; if not, it is derived from the forward kernels."""
        return type(self).backward is not Layer.backward

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The calls that add to the parameters' gradients and, if `input_gradient`, compute `d_input` from
        `d_output`.

        A layer need not define it: `scnn.network.backward` then derives these calls, and this method raises
        ConfigError.
        """
        raise ConfigError(f"{type(self).__name__} has no backward of its own: see scnn.network.backward.backward_of")
