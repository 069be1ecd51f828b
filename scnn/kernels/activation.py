"""ReLU, and the dropout that may follow it."""

from scnn.kernels.functions import next_random
from scnn.language import Float32Buffer, Int32Buffer, Size, lanes

__all__ = ["relu_forward", "relu_backward", "dropout_forward", "dropout_backward"]


def relu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """Y = max(0, X); a NaN stays one, so that a training gone wrong shows."""
    for i in lanes(size):
        x = input[i]
        output[i] = 0.0 if x < 0.0 else x


def relu_backward(d_input: Float32Buffer, d_output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    """∂L/∂X = ∂L/∂Y where X > 0, and 0 elsewhere."""
    for i in lanes(size):
        d_input[i] = d_output[i] if input[i] > 0.0 else 0.0


def dropout_forward(
    values: Float32Buffer, mask: Float32Buffer, random: Int32Buffer, threshold: Size, size: Size
) -> None:
    """X ← X · M, in place: M is 0 with the probability threshold / (2³¹ - 1), and else what keeps the mean of X."""
    kept = 2147483647.0 / float(2147483647 - threshold)
    seed = random[0]
    for i in range(size):
        seed = next_random(seed)
        mask[i] = 0.0 if seed <= threshold else kept
        values[i] *= mask[i]
    random[0] = seed


def dropout_backward(d_values: Float32Buffer, mask: Float32Buffer, size: Size) -> None:
    """∂L/∂X = ∂L/∂Y · M, in place."""
    for i in lanes(size):
        d_values[i] *= mask[i]
