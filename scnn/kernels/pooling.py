"""Pooling: the maximum or the mean of each window, and of whole maps. Their layers: `scnn.layers.pooling`."""

from scnn.language import Float32Buffer, Int32Buffer, Size, lanes, unrolled

__all__ = [
    "maxpool2d_forward",
    "maxpool2d_backward",
    "maxpool2d_padded_forward",
    "averagepool2d_forward",
    "averagepool2d_padded_forward",
    "globalaveragepool_forward",
]


def maxpool2d_forward(
    output: Float32Buffer,
    winners: Int32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """The maximum of each window, and in `winners` its flat index in `input`. Layer: `MaxPool2D`.

    output[channel, row, column] = max over i, j < size of input[channel, row · stride + i, column · stride + j]

    If several are equal, the first one wins.
    """
    for channel in range(channels):
        for row in range(out_height):
            for column in lanes(out_width):
                winner = (channel * height + row * stride) * width + column * stride
                largest = input[winner]
                for i in unrolled(size):
                    for j in unrolled(size):
                        x = (channel * height + row * stride + i) * width + column * stride + j
                        if input[x] > largest:
                            largest = input[x]
                            winner = x
                output[(channel * out_height + row) * out_width + column] = largest
                winners[(channel * out_height + row) * out_width + column] = winner


def maxpool2d_backward(d_input: Float32Buffer, d_output: Float32Buffer, winners: Int32Buffer, size: Size) -> None:
    """d_input[winners[i]] += d_output[i] for all `size` outputs: only the maximum receives it. Layer: `MaxPool2D`.

    `+=`, because overlapping windows may share a winner. The layer first calls `zero` in `scnn.kernels.learning` to
    reset `d_input`.
    """
    for i in range(size):
        d_input[winners[i]] += d_output[i]


def averagepool2d_forward(
    output: Float32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    stride: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """The mean of each window. Layer: `AveragePool2D`; its backward kernel is derived.

    output[channel, row, column] = Σ_i Σ_j input[channel, row · stride + i, column · stride + j] / size²
    """
    for channel in range(channels):
        for row in range(out_height):
            for column in range(out_width):
                total = 0.0
                for i in unrolled(size):
                    for j in unrolled(size):
                        total += input[(channel * height + row * stride + i) * width + column * stride + j]
                output[(channel * out_height + row) * out_width + column] = total / float(size * size)


def maxpool2d_padded_forward(
    output: Float32Buffer,
    winners: Int32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    stride: Size,
    padding: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """`maxpool2d_forward` of an input with a border of `padding` pixels that are never a maximum. Layer: `MaxPool2D`.

    output[channel, row, column] = max over i, j < size, where this pixel exists, of
        input[channel, row · stride - padding + i, column · stride - padding + j]
    """
    for channel in range(channels):
        for row in range(out_height):
            for column in range(out_width):
                top = row * stride - padding
                left = column * stride - padding
                winner = (channel * height + max(top, 0)) * width + max(left, 0)
                largest = input[winner]
                for i in range(size):
                    for j in range(size):
                        if 0 <= top + i and top + i < height and 0 <= left + j and left + j < width:
                            x = (channel * height + top + i) * width + left + j
                            if input[x] > largest:
                                largest = input[x]
                                winner = x
                output[(channel * out_height + row) * out_width + column] = largest
                winners[(channel * out_height + row) * out_width + column] = winner


def averagepool2d_padded_forward(
    output: Float32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    stride: Size,
    padding: Size,
    counted: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """The mean of each window of an input with a border of `padding` zeros, which count as numbers of the mean if
    `counted` is 1, and do not if it is 0. Layer: `AveragePool2D`; its backward kernel is derived.

    output[channel, row, column] = Σ_i Σ_j input[channel, row · stride - padding + i, column · stride - padding + j]
        / count[row, column], over the pixels that exist
    """
    for channel in range(channels):
        for row in range(out_height):
            for column in range(out_width):
                top = row * stride - padding
                left = column * stride - padding
                total = 0.0
                for i in range(size):
                    for j in range(size):
                        if 0 <= top + i and top + i < height and 0 <= left + j and left + j < width:
                            total += input[(channel * height + top + i) * width + left + j]
                rows = min(top + size, height + counted * padding) - max(top, -counted * padding)
                columns = min(left + size, width + counted * padding) - max(left, -counted * padding)
                output[(channel * out_height + row) * out_width + column] = total / float(rows * columns)


def globalaveragepool_forward(output: Float32Buffer, input: Float32Buffer, channels: Size, area: Size) -> None:
    """output[channel] = Σ_i input[channel, i] / area. Layer: `GlobalAveragePool`; its backward kernel is derived."""
    for channel in range(channels):
        total = 0.0
        for i in lanes(area):
            total += input[channel * area + i]
        output[channel] = total / float(area)
