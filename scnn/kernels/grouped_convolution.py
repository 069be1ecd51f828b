"""Convolution with dilation and groups, and its gradients. Its layer: `scnn.layers.convolution`.

A group of a depthwise convolution has one channel, so that a filter's columns fill no lanes; those of the map do.
"""

from scnn.language import Float32Buffer, Size, lanes, unrolled

__all__ = ["conv2d_grouped_forward", "conv2d_grouped_backward_weights", "conv2d_grouped_backward_input"]


def conv2d_grouped_forward(
    output: Float32Buffer,
    padded: Float32Buffer,
    weights: Float32Buffer,
    bias: Float32Buffer,
    groups: Size,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    dilation: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """`conv2d_forward` in each group by itself, which has `channels` channels and `filters` filters, whose rows and
    columns see every `dilation`th number; `height` and `width` are of `padded`. Layer: `Conv2D`.

    output[group, filter, row, column] = bias[group, filter] + Σ_channel Σ_i Σ_j weights[group, filter, channel, i, j]
        · padded[group, channel, row · stride + i · dilation, column · stride + j · dilation]
    """
    for group in range(groups):
        for filter in range(filters):
            for row in range(out_height):
                for column in lanes(out_width, 12):
                    total = bias[group * filters + filter]
                    for channel in range(channels):
                        for i in range(kernel):
                            y = (group * channels + channel) * height + row * stride + i * dilation
                            x = y * width + column * stride
                            w = (((group * filters + filter) * channels + channel) * kernel + i) * kernel
                            for j in unrolled(kernel):
                                total += padded[x + j * dilation] * weights[w + j]
                    output[((group * filters + filter) * out_height + row) * out_width + column] = total


def conv2d_grouped_backward_weights(
    d_weights: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    padded: Float32Buffer,
    groups: Size,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    dilation: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Adds one sample's gradients of weights and bias; `height` and `width` are of `padded`. Layer: `Conv2D`.

    d_weights[group, filter, channel, i, j] += Σ_row Σ_column d_output[group, filter, row, column]
        · padded[group, channel, row · stride + i · dilation, column · stride + j · dilation]
    d_bias[group, filter] += Σ_row Σ_column d_output[group, filter, row, column]
    """
    area = out_height * out_width
    for group in range(groups):
        for filter in range(filters):
            f = group * filters + filter
            bias = 0.0
            for position in lanes(area):
                bias += d_output[f * area + position]
            d_bias[f] += bias
            for channel in range(channels):
                for i in range(kernel):
                    for j in range(kernel):
                        total = 0.0
                        for row in range(out_height):
                            y = (group * channels + channel) * height + row * stride + i * dilation
                            for column in lanes(out_width):
                                gradient = d_output[f * area + row * out_width + column]
                                total += gradient * padded[y * width + column * stride + j * dilation]
                        d_weights[((f * channels + channel) * kernel + i) * kernel + j] += total


def conv2d_grouped_backward_input(
    d_padded: Float32Buffer,
    d_output: Float32Buffer,
    weights: Float32Buffer,
    groups: Size,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    dilation: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Scatters the gradient to the input; `height` and `width` are of `d_padded`. Layer: `Conv2D`, which first calls
    `zero` in `scnn.kernels.learning` to reset `d_padded`.

    d_padded[group, channel, row · stride + i · dilation, column · stride + j · dilation] +=
        weights[group, filter, channel, i, j] · d_output[group, filter, row, column]
    for all group, filter, channel, i, j, row and column.
    """
    for group in range(groups):
        for filter in range(filters):
            f = group * filters + filter
            for channel in range(channels):
                for i in range(kernel):
                    for j in range(kernel):
                        weight = weights[((f * channels + channel) * kernel + i) * kernel + j]
                        for row in range(out_height):
                            y = (group * channels + channel) * height + row * stride + i * dilation
                            for column in lanes(out_width):
                                gradient = d_output[(f * out_height + row) * out_width + column]
                                d_padded[y * width + column * stride + j * dilation] += weight * gradient
