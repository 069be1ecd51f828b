"""Layers that work on each element alone: ReLU and dropout. Their kernels: `scnn.kernels.activation`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Shape, call
from scnn.plan import Call

__all__ = ["ReLU", "Dropout"]


@dataclass(frozen=True)
class ReLU(Layer):
    """Passes positive numbers and replaces negative ones by zero; any shape (Nair and Hinton, ICML 2010, p. 807).

    Kernels: `relu_forward`, `relu_backward` in `scnn.kernels.activation`.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = max(0, input)."""
        return [call(kernels.relu_forward, output="output", input="input", size=prod(shape))]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input = ∂loss/∂output where input > 0, and 0 elsewhere."""
        if not input_gradient:
            return []
        return [
            call(kernels.relu_backward, d_input="d_input", d_output="d_output", input="input", size=prod(shape)),
        ]


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, sets each number to zero with probability `rate` and scales up the others to preserve the mean;
    any shape (Srivastava et al., JMLR 15, 2014, p. 1929). In inference it does nothing. It works in place. Raises
    ConfigError unless 0 <= rate < 1.

    Kernels: `dropout_forward`, `dropout_backward` in `scnn.kernels.activation`.
    """

    rate: float = 0.5

    shares_memory = True

    def __post_init__(self) -> None:
        if not isinstance(self.rate, int | float) or not 0 <= self.rate < 1:
            raise ConfigError(f"Dropout: the rate must be a number from 0 to below 1, got {self.rate!r}")

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"mask": ("float32", shape)}

    def forward(self, shape: Shape) -> list[Call]:
        """output = input: inference drops nothing."""
        return []

    def forward_training(self, shape: Shape) -> list[Call]:
        """output = input · mask, with a new random mask for each sample."""
        threshold = int(self.rate * 2147483647)
        return [
            call(
                kernels.dropout_forward,
                values="input",
                mask="mask",
                random="random",
                threshold=threshold,
                size=prod(shape),
            )
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input = ∂loss/∂output · mask."""
        if not input_gradient:
            return []
        return [call(kernels.dropout_backward, d_values="d_input", mask="mask", size=prod(shape))]
