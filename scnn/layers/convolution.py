"""Two-dimensional convolution. Its kernels: `scnn.kernels.convolution`.

A convolution has a form: kernels, and an order of its numbers in memory. Its own form is ROWS, whose kernels have the
loops of the formulas; `scnn.layers.forms` gives the convolutions of a plan the fastest one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar, Self

from scnn import kernels
from scnn.checks import require
from scnn.errors import ShapeError
from scnn.layers.layer import Layer, Parameter, Shape, call
from scnn.layers.shapes import maps, require_at_least, windows
from scnn.plan import Call

__all__ = ["ROWS", "Buffers", "Conv2D", "Form"]

Buffers = Mapping[str, tuple[str, Shape]]  # as of `Layer.buffers`


def no_calls(*_: object) -> list[Call]:
    return []


@dataclass(frozen=True)
class Form:
    """How a convolution is computed: what the methods of `Layer` with these names return for it."""

    buffers: Callable[["Conv2D", Shape], Buffers]
    forward: Callable[["Conv2D", Shape], list[Call]]
    backward: Callable[["Conv2D", Shape, bool], list[Call]]
    before_samples: Callable[["Conv2D", Shape, bool], list[Call]] = no_calls
    before_gradients: Callable[["Conv2D", Shape], list[Call]] = no_calls
    after_gradients: Callable[["Conv2D", Shape], list[Call]] = no_calls


def buffers(layer: "Conv2D", shape: Shape) -> Buffers:
    if not layer.padding:
        return {}
    padded = (shape[0], shape[1] + 2 * layer.padding, shape[2] + 2 * layer.padding)
    return {"padded": ("float32", padded), "d_padded": ("float32", padded)}


def forward(layer: "Conv2D", shape: Shape) -> list[Call]:
    """The formula of `Conv2D.forward`. Without padding, `padded` is the input itself."""
    padded = "padded" if layer.padding else "input"
    calls = []
    if layer.padding:
        calls.append(call(kernels.pad2d_forward, padded="padded", input="input", **layer.border(shape)))
    roles = {"output": "output", "padded": padded, "weights": "weights", "bias": "bias"}
    kernel = kernels.conv2d_grouped_forward if layer.is_grouped else kernels.conv2d_forward
    return [*calls, call(kernel, **roles, **layer.sizes(shape))]


def backward(layer: "Conv2D", shape: Shape, input_gradient: bool) -> list[Call]:
    """The formulas of `Conv2D.backward`."""
    sizes = layer.sizes(shape)
    padded, d_padded = ("padded", "d_padded") if layer.padding else ("input", "d_input")
    calls = [
        call(
            kernels.conv2d_grouped_backward_weights if layer.is_grouped else kernels.conv2d_backward_weights,
            d_weights="d_weights",
            d_bias="d_bias",
            d_output="d_output",
            padded=padded,
            **sizes,
        )
    ]
    if input_gradient:
        padded_size = shape[0] * sizes["height"] * sizes["width"]
        calls.append(call(kernels.zero, buffer=d_padded, size=padded_size))
        calls.append(
            call(
                kernels.conv2d_grouped_backward_input if layer.is_grouped else kernels.conv2d_backward_input,
                d_padded=d_padded,
                d_output="d_output",
                weights="weights",
                **sizes,
            )
        )
    if input_gradient and layer.padding:
        calls.append(call(kernels.pad2d_backward, d_input="d_input", d_padded="d_padded", **layer.border(shape)))
    return calls


ROWS = Form(buffers, forward, backward)


@dataclass(frozen=True, repr=False)
class Conv2D(Layer):
    """Convolves feature maps with `filters` filters of kernel_size × kernel_size: (channels, rows, columns) →
    (filters, rows', columns'), with rows' = (rows + 2 · padding - extent) // stride + 1 and extent = dilation ·
    (kernel_size - 1) + 1. `stride` and `padding` are in pixels; with `dilation` a filter sees every dilationth pixel.
    `groups` divides channels and filters into that many groups, which are convolved separately; a depthwise
    convolution has one group for each channel. Raises ConfigError for settings out of range; a network raises
    ShapeError if a filter does not fit into its input, or the channels cannot be divided.

    Kernels: `pad2d_forward`, `conv2d_forward`, `conv2d_backward_weights`, `conv2d_backward_input`, `pad2d_backward`
    in `scnn.kernels.convolution`; with dilation or groups `conv2d_grouped_forward`, `conv2d_grouped_backward_weights`
    and `conv2d_grouped_backward_input` in `scnn.kernels.grouped_convolution`.
    """

    filters: int
    kernel_size: int = 3
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    optional = ("dilation", "groups")
    form: ClassVar[Form] = ROWS  # an instance may have another one, which is no setting: see `in_form`

    def __post_init__(self) -> None:
        require_at_least(1, "Conv2D", filters=self.filters, kernel_size=self.kernel_size, stride=self.stride)
        require_at_least(0, "Conv2D", padding=self.padding)
        require_at_least(1, "Conv2D", dilation=self.dilation, groups=self.groups)
        require(
            self.filters % self.groups == 0,
            f"Conv2D: {self.filters} filters cannot be divided into {self.groups} equal groups",
        )

    @property
    def is_grouped(self) -> bool:
        """Whether it needs the kernels for dilation and groups, which are slower."""
        return self.dilation > 1 or self.groups > 1

    def output_shape(self, shape: Shape) -> Shape:
        channels, height, width = maps("Conv2D", shape)
        if channels % self.groups:
            raise ShapeError(f"Conv2D: {channels} channels cannot be divided into {self.groups} equal groups")
        padded = (channels, height + 2 * self.padding, width + 2 * self.padding)
        extent = self.dilation * (self.kernel_size - 1) + 1
        rows, columns = windows("Conv2D", padded, extent, self.stride, self.padding)
        return (self.filters, rows, columns)

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        weights = (self.filters, shape[0] // self.groups, self.kernel_size, self.kernel_size)
        return {
            "weights": Parameter(weights, fan_in=prod(weights[1:]), upright=shape[0] == 1),
            "bias": Parameter((self.filters,)),
        }

    def buffers(self, shape: Shape) -> Buffers:
        return self.form.buffers(self, shape)

    def sizes(self, shape: Shape) -> dict[str, int]:
        """The sizes that all convolution kernels take; height and width are those of the padded input, channels and
        filters those of one group."""
        _, out_height, out_width = self.output_shape(shape)
        grouped = {"groups": self.groups, "dilation": self.dilation} if self.is_grouped else {}
        return {
            **grouped,
            "channels": shape[0] // self.groups,
            "height": shape[1] + 2 * self.padding,
            "width": shape[2] + 2 * self.padding,
            "filters": self.filters // self.groups,
            "kernel": self.kernel_size,
            "stride": self.stride,
            "out_height": out_height,
            "out_width": out_width,
        }

    def border(self, shape: Shape) -> dict[str, int]:
        """The sizes that the padding kernels take; height and width are those of the input."""
        return {"channels": shape[0], "height": shape[1], "width": shape[2], "padding": self.padding}

    def in_form(self, form: Form) -> Self:
        """The layer with the same settings, parameters and shapes, computed in this form."""
        layer = replace(self)
        object.__setattr__(layer, "form", form)
        return layer

    def before_samples(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        return self.form.before_samples(self, shape, input_gradient)

    def before_gradients(self, shape: Shape) -> list[Call]:
        return self.form.before_gradients(self, shape)

    def after_gradients(self, shape: Shape) -> list[Call]:
        return self.form.after_gradients(self, shape)

    def forward(self, shape: Shape) -> list[Call]:
        """output[filter, row, column] = bias[filter] +
          Σ_channel Σ_i Σ_j padded[channel, row · stride + i, column · stride + j] · weights[filter, channel, i, j]

        `padded` is the input with its border. For dilation and groups see `conv2d_grouped_forward`.
        """
        return self.form.forward(self, shape)

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """weights[filter, channel, i, j] contributes to output[filter, row, column] only through its product with
        padded[channel, row · stride + i, column · stride + j]. By the chain rule, with d_x for ∂loss/∂x:

        d_weights[filter, channel, i, j] += Σ_row Σ_column
            padded[channel, row · stride + i, column · stride + j] · d_output[filter, row, column]
        d_bias[filter] += Σ_row Σ_column d_output[filter, row, column]
        d_padded[channel, y, x] = Σ weights[filter, channel, i, j] · d_output[filter, row, column]
            over all filter, row, column, i, j with row · stride + i = y and column · stride + j = x
        """
        return self.form.backward(self, shape, input_gradient)
