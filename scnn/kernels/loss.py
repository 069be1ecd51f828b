"""The softmax with cross-entropy that ends a network."""

from scnn.kernels.functions import exp, log
from scnn.language import Float32Buffer, Int32Buffer, Size

__all__ = ["softmax_forward", "cross_entropy_forward", "softmax_cross_entropy_backward"]

EPSILON = 1e-8  # keeps the logarithm of the loss finite where a probability has rounded to nothing


def softmax_forward(probabilities: Float32Buffer, logits: Float32Buffer, classes: Size) -> None:
    """P[k] = exp(z[k] - max z) / Σ_j exp(z[j] - max z): the shift changes nothing but keeps exp in range."""
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
    """L = -log(P[k] + ε), with k the true class."""
    loss[0] = -log(probabilities[label[0]] + EPSILON)


def softmax_cross_entropy_backward(
    d_logits: Float32Buffer, probabilities: Float32Buffer, label: Int32Buffer, classes: Size
) -> None:
    """∂L/∂z[k] = P[k] - T[k], with T one for the true class and zero for the others."""
    for k in range(classes):
        d_logits[k] = probabilities[k]
    d_logits[label[0]] -= 1.0
