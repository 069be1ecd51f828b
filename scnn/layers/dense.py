"""Fully connected layers, and the flattening before them. Their kernels: `scnn.kernels.dense`."""

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
    """Reshapes maps to a vector: (channels, rows, columns) → (channels · rows · columns,).

    Maps lie in memory in row-major order, which is the order of the vector: the output is the input's memory, and
    forward and backward have no kernels.
    """

    shares_memory = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def forward(self, shape: Shape) -> list[Call]:
        """output is input, read as a vector."""
        return []

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input is ∂loss/∂output, read in the input's shape."""
        return []


@dataclass(frozen=True)
class Dense(Layer):
    """Connects every input to every unit: (inputs,) → (units,). Raises ConfigError unless `units` is a positive
    integer; a network raises ShapeError for an input that is not a vector, and suggests Flatten.

    Kernels: `dense_forward`, `dense_backward_weights`, `dense_backward_input` in `scnn.kernels.dense`.
    """

    units: int

    def __post_init__(self) -> None:
        require_at_least(1, "Dense", units=self.units)

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(
                f"Dense takes a vector, such as ({prod(shape)},), but got {shape}: put Flatten() before it"
            )
        return (self.units,)

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {
            "weights": Parameter((self.units, shape[0]), fan_in=shape[0]),
            "bias": Parameter((self.units,)),
        }

    def forward(self, shape: Shape) -> list[Call]:
        """output = weights · input + bias."""
        return [
            call(
                kernels.dense_forward,
                output="output",
                input="input",
                weights="weights",
                bias="bias",
                inputs=shape[0],
                outputs=self.units,
            )
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """weights[j, i] is multiplied by input[i] in output[j] alone. By the chain rule, with d_x for ∂loss/∂x:

        d_weights[j, i] = d_output[j] · input[i],  d_bias[j] = d_output[j],  d_input[i] = Σ_j weights[j, i] ·
        d_output[j]
        """
        calls = [
            call(
                kernels.dense_backward_weights,
                d_weights="d_weights",
                d_bias="d_bias",
                d_output="d_output",
                input="input",
                inputs=shape[0],
                outputs=self.units,
            )
        ]
        if input_gradient:
            calls.append(
                call(
                    kernels.dense_backward_input,
                    d_input="d_input",
                    d_output="d_output",
                    weights="weights",
                    inputs=shape[0],
                    outputs=self.units,
                )
            )
        return calls
