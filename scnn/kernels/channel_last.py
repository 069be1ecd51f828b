"""Convolution with channels and filters in SIMD lanes, for layers whose columns do not fill the lanes.

The products and the order of each sum are those of `scnn.kernels.convolution`, and so are the bits. The order in
memory differs: `padded` and `d_padded` are [row, column, channel], and the last axis of the weights is either the
filter, [channel, i, j, filter], or the channel, [filter, i, j, channel]. `transpose` makes these copies of the
parameters, once for all samples of a batch. `scnn.layers.forms` decides which layers use these kernels.
"""

from scnn.language import Float32Buffer, Size, blocked, lanes, unrolled

__all__ = [
    "conv2d_channel_last_backward_input",
    "conv2d_channel_last_backward_weights",
    "conv2d_channel_last_forward",
    "conv2d_few_channels_backward_weights",
    "pad2d_channel_last_backward",
    "pad2d_channel_last_forward",
    "transpose",
]


def transpose(output: Float32Buffer, input: Float32Buffer, blocks: Size, rows: Size, columns: Size) -> None:
    """output[block, column, row] = input[block, row, column]. Layer: `Conv2D`."""
    for block in range(blocks):
        for row in range(rows):
            for column in lanes(columns):
                output[(block * columns + column) * rows + row] = input[(block * rows + row) * columns + column]


def pad2d_channel_last_forward(
    padded: Float32Buffer, input: Float32Buffer, channels: Size, height: Size, width: Size, padding: Size
) -> None:
    """padded[row + padding, column + padding, channel] = input[channel, row, column]. Layer: `Conv2D`.

    `height` and `width` are of `input`. The border of `padded` is never written: an engine's memory starts as zeros.
    """
    for row in range(height):
        for channel in range(channels):
            x = (channel * height + row) * width
            p = ((row + padding) * (width + 2 * padding) + padding) * channels + channel
            for column in lanes(width):
                padded[p + column * channels] = input[x + column]


def pad2d_channel_last_backward(
    d_input: Float32Buffer, d_padded: Float32Buffer, channels: Size, height: Size, width: Size, padding: Size
) -> None:
    """d_input[channel, row, column] = d_padded[row + padding, column + padding, channel]: drops the border.
    `height` and `width` are of `d_input`. Layer: `Conv2D`.
    """
    for row in range(height):
        for channel in range(channels):
            x = (channel * height + row) * width
            p = ((row + padding) * (width + 2 * padding) + padding) * channels + channel
            for column in lanes(width):
                d_input[x + column] = d_padded[p + column * channels]


def conv2d_channel_last_forward(
    output: Float32Buffer,
    padded: Float32Buffer,
    filter_last: Float32Buffer,
    bias: Float32Buffer,
    channels: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """`conv2d_forward` with the filters in lanes; `width` is of `padded`. Layer: `Conv2D`.

    output[filter, row, column] = bias[filter] + Σ_channel Σ_i Σ_j
        padded[row · stride + i, column · stride + j, channel] · filter_last[channel, i, j, filter]
    """
    for row in range(out_height):
        for column in blocked(out_width, 5):
            for filter in lanes(filters, 8):
                total = bias[filter]
                for channel in range(channels):
                    for i in range(kernel):
                        x = ((row * stride + i) * width + column * stride) * channels + channel
                        w = (channel * kernel + i) * kernel * filters + filter
                        for j in unrolled(kernel):
                            total += filter_last[w + j * filters] * padded[x + j * channels]
                output[(filter * out_height + row) * out_width + column] = total


def conv2d_channel_last_backward_weights(
    d_channel_last: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    padded: Float32Buffer,
    channels: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """`conv2d_backward_weights` with the channels in lanes; `width` is of `padded`. Layer: `Conv2D`.

    d_channel_last[filter, i, j, channel] += Σ_row Σ_column
        padded[row · stride + i, column · stride + j, channel] · d_output[filter, row, column]
    d_bias[filter] += Σ_row Σ_column d_output[filter, row, column]

    A row of a filter and the row of the window that it is multiplied with are `kernel · channels` adjacent numbers.
    """
    for filter in range(filters):
        for row in range(out_height):
            for column in range(out_width):
                gradient = d_output[(filter * out_height + row) * out_width + column]
                if gradient != 0.0:
                    d_bias[filter] += gradient
                    for i in unrolled(kernel):
                        x = ((row * stride + i) * width + column * stride) * channels
                        w = (filter * kernel + i) * kernel * channels
                        for k in lanes(kernel * channels, 32):
                            d_channel_last[w + k] += padded[x + k] * gradient


def conv2d_few_channels_backward_weights(
    d_channel_last: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    padded: Float32Buffer,
    channels: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """`conv2d_channel_last_backward_weights` for filters so small that the gradient of a whole one fits into
    registers; `width` is of `padded`. Layer: `Conv2D`.

    There is so little to compute for an element of `d_output` that it takes as long to find out whether it is zero.
    """
    area = out_height * out_width
    for filter in blocked(filters, 8):
        total = d_bias[filter]
        for position in range(area):
            total += d_output[filter * area + position]
        d_bias[filter] = total
    for filter in range(filters):
        for i in blocked(kernel, kernel):
            for k in lanes(kernel * channels, 16):
                w = (filter * kernel + i) * kernel * channels + k
                total = d_channel_last[w]
                for row in range(out_height):
                    for column in range(out_width):
                        x = ((row * stride + i) * width + column * stride) * channels + k
                        total += padded[x] * d_output[filter * area + row * out_width + column]
                d_channel_last[w] = total


def conv2d_channel_last_backward_input(
    d_padded: Float32Buffer,
    d_output: Float32Buffer,
    channel_last: Float32Buffer,
    channels: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """`conv2d_backward_input` with the channels in lanes; `width` is of `d_padded`. Layer: `Conv2D`, which first
    calls `zero` in `scnn.kernels.learning` to reset `d_padded`.

    d_padded[row · stride + i, column · stride + j, channel] +=
        channel_last[filter, i, j, channel] · d_output[filter, row, column]
    for all filter, row, column, channel, i and j.
    """
    for filter in range(filters):
        for row in range(out_height):
            for column in range(out_width):
                gradient = d_output[(filter * out_height + row) * out_width + column]
                if gradient != 0.0:
                    for i in unrolled(kernel):
                        x = ((row * stride + i) * width + column * stride) * channels
                        w = (filter * kernel + i) * kernel * channels
                        for k in lanes(kernel * channels, 32):
                            d_padded[x + k] += channel_last[w + k] * gradient
