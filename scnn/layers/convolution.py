"""The paper's six classes, and dropout: what each layer's shapes and parameters are, and which kernels it is made of.

The chain rule stands in the docstrings of `backward`; a capital letter is a tensor, L is the loss.
"""

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
