"""Dense layers: every input joined to every unit."""

from scnn.language import Float32Buffer, Size, blocked, lanes

__all__ = ["dense_forward", "dense_backward_weights", "dense_backward_input"]


def dense_forward(
    output: Float32Buffer,
    input: Float32Buffer,
    weights: Float32Buffer,
    bias: Float32Buffer,
    inputs: Size,
    outputs: Size,
) -> None:
    """Y[j] = Σ_i W[j,i] · X[i] + B[j]."""
    for j in blocked(outputs, 4):
        total = 0.0
        for i in lanes(inputs):
            total += weights[j * inputs + i] * input[i]
        output[j] = total + bias[j]


def dense_backward_weights(
    d_weights: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    input: Float32Buffer,
    inputs: Size,
    outputs: Size,
) -> None:
    """∂L/∂W[j,i] += ∂L/∂Y[j] · X[i] and ∂L/∂B[j] += ∂L/∂Y[j], passing over the zeros that a ReLU leaves."""
    for j in range(outputs):
        gradient = d_output[j]
        if gradient != 0.0:
            d_bias[j] += gradient
            for i in lanes(inputs):
                d_weights[j * inputs + i] += input[i] * gradient


def dense_backward_input(
    d_input: Float32Buffer, d_output: Float32Buffer, weights: Float32Buffer, inputs: Size, outputs: Size
) -> None:
    """∂L/∂X[i] = Σ_j W[j,i] · ∂L/∂Y[j]."""
    for i in lanes(inputs, 16):
        total = 0.0
        for j in range(outputs):
            total += weights[j * inputs + i] * d_output[j]
        d_input[i] = total
