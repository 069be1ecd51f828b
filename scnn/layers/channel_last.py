"""The form of Conv2D with channels and filters in SIMD lanes. Its kernels: `scnn.kernels.channel_last`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.layers.convolution import Conv2D
from scnn.layers.layer import Shape, call
from scnn.plan import Call

REGISTERS = 9  # of 16, for the gradient of one filter: with more it pays to skip zeros

__all__ = ["ChannelLastConv2D"]


@dataclass(frozen=True)
class ChannelLastConv2D(Conv2D):
    """The parameters, the results and the bits of `Conv2D`, computed from channel-last copies of weights and input.

    The copies of the weights are made once for all samples of a batch. The gradient of the weights adds up in a
    channel-last copy, which begins as `d_weights` and is copied back after the samples.
    """

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        channels, side = shape[0], self.kernel_size
        padded = (shape[1] + 2 * self.padding, shape[2] + 2 * self.padding, channels)
        channel_last = (self.filters, side, side, channels)
        return {
            "filter_last": ("float32", (channels, side, side, self.filters)),
            "channel_last": ("float32", channel_last),
            "d_channel_last": ("float32", channel_last),
            "padded": ("float32", padded),
            "d_padded": ("float32", padded),
        }

    def windows(self, shape: Shape) -> dict[str, int]:
        """The sizes that the convolution kernels take; the width is that of the padded input."""
        return {name: size for name, size in self.sizes(shape).items() if name != "height"}

    def transposed(self, shape: Shape, output: str, input: str, back: bool = False) -> Call:
        """The call that makes the channel the last axis of one filter, or the other way round."""
        channels, area = shape[0], self.kernel_size**2
        rows, columns = (area, channels) if back else (channels, area)
        return call(kernels.transpose, output=output, input=input, blocks=self.filters, rows=rows, columns=columns)

    def before_samples(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """filter_last[channel, i, j, filter] = weights[filter, channel, i, j], and the same is
        channel_last[filter, i, j, channel]."""
        columns = shape[0] * self.kernel_size**2
        sizes = {"blocks": 1, "rows": self.filters, "columns": columns}
        calls = [call(kernels.transpose, output="filter_last", input="weights", **sizes)]
        if input_gradient:
            calls.append(self.transposed(shape, "channel_last", "weights"))
        return calls

    def before_gradients(self, shape: Shape) -> list[Call]:
        """d_channel_last[filter, i, j, channel] = d_weights[filter, channel, i, j]"""
        return [self.transposed(shape, "d_channel_last", "d_weights")]

    def after_gradients(self, shape: Shape) -> list[Call]:
        """d_weights[filter, channel, i, j] = d_channel_last[filter, i, j, channel]"""
        return [self.transposed(shape, "d_weights", "d_channel_last", back=True)]

    def forward(self, shape: Shape) -> list[Call]:
        """The formula of `Conv2D.forward`."""
        return [
            call(kernels.pad2d_channel_last_forward, padded="padded", input="input", **self.border(shape)),
            call(
                kernels.conv2d_channel_last_forward,
                output="output",
                padded="padded",
                filter_last="filter_last",
                bias="bias",
                **self.windows(shape),
            ),
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The formulas of `Conv2D.backward`."""
        small = fits_into_registers(self.kernel_size, shape[0])
        calls = [
            call(
                kernels.conv2d_few_channels_backward_weights
                if small
                else kernels.conv2d_channel_last_backward_weights,
                d_channel_last="d_channel_last",
                d_bias="d_bias",
                d_output="d_output",
                padded="padded",
                **self.windows(shape),
            )
        ]
        if input_gradient:
            _, padded = self.buffers(shape)["d_padded"]
            calls += [
                call(kernels.zero, buffer="d_padded", size=prod(padded)),
                call(
                    kernels.conv2d_channel_last_backward_input,
                    d_padded="d_padded",
                    d_output="d_output",
                    channel_last="channel_last",
                    **self.windows(shape),
                ),
                call(
                    kernels.pad2d_channel_last_backward, d_input="d_input", d_padded="d_padded", **self.border(shape)
                ),
            ]
        return calls


def fits_into_registers(kernel: int, channels: int) -> bool:
    """Whether the gradient of a whole filter does: vectors, and what is left of each row one by one."""
    row = kernel * channels
    return kernel * (row // 4 + row % 4) <= REGISTERS
