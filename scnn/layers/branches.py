"""Layers that read the output of an earlier layer by its name, so that a list of layers can describe a graph. Their
kernels: `scnn.kernels.branches`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Self

from scnn import kernels
from scnn.errors import ConfigError, ShapeError
from scnn.layers.layer import Layer, Shape, call
from scnn.plan import Call

__all__ = ["Add", "Branch", "Concatenate", "Join"]


@dataclass(frozen=True)
class Join(Layer):
    """A layer that reads two outputs: `input`, that of the layer before it in the list, and `other`, that of the
    earlier layer that `layer` names; "input" is the network's input. A layer's name is its class in lower case and
    its number among those of its class, from 1, such as `conv2d_2`.

    Networks raise ConfigError for a name that no earlier layer has.
    """

    __slots__ = ("other_shape",)  # what `bound` adds: no part of the layer's settings
    inputs: ClassVar[tuple[str, ...]] = ("input", "other")

    layer: str

    def bound(self, other_shape: Shape) -> Self:
        """The layer with the shape of the other output."""
        joined = replace(self)
        object.__setattr__(joined, "other_shape", other_shape)
        return joined

    def shape_of_other(self) -> Shape:
        if not hasattr(self, "other_shape"):
            raise ConfigError(
                f"the shapes of {type(self).__name__}({self.layer!r}) are not known before it is in a network"
            )
        found: Any = self.other_shape
        return tuple(found)

    def input_shapes(self, shape: Shape) -> Mapping[str, Shape]:
        return {"input": shape, "other": self.shape_of_other()}


@dataclass(frozen=True)
class Add(Join):
    """Adds the output of an earlier layer to that of the layer before it: a residual connection, or shortcut (He et
    al., arXiv:1512.03385, section 3.2). Any shape, which is the same for both; a network raises ShapeError for
    different ones.

    Kernel: `add_forward` in `scnn.kernels.branches`; its backward kernels are derived.
    """

    def output_shape(self, shape: Shape) -> Shape:
        if shape != self.shape_of_other():
            raise ShapeError(
                f"Add takes two outputs of the same shape, got {shape} and {self.shape_of_other()} from {self.layer}"
            )
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = other + input."""
        return [call(kernels.add_forward, output="output", input="input", other="other", size=prod(shape))]


@dataclass(frozen=True)
class Concatenate(Join):
    """Puts the output of an earlier layer and that of the layer before it one after the other, in this order:
    channels of maps with the same rows and columns, or units of vectors. A network raises ShapeError for other
    shapes.

    Kernel: `concatenate_forward` in `scnn.kernels.branches`; its backward kernel is derived.
    """

    def output_shape(self, shape: Shape) -> Shape:
        other = self.shape_of_other()
        if shape[1:] != other[1:] or len(shape) != len(other):
            raise ShapeError(
                f"Concatenate takes two vectors, or maps with the same rows and columns, got {shape} and "
                f"{other} from {self.layer}"
            )
        return (other[0] + shape[0], *shape[1:])

    def forward(self, shape: Shape) -> list[Call]:
        """output = other, followed by input."""
        first = prod(self.shape_of_other())
        return [
            call(kernels.concatenate_forward, output="output", input="other", first=0, size=first),
            call(kernels.concatenate_forward, output="output", input="input", first=first, size=prod(shape)),
        ]


@dataclass(frozen=True)
class Branch(Join):
    """Starts a parallel branch: the layer after it reads the output of an earlier layer, not that of the layer before
    it. It has no kernels, since its output is that layer's memory; any shape.
    """

    shares_memory = True
    inputs = ("other",)

    def output_shape(self, shape: Shape) -> Shape:
        return self.shape_of_other()

    def input_shapes(self, shape: Shape) -> Mapping[str, Shape]:
        return {"other": self.shape_of_other()}

    def forward(self, shape: Shape) -> list[Call]:
        """output = other."""
        return []

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂other = ∂loss/∂output, in the same memory."""
        return []
