"""The paper's six classes, and dropout: what each layer's shapes and parameters are, and which kernels it is made of.

The chain rule stands in the docstrings of `backward`; a capital letter is a tensor, L is the loss.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.checks import require_whole
from scnn.errors import ConfigError, ShapeError
from scnn.layer import Layer, Parameter, Shape, call
from scnn.plan import Call

__all__ = ["Conv2D", "Dense", "Dropout", "Flatten", "MaxPool2D", "ReLU", "SoftmaxCrossEntropy"]


@dataclass(frozen=True)
class Conv2D(Layer):
    """Slides `filters` filters of kernel_size × kernel_size over maps: (channels, rows, columns) →
    (filters, rows', columns'), with rows' = (rows + 2 · padding - kernel_size) // stride + 1. `stride` and `padding`
    count pixels. Raises ConfigError for sizes that are none; a network raises ShapeError where a window does not fit.
    """

    filters: int
    kernel_size: int = 3
    stride: int = 1
    padding: int = 0

    def __post_init__(self) -> None:
        require_at_least(1, "Conv2D", filters=self.filters, kernel_size=self.kernel_size, stride=self.stride)
        require_at_least(0, "Conv2D", padding=self.padding)

    def output_shape(self, shape: Shape) -> Shape:
        channels, height, width = maps("Conv2D", shape)
        padded = (channels, height + 2 * self.padding, width + 2 * self.padding)
        rows, columns = windows("Conv2D", padded, self.kernel_size, self.stride, self.padding)
        return (self.filters, rows, columns)

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        weights = (self.filters, shape[0], self.kernel_size, self.kernel_size)
        return {
            "weights": Parameter(weights, fan_in=prod(weights[1:]), upright=True),
            "bias": Parameter((self.filters,)),
        }

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        if not self.padding:
            return {}
        padded = (shape[0], shape[1] + 2 * self.padding, shape[2] + 2 * self.padding)
        return {"padded": ("float32", padded), "d_padded": ("float32", padded)}

    def sizes(self, shape: Shape) -> dict[str, int]:
        """The sizes of the convolution kernels; height and width are the padded input's."""
        _, out_height, out_width = self.output_shape(shape)
        return {
            "channels": shape[0],
            "height": shape[1] + 2 * self.padding,
            "width": shape[2] + 2 * self.padding,
            "filters": self.filters,
            "kernel": self.kernel_size,
            "stride": self.stride,
            "out_height": out_height,
            "out_width": out_width,
        }

    def border(self, shape: Shape) -> dict[str, int]:
        """The sizes of the padding kernels; height and width are the input's own."""
        return {"channels": shape[0], "height": shape[1], "width": shape[2], "padding": self.padding}

    def forward(self, shape: Shape) -> list[Call]:
        """Y[f,r,c] = Σ_d Σ_i Σ_j X_pad[d, r·s+i, c·s+j] · K[f,d,i,j] + b[f]."""
        if not self.padding:
            return [call(kernels.conv2d_forward, padded="input", **self.sizes(shape))]
        return [
            call(kernels.pad2d_forward, **self.border(shape)),
            call(kernels.conv2d_forward, **self.sizes(shape)),
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """K[f,d,i,j] meets X_pad[d, r·s+i, c·s+j] in Y[f,r,c], and nowhere else; so by the chain rule

        ∂L/∂K[f,d,i,j] = Σ_r Σ_c X_pad[d, r·s+i, c·s+j] · ∂L/∂Y[f,r,c],  ∂L/∂b[f] = Σ_r Σ_c ∂L/∂Y[f,r,c],
        ∂L/∂X_pad[d,y,x] = Σ K[f,d,i,j] · ∂L/∂Y[f,r,c] over all f, r, c, i, j with r·s+i = y and c·s+j = x.
        """
        sizes = self.sizes(shape)
        padded, d_padded = ("padded", "d_padded") if self.padding else ("input", "d_input")
        calls = [call(kernels.conv2d_backward_weights, padded=padded, **sizes)]
        if input_gradient:
            padded_size = sizes["channels"] * sizes["height"] * sizes["width"]
            calls.append(call(kernels.zero, buffer=d_padded, size=padded_size))
            calls.append(call(kernels.conv2d_backward_input, d_padded=d_padded, **sizes))
        if input_gradient and self.padding:
            calls.append(call(kernels.pad2d_backward, **self.border(shape)))
        return calls


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
class MaxPool2D(Layer):
    """Keeps the largest number of each size × size window: (channels, rows, columns) → (channels, rows',
    columns'), with rows' = (rows - size) // stride + 1. The stride, in pixels, is the size unless given. Raises
    ConfigError for sizes that are none; a network raises ShapeError where a window does not fit.
    """

    size: int = 2
    stride: int | None = None

    def __post_init__(self) -> None:
        require_at_least(1, "MaxPool2D", size=self.size, stride=self.step)
        object.__setattr__(self, "stride", self.step)  # so that equal layers are equal

    @property
    def step(self) -> int:
        """The stride in force."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = windows("MaxPool2D", maps("MaxPool2D", shape), self.size, self.step)
        return (shape[0], rows, columns)

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"winners": ("int32", self.output_shape(shape))}

    def forward(self, shape: Shape) -> list[Call]:
        """Y = the largest X of the window; its place is remembered, the first one's in a tie."""
        channels, height, width = shape
        _, out_height, out_width = self.output_shape(shape)
        return [
            call(
                kernels.maxpool2d_forward,
                channels=channels,
                height=height,
                width=width,
                size=self.size,
                stride=self.step,
                out_height=out_height,
                out_width=out_width,
            )
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """Y is one of its window's X, so ∂L/∂Y goes to that X alone: ∂L/∂X[winner] += ∂L/∂Y."""
        if not input_gradient:
            return []
        return [
            call(kernels.zero, buffer="d_input", size=prod(shape)),
            call(kernels.maxpool2d_backward, size=prod(self.output_shape(shape))),
        ]


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


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Layer):
    """Ends a network: turns logits (classes,) into probabilities, and measures them against the true class. A network
    raises ShapeError where it stands anywhere else."""

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(f"SoftmaxCrossEntropy takes logits, such as (10,), and was given {shape}")
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """P[k] = exp(z[k]) / Σ_j exp(z[j])."""
        return [call(kernels.softmax_forward, probabilities="output", logits="input", classes=shape[0])]

    def loss(self, shape: Shape) -> list[Call]:
        """L = -log(P[k] + ε) for the true class k."""
        return [call(kernels.cross_entropy_forward, probabilities="output")]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The exponentials and the logarithm cancel: ∂L/∂z[k] = P[k] - T[k], T being one for the true class."""
        return [
            call(
                kernels.softmax_cross_entropy_backward,
                d_logits="d_input",
                probabilities="output",
                classes=shape[0],
            )
        ]


def maps(layer: str, shape: Shape) -> tuple[int, int, int]:
    """The shape as (channels, rows, columns), or a ShapeError."""
    if len(shape) != 3:
        raise ShapeError(f"{layer} takes maps (channels, rows, columns) and was given {shape}")
    channels, height, width = shape
    return channels, height, width


def windows(layer: str, shape: Shape, size: int, stride: int, padding: int = 0) -> tuple[int, int]:
    """How many windows of size × size fit into the map downwards and across, or a ShapeError."""
    _, height, width = shape
    room = f"the map of {height}×{width}" + (f" (with its padding of {padding})" if padding else "")
    if size > min(height, width):
        raise ShapeError(f"{layer}: a window of {size}×{size} is larger than {room}")
    if stride > max(height, width):
        raise ShapeError(f"{layer}: a stride of {stride} is larger than {room}")
    return (height - size) // stride + 1, (width - size) // stride + 1


def require_at_least(least: int, layer: str, **settings: int) -> None:
    for name, value in settings.items():
        require_whole(f"{layer}: {name}", value, least)
