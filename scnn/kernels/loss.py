"""Softmax with cross-entropy, the loss at the end of a network. Their layer: `scnn.layers.loss`."""

from scnn.kernels.functions import exp, log
from scnn.language import Float32Buffer, Int32Buffer, Size

__all__ = ["softmax_forward", "cross_entropy_forward", "softmax_cross_entropy_backward"]

EPSILON = 1e-8  # keeps the loss finite where a probability has underflowed to zero


def softmax_forward(probabilities: Float32Buffer, logits: Float32Buffer, classes: Size) -> None:
    """probabilities[k] = exp(logits[k] - max logits) / Σ_j exp(logits[j] - max logits). Layer: `SoftmaxCrossEntropy`.

    Subtracting the maximum does not change the result, and keeps exp within range.
    """
    largest = logits[0]
    for k in range(classes):
        largest = logits[k] if logits[k] > largest else largest
    total = 0.0
    for k in range(classes):
        power = exp(logits[k] - largest)
        probabilities[k] = power
        total += power
    for k in range(classes):
        probabilities[k] = probabilities[k] / total


def cross_entropy_forward(loss: Float32Buffer, probabilities: Float32Buffer, label: Int32Buffer) -> None:
    """loss[0] = -log(probabilities[label] + ε). Layer: `SoftmaxCrossEntropy`."""
    loss[0] = -log(probabilities[label[0]] + EPSILON)


def softmax_cross_entropy_backward(
    d_logits: Float32Buffer, probabilities: Float32Buffer, label: Int32Buffer, classes: Size
) -> None:
    """d_logits[k] = probabilities[k] - (1 if k is the label, else 0). Layer: `SoftmaxCrossEntropy`."""
    for k in range(classes):
        d_logits[k] = probabilities[k]
    d_logits[label[0]] -= 1.0
