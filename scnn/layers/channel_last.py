"""The form of Conv2D with channels and filters in SIMD lanes. Its kernels: `scnn.kernels.channel_last`.

It gives the bits of the layer's own form, computed from channel-last copies of weights and input. The copies of the
weights are made once for all samples of a batch. The gradient of the weights adds up in a channel-last copy, which
begins as `d_weights` and is copied back after the samples.
"""

from math import prod

from scnn import kernels
from scnn.layers.convolution import Buffers, Conv2D, Form
from scnn.layers.layer import Shape, call
from scnn.plan import Call

REGISTERS = 9  # of 16, for the gradient of one filter: with more it pays to skip zeros

__all__ = ["CHANNEL_LAST", "windows"]


def buffers(layer: Conv2D, shape: Shape) -> Buffers:
    channels, side = shape[0], layer.kernel_size
    padded = (shape[1] + 2 * layer.padding, shape[2] + 2 * layer.padding, channels)
    channel_last = (layer.filters, side, side, channels)
    return {
        "filter_last": ("float32", (channels, side, side, layer.filters)),
        "channel_last": ("float32", channel_last),
        "d_channel_last": ("float32", channel_last),
        "padded": ("float32", padded),
        "d_padded": ("float32", padded),
    }


def windows(layer: Conv2D, shape: Shape) -> dict[str, int]:
    """The sizes that the convolution kernels take; the width is that of the padded input."""
    return {name: size for name, size in layer.sizes(shape).items() if name != "height"}


def transposed(layer: Conv2D, shape: Shape, output: str, input: str, back: bool = False) -> Call:
    """The call that makes the channel the last axis of one filter, or the other way round."""
    channels, area = shape[0], layer.kernel_size**2
    rows, columns = (area, channels) if back else (channels, area)
    return call(kernels.transpose, output=output, input=input, blocks=layer.filters, rows=rows, columns=columns)


def before_samples(layer: Conv2D, shape: Shape, input_gradient: bool) -> list[Call]:
    """filter_last[channel, i, j, filter] = weights[filter, channel, i, j], and the same is
    channel_last[filter, i, j, channel]."""
    columns = shape[0] * layer.kernel_size**2
    sizes = {"blocks": 1, "rows": layer.filters, "columns": columns}
    calls = [call(kernels.transpose, output="filter_last", input="weights", **sizes)]
    if input_gradient:
        calls.append(transposed(layer, shape, "channel_last", "weights"))
    return calls


def before_gradients(layer: Conv2D, shape: Shape) -> list[Call]:
    """d_channel_last[filter, i, j, channel] = d_weights[filter, channel, i, j]"""
    return [transposed(layer, shape, "d_channel_last", "d_weights")]


def after_gradients(layer: Conv2D, shape: Shape) -> list[Call]:
    """d_weights[filter, channel, i, j] = d_channel_last[filter, i, j, channel]"""
    return [transposed(layer, shape, "d_weights", "d_channel_last", back=True)]


def forward(layer: Conv2D, shape: Shape) -> list[Call]:
    """The formula of `Conv2D.forward`."""
    return [
        call(kernels.pad2d_channel_last_forward, padded="padded", input="input", **layer.border(shape)),
        call(
            kernels.conv2d_channel_last_forward,
            output="output",
            padded="padded",
            filter_last="filter_last",
            bias="bias",
            **windows(layer, shape),
        ),
    ]


def backward(layer: Conv2D, shape: Shape, input_gradient: bool) -> list[Call]:
    """The formulas of `Conv2D.backward`."""
    small = fits_into_registers(layer.kernel_size, shape[0])
    calls = [
        call(
            kernels.conv2d_few_channels_backward_weights if small else kernels.conv2d_channel_last_backward_weights,
            d_channel_last="d_channel_last",
            d_bias="d_bias",
            d_output="d_output",
            padded="padded",
            **windows(layer, shape),
        )
    ]
    if input_gradient:
        _, padded = buffers(layer, shape)["d_padded"]
        calls += [
            call(kernels.zero, buffer="d_padded", size=prod(padded)),
            call(
                kernels.conv2d_channel_last_backward_input,
                d_padded="d_padded",
                d_output="d_output",
                channel_last="channel_last",
                **windows(layer, shape),
            ),
            call(kernels.pad2d_channel_last_backward, d_input="d_input", d_padded="d_padded", **layer.border(shape)),
        ]
    return calls


def fits_into_registers(kernel: int, channels: int) -> bool:
    """Whether the gradient of a whole filter does: vectors, and what is left of each row one by one."""
    row = kernel * channels
    return kernel * (row // 4 + row % 4) <= REGISTERS


CHANNEL_LAST = Form(buffers, forward, backward, before_samples, before_gradients, after_gradients)
