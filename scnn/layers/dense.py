"""Dense layers, and the flattening that comes before them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.errors import ShapeError
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.shapes import require_at_least
from scnn.plan import Call

__all__ = ["Flatten", "Dense"]


@dataclass(frozen=True)
class Flatten(Layer):
    """Reads maps as one vector: (channels, rows, columns) → (channels · rows · columns,).

    Memory holds maps row after row, channel after channel, so they are that vector already: forward and
    backward are the identity, and cost nothing.
    """

    shares_memory = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def forward(self, shape: Shape) -> list[Call]:
        """Y_flat is X, read in one row."""
        return []

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂L/∂X is ∂L/∂Y_flat, read in X's shape."""
        return []


@dataclass(frozen=True)
class Dense(Layer):
    """Joins every input to every unit: (inputs,) → (units,). Raises ConfigError for a number of units that is none; a
    network raises ShapeError for maps, which Flatten makes a vector of."""

    units: int

    def __post_init__(self) -> None:
        require_at_least(1, "Dense", units=self.units)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(
                f"Dense takes a vector, such as ({prod(shape)},), and was given {shape}: put Flatten() before it"
            )
        return (self.units,)

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {
            "weights": Parameter((self.units, shape[0]), fan_in=shape[0]),
            "bias": Parameter((self.units,)),
        }

    def forward(self, shape: Shape) -> list[Call]:
        """Y = W · X + B."""
        return [call(kernels.dense_forward, inputs=shape[0], outputs=self.units)]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """W[j,i] meets X[i] in Y[j] alone: ∂L/∂W = ∂L/∂Y · Xᵀ, ∂L/∂B = ∂L/∂Y, ∂L/∂X = Wᵀ · ∂L/∂Y."""
        calls = [call(kernels.dense_backward_weights, inputs=shape[0], outputs=self.units)]
        if input_gradient:
            calls.append(call(kernels.dense_backward_input, inputs=shape[0], outputs=self.units))
        return calls
