"""Activations and dropout: kernels that work on each element alone. Their layers: `scnn.layers.activation`.

The activations after ReLU have no backward kernel here: the compiler derives it. GELU's own takes half as long.
"""

from scnn.kernels.functions import exp, next_random, normal_cdf, sigmoid
from scnn.language import Float32, Float32Buffer, Int32Buffer, Size, lanes

DENSITY_AT_ZERO = 0.3989422804014327  # 1 / √(2π)

__all__ = [
    "relu_forward",
    "relu_backward",
    "leakyrelu_forward",
    "sigmoid_forward",
    "tanh_forward",
    "silu_forward",
    "gelu_forward",
    "gelu_backward",
    "prelu_forward",
    "dropout_forward",
    "dropout_backward",
]


def relu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = max(0, input[i]). NaN stays NaN, so that a diverged training shows. Layer: `ReLU`."""
    for i in lanes(size):
        x = input[i]
        output[i] = 0.0 if x < 0.0 else x


def relu_backward(d_input: Float32Buffer, d_output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """d_input[i] = d_output[i] where input[i] > 0, and 0 elsewhere. Layer: `ReLU`."""
    for i in lanes(size):
        d_input[i] = d_output[i] if input[i] > 0.0 else 0.0


def leakyrelu_forward(output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size) -> None:
    """output[i] = input[i] where it is positive, and slope · input[i] elsewhere. Layer: `LeakyReLU`."""
    for i in lanes(size):
        x = input[i]
        output[i] = x if x > 0.0 else slope * x


def sigmoid_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = 1 / (1 + e^-input[i]). Layer: `Sigmoid`."""
    for i in lanes(size):
        output[i] = sigmoid(input[i])


def tanh_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = (e^(2 · input[i]) - 1) / (e^(2 · input[i]) + 1), with an error of at most 3e-7. Layer: `Tanh`."""
    for i in lanes(size):
        power = exp(2.0 * input[i])
        output[i] = (power - 1.0) / (power + 1.0)


def silu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = input[i] · sigmoid(input[i]). Layer: `SiLU`."""
    for i in lanes(size):
        output[i] = input[i] * sigmoid(input[i])


def gelu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """output[i] = input[i] · Φ(input[i]), with the normal distribution function Φ. Layer: `GELU`."""
    for i in lanes(size):
        output[i] = input[i] * normal_cdf(input[i])


def gelu_backward(d_input: Float32Buffer, d_output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """d_input[i] = d_output[i] · (Φ(x) + x · φ(x)), with x = input[i] and the density φ(x) = e^(-x² / 2) / √(2π).
    Layer: `GELU`."""
    for i in lanes(size):
        x = input[i]
        d_input[i] = d_output[i] * (normal_cdf(x) + x * (DENSITY_AT_ZERO * exp(-0.5 * x * x)))


def prelu_forward(
    output: Float32Buffer, input: Float32Buffer, slopes: Float32Buffer, channels: Size, area: Size
) -> None:
    """output[channel, i] = input[channel, i] where it is positive, and slopes[channel] · input[channel, i] elsewhere.
    Layer: `PReLU`."""
    for channel in range(channels):
        for i in lanes(area):
            x = input[channel * area + i]
            output[channel * area + i] = x if x > 0.0 else slopes[channel] * x


def dropout_forward(
    values: Float32Buffer, mask: Float32Buffer, random: Int32Buffer, threshold: Size, size: Size
) -> None:
    """values[i] = values[i] · mask[i], in place. Layer: `Dropout`.

    mask[i] is 0 with probability threshold / (2³¹ - 1), and otherwise the scale that preserves the mean of `values`.
    `random` holds the state of the random numbers, and is advanced.
    """
    scale = 2147483647.0 / float(2147483647 - threshold)
    seed = random[0]
    for i in range(size):
        seed = next_random(seed)
        mask[i] = 0.0 if seed <= threshold else scale
        values[i] *= mask[i]
    random[0] = seed


def dropout_backward(d_values: Float32Buffer, mask: Float32Buffer, size: Size) -> None:
    """d_values[i] = d_values[i] · mask[i], in place. Layer: `Dropout`."""
    for i in lanes(size):
        d_values[i] *= mask[i]
