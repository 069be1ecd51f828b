"""Layers that work on each number alone: ReLU and dropout."""

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
    """Lets positive numbers pass and turns negative ones to zero; any shape (ICML 2010, p. 807)."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """Y = max(0, X)."""
        return [call(kernels.relu_forward, size=prod(shape))]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂L/∂X = ∂L/∂Y · 1(X > 0)."""
        return [call(kernels.relu_backward, size=prod(shape))] if input_gradient else []


@dataclass(frozen=True)
class Dropout(Layer):
    """While training, turns each number to zero with the probability `rate` and scales up the others, so that
    their mean stays (JMLR 15, 2014, p. 1929); any shape. Afterwards it does nothing. It works in place. Raises
    ConfigError where the rate is not from 0 to below 1.
    """

    rate: float = 0.5

    shares_memory = True

    def __post_init__(self) -> None:
        if not isinstance(self.rate, int | float) or not 0 <= self.rate < 1:
            raise ConfigError(f"Dropout: the rate must be at least 0 and below 1, not {self.rate!r}")

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"mask": ("float32", shape)}

    def forward(self, shape: Shape) -> list[Call]:
        """Y = X."""
        return []

    def forward_training(self, shape: Shape) -> list[Call]:
        """Y = X · M, with M drawn anew for each sample."""
        threshold = int(self.rate * 2147483647)
        return [call(kernels.dropout_forward, values="input", threshold=threshold, size=prod(shape))]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂L/∂X = ∂L/∂Y · M."""
        return [call(kernels.dropout_backward, d_values="d_input", size=prod(shape))] if input_gradient else []
