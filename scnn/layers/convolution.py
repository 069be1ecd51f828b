"""Two-dimensional convolution. Its kernels: `scnn.kernels.convolution`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.shapes import maps, require_at_least, windows
from scnn.plan import Call

__all__ = ["Conv2D"]


@dataclass(frozen=True)
class Conv2D(Layer):
    """Convolves feature maps with `filters` filters of kernel_size × kernel_size: (channels, rows, columns) →
    (filters, rows', columns'), with rows' = (rows + 2 · padding - kernel_size) // stride + 1. `stride` and `padding`
    are in pixels. Raises ConfigError for settings out of range; a network raises ShapeError if a filter does not fit
    into its input.

    Kernels: `pad2d_forward`, `conv2d_forward`, `conv2d_backward_weights`, `conv2d_backward_input`, `pad2d_backward`
    in `scnn.kernels.convolution`.
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
            "weights": Parameter(weights, fan_in=prod(weights[1:]), upright=shape[0] == 1),
            "bias": Parameter((self.filters,)),
        }

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        if not self.padding:
            return {}
        padded = (shape[0], shape[1] + 2 * self.padding, shape[2] + 2 * self.padding)
        return {"padded": ("float32", padded), "d_padded": ("float32", padded)}

    def sizes(self, shape: Shape) -> dict[str, int]:
        """The sizes that all convolution kernels take; height and width are those of the padded input."""
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
        """The sizes that the padding kernels take; height and width are those of the input."""
        return {"channels": shape[0], "height": shape[1], "width": shape[2], "padding": self.padding}

    def forward(self, shape: Shape) -> list[Call]:
        """output[filter, row, column] = bias[filter] +
          Σ_channel Σ_i Σ_j padded[channel, row · stride + i, column · stride + j] · weights[filter, channel, i, j]

        Without padding, `padded` is the input itself.
        """
        padded = "padded" if self.padding else "input"
        calls = []
        if self.padding:
            calls.append(call(kernels.pad2d_forward, padded="padded", input="input", **self.border(shape)))
        calls.append(
            call(
                kernels.conv2d_forward,
                output="output",
                padded=padded,
                weights="weights",
                bias="bias",
                **self.sizes(shape),
            )
        )
        return calls

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """weights[filter, channel, i, j] contributes to output[filter, row, column] only through its product with
        padded[channel, row · stride + i, column · stride + j]. By the chain rule, with d_x for ∂loss/∂x:

        d_weights[filter, channel, i, j] += Σ_row Σ_column
            padded[channel, row · stride + i, column · stride + j] · d_output[filter, row, column]
        d_bias[filter] += Σ_row Σ_column d_output[filter, row, column]
        d_padded[channel, y, x] = Σ weights[filter, channel, i, j] · d_output[filter, row, column]
            over all filter, row, column, i, j with row · stride + i = y and column · stride + j = x
        """
        sizes = self.sizes(shape)
        padded, d_padded = ("padded", "d_padded") if self.padding else ("input", "d_input")
        calls = [
            call(
                kernels.conv2d_backward_weights,
                d_weights="d_weights",
                d_bias="d_bias",
                d_output="d_output",
                padded=padded,
                **sizes,
            )
        ]
        if input_gradient:
            padded_size = sizes["channels"] * sizes["height"] * sizes["width"]
            calls.append(call(kernels.zero, buffer=d_padded, size=padded_size))
            calls.append(
                call(
                    kernels.conv2d_backward_input,
                    d_padded=d_padded,
                    d_output="d_output",
                    weights="weights",
                    **sizes,
                )
            )
        if input_gradient and self.padding:
            calls.append(call(kernels.pad2d_backward, d_input="d_input", d_padded="d_padded", **self.border(shape)))
        return calls
