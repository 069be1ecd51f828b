"""Max and average pooling. Their kernels: `scnn.kernels.pooling`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from scnn import kernels
from scnn.checks import require
from scnn.layers.layer import Layer, Shape, call
from scnn.layers.shapes import maps, require_at_least, windows
from scnn.plan import Call

__all__ = ["MaxPool2D", "AveragePool2D", "GlobalAveragePool"]


@dataclass(frozen=True, repr=False)
class Pool2D(Layer):
    """What poolings share: windows of size × size pixels, `stride` pixels apart (by default the size), on an input
    with a border of `padding` pixels. Raises ConfigError for settings out of range; a network raises ShapeError if a
    window does not fit into its input."""

    size: int = 2
    stride: int | None = None
    padding: int = 0

    optional: ClassVar[tuple[str, ...]] = ("padding",)

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_at_least(1, name, size=self.size, stride=self.step)
        require_at_least(0, name, padding=self.padding)
        require(
            self.padding < self.size,
            f"{name}: the padding must be below the size of {self.size}, got {self.padding}",
        )
        object.__setattr__(self, "stride", self.step)  # so that equal layers are equal

    @property
    def step(self) -> int:
        """The effective stride."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        channels, height, width = maps(type(self).__name__, shape)
        padded = (channels, height + 2 * self.padding, width + 2 * self.padding)
        rows, columns = windows(type(self).__name__, padded, self.size, self.step, self.padding)
        return (channels, rows, columns)

    def sizes(self, shape: Shape) -> dict[str, int]:
        """The sizes that the pooling kernels take; those without a border know no padding."""
        channels, height, width = shape
        _, out_height, out_width = self.output_shape(shape)
        return {
            "channels": channels,
            "height": height,
            "width": width,
            "size": self.size,
            "stride": self.step,
            **({"padding": self.padding} if self.padding else {}),
            "out_height": out_height,
            "out_width": out_width,
        }


@dataclass(frozen=True, repr=False)
class MaxPool2D(Pool2D):
    """Takes the maximum of each size × size window: (channels, rows, columns) → (channels, rows', columns'), with
    rows' = (rows + 2 · padding - size) // stride + 1. The stride, in pixels, is the size by default; pixels of the
    padding are never a maximum. Raises ConfigError for settings out of range; a network raises ShapeError if a window
    does not fit into its input.

    Kernels: `maxpool2d_forward`, with padding `maxpool2d_padded_forward`, and `maxpool2d_backward` in
    `scnn.kernels.pooling`.
    """

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"winners": ("int32", self.output_shape(shape))}

    def forward(self, shape: Shape) -> list[Call]:
        """output[channel, row, column] = max over i, j < size of input[channel, row · stride + i, column · stride +
        j]; `winners` holds the index of each maximum, the first one if several are equal.
        """
        kernel = kernels.maxpool2d_padded_forward if self.padding else kernels.maxpool2d_forward
        return [call(kernel, output="output", winners="winners", input="input", **self.sizes(shape))]

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


@dataclass(frozen=True, repr=False)
class AveragePool2D(Pool2D):
    """Takes the mean of each size × size window: (channels, rows, columns) → (channels, rows', columns'), with
    rows' = (rows + 2 · padding - size) // stride + 1. The stride, in pixels, is the size by default. The padding
    consists of zeros, which count as numbers of the mean unless `count_padding` is False. Raises ConfigError for
    settings out of range; a network raises ShapeError if a window does not fit into its input.

    Kernels: `averagepool2d_forward`, with padding `averagepool2d_padded_forward`, in `scnn.kernels.pooling`; their
    backward kernels are derived.
    """

    count_padding: bool = True

    optional = ("padding", "count_padding")

    def forward(self, shape: Shape) -> list[Call]:
        """output[channel, row, column] = mean over i, j < size of input[channel, row · stride + i, column · stride +
        j].
        """
        sizes = self.sizes(shape)
        if not self.padding:
            return [call(kernels.averagepool2d_forward, output="output", input="input", **sizes)]
        counted = int(self.count_padding)
        return [call(kernels.averagepool2d_padded_forward, output="output", input="input", counted=counted, **sizes)]


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
