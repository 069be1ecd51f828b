"""Max and average pooling. Their kernels: `scnn.kernels.pooling`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.layers.layer import Layer, Shape, call
from scnn.layers.shapes import maps, require_at_least, windows
from scnn.plan import Call

__all__ = ["MaxPool2D", "AveragePool2D", "GlobalAveragePool"]


@dataclass(frozen=True)
class Pool2D(Layer):
    """What poolings share: windows of size × size pixels, `stride` pixels apart (by default the size). Raises
    ConfigError for settings below 1; a network raises ShapeError if a window does not fit into its input."""

    size: int = 2
    stride: int | None = None

    def __post_init__(self) -> None:
        require_at_least(1, type(self).__name__, size=self.size, stride=self.step)
        object.__setattr__(self, "stride", self.step)  # so that equal layers are equal

    @property
    def step(self) -> int:
        """The effective stride."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = windows(type(self).__name__, maps(type(self).__name__, shape), self.size, self.step)
        return (shape[0], rows, columns)


@dataclass(frozen=True)
class MaxPool2D(Pool2D):
    """Takes the maximum of each size × size window: (channels, rows, columns) → (channels, rows', columns'), with
    rows' = (rows - size) // stride + 1. The stride, in pixels, is the size by default. Raises ConfigError for
    settings below 1; a network raises ShapeError if a window does not fit into its input.

    Kernels: `maxpool2d_forward`, `maxpool2d_backward` in `scnn.kernels.pooling`.
    """

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"winners": ("int32", self.output_shape(shape))}

    def forward(self, shape: Shape) -> list[Call]:
        """output[channel, row, column] = max over i, j < size of input[channel, row · stride + i, column · stride +
        j]; `winners` holds the index of each maximum, the first one if several are equal.
        """
        channels, height, width = shape
        _, out_height, out_width = self.output_shape(shape)
        return [
            call(
                kernels.maxpool2d_forward,
                output="output",
                winners="winners",
                input="input",
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
        """Each output is one of its window's inputs, so its gradient goes to that input alone:
        d_input[winner] += d_output.
        """
        if not input_gradient:
            return []
        return [
            call(kernels.zero, buffer="d_input", size=prod(shape)),
            call(
                kernels.maxpool2d_backward,
                d_input="d_input",
                d_output="d_output",
                winners="winners",
                size=prod(self.output_shape(shape)),
            ),
        ]


@dataclass(frozen=True)
class AveragePool2D(Pool2D):
    """Takes the mean of each size × size window: (channels, rows, columns) → (channels, rows', columns'), with
    rows' = (rows - size) // stride + 1. The stride, in pixels, is the size by default. Raises ConfigError for
    settings below 1; a network raises ShapeError if a window does not fit into its input.

    Kernel: `averagepool2d_forward` in `scnn.kernels.pooling`; its backward kernel is derived.
    """

    def forward(self, shape: Shape) -> list[Call]:
        """output[channel, row, column] = mean over i, j < size of input[channel, row · stride + i, column · stride +
        j].
        """
        channels, height, width = shape
        _, out_height, out_width = self.output_shape(shape)
        return [
            call(
                kernels.averagepool2d_forward,
                output="output",
                input="input",
                channels=channels,
                height=height,
                width=width,
                size=self.size,
                stride=self.step,
                out_height=out_height,
                out_width=out_width,
            )
        ]


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """Takes the mean of each map: (channels, rows, columns) → (channels, 1, 1). A network raises ShapeError for an
    input without rows and columns (Lin et al., "Network in network", arXiv:1312.4400, section 3.2).

    Kernel: `globalaveragepool_forward` in `scnn.kernels.pooling`; its backward kernel is derived.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return (maps("GlobalAveragePool", shape)[0], 1, 1)

    def forward(self, shape: Shape) -> list[Call]:
        """output[channel] = mean over i of input[channel, i]."""
        channels, area = shape[0], shape[1] * shape[2]
        return [
            call(kernels.globalaveragepool_forward, output="output", input="input", channels=channels, area=area),
        ]
