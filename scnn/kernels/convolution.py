"""Convolution and zero padding, and their gradients. Their layer: `scnn.layers.convolution`."""

from scnn.language import Float32Buffer, Size, blocked, lanes, unrolled

__all__ = [
    "pad2d_forward",
    "pad2d_backward",
    "conv2d_forward",
    "conv2d_backward_weights",
    "conv2d_backward_input",
    "fill_channels",
    "sum_channels",
]


def pad2d_forward(
    padded: Float32Buffer, input: Float32Buffer, channels: Size, height: Size, width: Size, padding: Size
) -> None:
    """padded[channel, row + padding, column + padding] = input[channel, row, column]. Layer: `Conv2D`.

    `height` and `width` are of `input`. The border of `padded` is never written: an engine's memory starts as zeros.
    """
    for channel in range(channels):
        for row in range(height):
            x = (channel * height + row) * width
            p = (channel * (height + 2 * padding) + row + padding) * (width + 2 * padding) + padding
            for column in lanes(width):
                padded[p + column] = input[x + column]


def pad2d_backward(
    d_input: Float32Buffer, d_padded: Float32Buffer, channels: Size, height: Size, width: Size, padding: Size
) -> None:
    """d_input[channel, row, column] = d_padded[channel, row + padding, column + padding]: drops the border.
    `height` and `width` are of `d_input`. Layer: `Conv2D`.
    """
    for channel in range(channels):
        for row in range(height):
            x = (channel * height + row) * width
            p = (channel * (height + 2 * padding) + row + padding) * (width + 2 * padding) + padding
            for column in lanes(width):
                d_input[x + column] = d_padded[p + column]


def conv2d_forward(
    output: Float32Buffer,
    padded: Float32Buffer,
    weights: Float32Buffer,
    bias: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Cross-correlation, called convolution in networks; `height` and `width` are of `padded`. Layer: `Conv2D`.

    output[filter, row, column] = bias[filter]
        + Σ_channel Σ_i Σ_j padded[channel, row · stride + i, column · stride + j] · weights[filter, channel, i, j]
    """
    for filter in blocked(filters, 4):
        for row in range(out_height):
            for column in lanes(out_width, 12):
                total = bias[filter]
                for channel in range(channels):
                    for i in range(kernel):
                        x = (channel * height + row * stride + i) * width + column * stride
                        w = ((filter * channels + channel) * kernel + i) * kernel
                        for j in unrolled(kernel):
                            total += padded[x + j] * weights[w + j]
                output[(filter * out_height + row) * out_width + column] = total


def conv2d_backward_weights(
    d_weights: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    padded: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Adds one sample's gradients of weights and bias; `height` and `width` are of `padded`. Layer: `Conv2D`.

    d_weights[filter, channel, i, j] += Σ_row Σ_column
        padded[channel, row · stride + i, column · stride + j] · d_output[filter, row, column]
    d_bias[filter] += Σ_row Σ_column d_output[filter, row, column]

    `sgd_update`, `momentum_update` or `adam_update` in `scnn.kernels.learning` resets the sums. If a max pooling or a
    ReLU follows the convolution, most of `d_output` is zero; the terms of those elements are skipped.
    """
    for filter in range(filters):
        for row in range(out_height):
            for column in range(out_width):
                gradient = d_output[(filter * out_height + row) * out_width + column]
                if gradient != 0.0:
                    d_bias[filter] += gradient
                    for channel in range(channels):
                        for i in unrolled(kernel):
                            x = (channel * height + row * stride + i) * width + column * stride
                            w = ((filter * channels + channel) * kernel + i) * kernel
                            for j in lanes(kernel):
                                d_weights[w + j] += padded[x + j] * gradient


def conv2d_backward_input(
    d_padded: Float32Buffer,
    d_output: Float32Buffer,
    weights: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    filters: Size,
    kernel: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """Scatters the gradient to the input; `height` and `width` are of `d_padded`. Layer: `Conv2D`, which first calls
    `zero` in `scnn.kernels.learning` to reset `d_padded`.

    d_padded[channel, row · stride + i, column · stride + j] +=
        weights[filter, channel, i, j] · d_output[filter, row, column]
    for all filter, row, column, channel, i and j.

    This visits the products of `conv2d_forward` and sends each output's gradient back through them. No inverse index
    is computed, so it is correct for every stride.
    """
    for filter in range(filters):
        for row in range(out_height):
            for column in range(out_width):
                gradient = d_output[(filter * out_height + row) * out_width + column]
                if gradient != 0.0:
                    for channel in range(channels):
                        for i in unrolled(kernel):
                            x = (channel * height + row * stride + i) * width + column * stride
                            w = ((filter * channels + channel) * kernel + i) * kernel
                            for j in lanes(kernel):
                                d_padded[x + j] += weights[w + j] * gradient


def fill_channels(full: Float32Buffer, bias: Float32Buffer, channels: Size, area: Size) -> None:
    """full[channel, i] = bias[channel]. `ConvTranspose2D` calls it before it scatters its products."""
    for channel in range(channels):
        for i in lanes(area):
            full[channel * area + i] = bias[channel]


def sum_channels(d_bias: Float32Buffer, d_output: Float32Buffer, channels: Size, area: Size) -> None:
    """d_bias[channel] += Σ_i d_output[channel, i], the gradient of a bias. Layer: `ConvTranspose2D`."""
    for channel in range(channels):
        total = 0.0
        for i in lanes(area):
            total += d_output[channel * area + i]
        d_bias[channel] += total
