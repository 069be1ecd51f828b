"""Fully connected layers and their gradients. Their layer: `scnn.layers.dense`."""

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
    """output[j] = Σ_i weights[j, i] · input[i] + bias[j]. Layer: `Dense`."""
    for j in blocked(outputs, 5):
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
    """Adds one sample's gradients of weights and bias. Layer: `Dense`.

    d_weights[j, i] += d_output[j] · input[i]
    d_bias[j] += d_output[j]

    `sgd_update`, `momentum_update` or `adam_update` in `scnn.kernels.learning` resets the sums. Rows whose `d_output`
    is zero are skipped; a ReLU after the layer makes many of them zero.
    """
    for j in range(outputs):
        gradient = d_output[j]
        if gradient != 0.0:
            d_bias[j] += gradient
            for i in lanes(inputs):
                d_weights[j * inputs + i] += input[i] * gradient


def dense_backward_input(
    d_input: Float32Buffer, d_output: Float32Buffer, weights: Float32Buffer, inputs: Size, outputs: Size
) -> None:
    """d_input[i] = Σ_j weights[j, i] · d_output[j]. Layer: `Dense`.

    Row by row, as the weights are in memory; rows whose `d_output` is zero are skipped.
    """
    for i in lanes(inputs):
        d_input[i] = 0.0
    for j in range(outputs):
        gradient = d_output[j]
        if gradient != 0.0:
            for i in lanes(inputs, 16):
                d_input[i] += weights[j * inputs + i] * gradient
