"""Transposed convolution. It has the kernels of a convolution, whose gradient it is: `scnn.kernels.convolution`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.checks import require
from scnn.errors import ShapeError
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.shapes import maps, require_at_least
from scnn.plan import Call

__all__ = ["ConvTranspose2D"]


@dataclass(frozen=True, repr=False)
class ConvTranspose2D(Layer):
    """Enlarges feature maps: every pixel adds its product with a filter of kernel_size × kernel_size to the output,
    `stride` pixels after the pixel before it; of the result, `padding` pixels are cut off on each side.
    `output_padding` adds rows and columns at the bottom and on the right. (channels, rows, columns) →
    (filters, rows', columns'), with rows' = (rows - 1) · stride + extent - 2 · padding + output_padding, and extent =
    dilation · (kernel_size - 1) + 1 (Dumoulin and Visin, arXiv:1603.07285, chapter 4). Dilation and groups are as in
    `Conv2D`. Raises ConfigError for settings out of range; a network raises ShapeError if nothing is left of the
    output, or the channels cannot be divided.

    It is the gradient of `Conv2D` with respect to its input, and has the kernels of one: `conv2d_backward_input`,
    `pad2d_backward`, `fill_channels`, and in its own backward pass `conv2d_forward`, `conv2d_backward_weights`,
    `pad2d_forward`, `sum_channels` in `scnn.kernels.convolution`; with dilation or groups those of
    `scnn.kernels.grouped_convolution`.
    """

    filters: int
    kernel_size: int = 2
    stride: int = 2
    padding: int = 0
    output_padding: int = 0
    dilation: int = 1
    groups: int = 1

    optional = ("output_padding", "dilation", "groups")

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_at_least(1, name, filters=self.filters, kernel_size=self.kernel_size, stride=self.stride)
        require_at_least(0, name, padding=self.padding, output_padding=self.output_padding)
        require_at_least(1, name, dilation=self.dilation, groups=self.groups)
        require(
            self.filters % self.groups == 0,
            f"{name}: {self.filters} filters cannot be divided into {self.groups} equal groups",
        )
        require(
            self.output_padding < self.stride,
            f"{name}: the output padding must be below the stride of {self.stride}, got {self.output_padding}",
        )

    @property
    def is_grouped(self) -> bool:
        """Whether it needs the kernels for dilation and groups."""
        return self.dilation > 1 or self.groups > 1

    def output_shape(self, shape: Shape) -> Shape:
        channels, *sides = maps("ConvTranspose2D", shape)
        if channels % self.groups:
            raise ShapeError(
                f"ConvTranspose2D: {channels} channels cannot be divided into {self.groups} equal groups"
            )
        added = self.dilation * (self.kernel_size - 1) + 1 - 2 * self.padding + self.output_padding
        rows, columns = ((side - 1) * self.stride + added for side in sides)
        if min(rows, columns) < 1:
            raise ShapeError(
                f"ConvTranspose2D: a padding of {self.padding} leaves nothing of the output for a "
                f"{sides[0]}×{sides[1]} map"
            )
        return (self.filters, rows, columns)

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        weights = (shape[0], self.filters // self.groups, self.kernel_size, self.kernel_size)
        return {
            "weights": Parameter(weights, fan_in=shape[0] // self.groups * self.kernel_size**2),
            "bias": Parameter((self.filters,)),
        }

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        """The output with what is cut off, its gradient, a bias for the convolution that computes `d_input`, and the
        gradient of that bias, which nobody needs."""
        channels: Shape = (shape[0],)
        found = {"zeros": ("float32", channels), "unused": ("float32", channels)}
        if self.padding:
            sizes = self.sizes(shape)
            full = (self.filters, sizes["height"], sizes["width"])
            found |= {"full": ("float32", full), "d_full": ("float32", full)}
        return found

    def sizes(self, shape: Shape) -> dict[str, int]:
        """The sizes of the convolution from the output to the input, which the kernels take; height and width are
        those of the output with what is cut off, channels and filters those of one group."""
        filters, height, width = self.output_shape(shape)
        grouped = {"groups": self.groups, "dilation": self.dilation} if self.is_grouped else {}
        return {
            **grouped,
            "channels": filters // self.groups,
            "height": height + 2 * self.padding,
            "width": width + 2 * self.padding,
            "filters": shape[0] // self.groups,
            "kernel": self.kernel_size,
            "stride": self.stride,
            "out_height": shape[1],
            "out_width": shape[2],
        }

    def border(self, shape: Shape) -> dict[str, int]:
        """The sizes that the padding kernels take."""
        filters, height, width = self.output_shape(shape)
        return {"channels": filters, "height": height, "width": width, "padding": self.padding}

    def forward(self, shape: Shape) -> list[Call]:
        """full[filter, row · stride + i, column · stride + j] = bias[filter] +
          Σ_channel input[channel, row, column] · weights[channel, filter, i, j]
        summed over all row, column, i and j that lead to this index; output is full without the border.
        """
        sizes = self.sizes(shape)
        full = "full" if self.padding else "output"
        area = sizes["height"] * sizes["width"]
        calls = [
            call(kernels.fill_channels, full=full, bias="bias", channels=self.filters, area=area),
            call(
                kernels.conv2d_grouped_backward_input if self.is_grouped else kernels.conv2d_backward_input,
                d_padded=full,
                d_output="input",
                weights="weights",
                **sizes,
            ),
        ]
        if self.padding:
            calls.append(call(kernels.pad2d_backward, d_input="output", d_padded=full, **self.border(shape)))
        return calls

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """By the chain rule, with d_x for ∂loss/∂x, and d_full = d_output with a border of zeros:

        d_weights[channel, filter, i, j] += Σ_row Σ_column
            input[channel, row, column] · d_full[filter, row · stride + i, column · stride + j]
        d_bias[filter] += Σ_row Σ_column d_output[filter, row, column]
        d_input[channel, row, column] = Σ_filter Σ_i Σ_j
            weights[channel, filter, i, j] · d_full[filter, row · stride + i, column · stride + j]
        """
        sizes = self.sizes(shape)
        d_full = "d_full" if self.padding else "d_output"
        area = prod(self.output_shape(shape)[1:])
        calls = []
        if self.padding:
            calls.append(call(kernels.pad2d_forward, padded=d_full, input="d_output", **self.border(shape)))
        calls += [
            call(
                kernels.conv2d_grouped_backward_weights if self.is_grouped else kernels.conv2d_backward_weights,
                d_weights="d_weights",
                d_bias="unused",
                d_output="input",
                padded=d_full,
                **sizes,
            ),
            call(kernels.sum_channels, d_bias="d_bias", d_output="d_output", channels=self.filters, area=area),
        ]
        if input_gradient:
            roles = {"output": "d_input", "padded": d_full, "weights": "weights", "bias": "zeros"}
            kernel = kernels.conv2d_grouped_forward if self.is_grouped else kernels.conv2d_forward
            calls.append(call(kernel, **roles, **sizes))
        return calls
