"""Layers that work on each element alone: activations and dropout. Their kernels: `scnn.kernels.activation`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.plan import Call

__all__ = ["ReLU", "LeakyReLU", "Sigmoid", "Tanh", "SiLU", "GELU", "PReLU", "Dropout"]


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
class LeakyReLU(Layer):
    """Passes positive numbers and multiplies the others by `slope`; any shape (Maas et al., ICML workshop 2013).
    Raises ConfigError unless 0 <= slope <= 1.

    Kernel: `leakyrelu_forward` in `scnn.kernels.activation`; its backward kernel is derived.
    """

    slope: float = 0.01

    def __post_init__(self) -> None:
        if not isinstance(self.slope, int | float) or not 0 <= self.slope <= 1:
            raise ConfigError(f"LeakyReLU: the slope must be a number from 0 to 1, got {self.slope!r}")

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = input where it is positive, and slope · input elsewhere."""
        sizes = {"slope": float(self.slope), "size": prod(shape)}
        return [call(kernels.leakyrelu_forward, output="output", input="input", **sizes)]


@dataclass(frozen=True)
class Sigmoid(Layer):
    """The logistic function of each number, from 0 to 1; any shape.

    Kernel: `sigmoid_forward` in `scnn.kernels.activation`; its backward kernel is derived.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = 1 / (1 + e^-input)."""
        return [call(kernels.sigmoid_forward, output="output", input="input", size=prod(shape))]


@dataclass(frozen=True)
class Tanh(Layer):
    """The hyperbolic tangent of each number, from -1 to 1; any shape.

    Kernel: `tanh_forward` in `scnn.kernels.activation`; its backward kernel is derived.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = tanh(input)."""
        return [call(kernels.tanh_forward, output="output", input="input", size=prod(shape))]


@dataclass(frozen=True)
class SiLU(Layer):
    """Multiplies each number by its sigmoid; any shape (also called swish: Elfwing et al., arXiv:1702.03118).

    Kernel: `silu_forward` in `scnn.kernels.activation`; its backward kernel is derived.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = input / (1 + e^-input)."""
        return [call(kernels.silu_forward, output="output", input="input", size=prod(shape))]


@dataclass(frozen=True)
class GELU(Layer):
    """Multiplies each number by the normal distribution function Φ at it; any shape (Hendrycks and Gimpel,
    arXiv:1606.08415).

    Kernels: `gelu_forward`, `gelu_backward` in `scnn.kernels.activation`.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output = input · Φ(input)."""
        return [call(kernels.gelu_forward, output="output", input="input", size=prod(shape))]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input = ∂loss/∂output · (Φ(input) + input · φ(input)), with the density φ, by the product rule."""
        if not input_gradient:
            return []
        roles = {"d_input": "d_input", "d_output": "d_output", "input": "input"}
        return [call(kernels.gelu_backward, **roles, size=prod(shape))]


@dataclass(frozen=True)
class PReLU(Layer):
    """Passes positive numbers and multiplies the others by a slope that is learned for each channel, or each unit of
    a vector (He et al., arXiv:1502.01852, eq. 1). `slope` is the one to start with; raises ConfigError unless 0 <=
    slope <= 1.

    Kernel: `prelu_forward` in `scnn.kernels.activation`; its backward kernels are derived.
    """

    slope: float = 0.25

    def __post_init__(self) -> None:
        if not isinstance(self.slope, int | float) or not 0 <= self.slope <= 1:
            raise ConfigError(f"PReLU: the slope must be a number from 0 to 1, got {self.slope!r}")

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        return {"slopes": Parameter((shape[0],), start=self.slope)}

    def forward(self, shape: Shape) -> list[Call]:
        """output = input where it is positive, and slopes[channel] · input elsewhere."""
        sizes = {"channels": shape[0], "area": prod(shape[1:])}
        return [call(kernels.prelu_forward, output="output", input="input", slopes="slopes", **sizes)]


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
