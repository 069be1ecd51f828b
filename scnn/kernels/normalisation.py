"""Normalisation and scaling: of groups of numbers by their own mean, and of channels by given numbers. Their layers:
`scnn.layers.normalisation`. The backward kernels are derived.
"""

from scnn.language import Float32, Float32Buffer, Size, lanes, sqrt

__all__ = ["normalise_forward", "scale_channels_forward", "scale_elements_forward", "standardise_forward"]


def normalise_forward(
    normalised: Float32Buffer, input: Float32Buffer, epsilon: Float32, groups: Size, size: Size
) -> None:
    """normalised[group, i] = (input[group, i] - mean[group]) / √(variance[group] + ε), with the mean and the variance
    of the group's `size` numbers. Layers: `GroupNorm`, `LayerNorm`.
    """
    for group in range(groups):
        total = 0.0
        for i in lanes(size):
            total += input[group * size + i]
        mean = total / float(size)
        squares = 0.0
        for i in lanes(size):
            difference = input[group * size + i] - mean
            squares += difference * difference
        deviation = sqrt(squares / float(size) + epsilon)
        for i in lanes(size):
            normalised[group * size + i] = (input[group * size + i] - mean) / deviation


def scale_channels_forward(
    output: Float32Buffer,
    input: Float32Buffer,
    weights: Float32Buffer,
    bias: Float32Buffer,
    channels: Size,
    area: Size,
) -> None:
    """output[channel, i] = weights[channel] · input[channel, i] + bias[channel]. Layer: `GroupNorm`."""
    for channel in range(channels):
        for i in lanes(area):
            output[channel * area + i] = weights[channel] * input[channel * area + i] + bias[channel]


def scale_elements_forward(
    output: Float32Buffer, input: Float32Buffer, weights: Float32Buffer, bias: Float32Buffer, size: Size
) -> None:
    """output[i] = weights[i] · input[i] + bias[i]. Layer: `LayerNorm`."""
    for i in lanes(size):
        output[i] = weights[i] * input[i] + bias[i]


def standardise_forward(
    output: Float32Buffer, input: Float32Buffer, mean: Float32, deviation: Float32, channel: Size, area: Size
) -> None:
    """output[channel, i] = (input[channel, i] - mean) / deviation, for one channel. Layer: `Standardise`."""
    for i in lanes(area):
        output[channel * area + i] = (input[channel * area + i] - mean) / deviation
