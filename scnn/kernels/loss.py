"""The losses at the end of a network: softmax, cross-entropy, squared hinge and mean squared error. Their layers:
`scnn.layers.loss`."""

from scnn.kernels.functions import exp, log
from scnn.language import Float32, Float32Buffer, Int32Buffer, Size

__all__ = [
    "softmax_forward",
    "cross_entropy_forward",
    "softmax_cross_entropy_backward",
    "smoothed_cross_entropy_forward",
    "smoothed_cross_entropy_backward",
    "squared_hinge_forward",
    "squared_hinge_backward",
    "mean_squared_error_forward",
    "mean_squared_error_backward",
]

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


def smoothed_cross_entropy_forward(
    loss: Float32Buffer, logits: Float32Buffer, label: Int32Buffer, smoothing: Float32, classes: Size
) -> None:
    """loss[0] = -Σ_k target[k] · log softmax(logits)[k], with target[k] = smoothing / classes, and 1 - smoothing more
    for the label. Layer: `SoftmaxCrossEntropy` with label smoothing.

    The logarithm of the softmax is logits[k] - max logits - log Σ_j exp(logits[j] - max logits), and the targets sum
    to 1. So no probability that underflows to zero is needed.
    """
    largest = logits[0]
    for k in range(classes):
        largest = logits[k] if logits[k] > largest else largest
    total = 0.0
    below = 0.0
    for k in range(classes):
        total += exp(logits[k] - largest)
        below += largest - logits[k]
    expected = (1.0 - smoothing) * (largest - logits[label[0]]) + smoothing * (below / float(classes))
    loss[0] = log(total) + expected


def smoothed_cross_entropy_backward(
    d_logits: Float32Buffer, probabilities: Float32Buffer, label: Int32Buffer, smoothing: Float32, classes: Size
) -> None:
    """d_logits[k] = probabilities[k] - target[k], with the target of `smoothed_cross_entropy_forward`. Layer:
    `SoftmaxCrossEntropy` with label smoothing."""
    for k in range(classes):
        d_logits[k] = probabilities[k] - smoothing / float(classes)
    d_logits[label[0]] -= 1.0 - smoothing


def squared_hinge_forward(loss: Float32Buffer, scores: Float32Buffer, label: Int32Buffer, classes: Size) -> None:
    """loss[0] = Σ_k max(0, 1 - side[k] · scores[k])² / classes, with side = 1 for the label and -1 for the others.
    Layer: `SquaredHinge`."""
    total = 0.0
    for k in range(classes):
        side = 1.0 if k == label[0] else -1.0
        missing = 1.0 - side * scores[k]
        total += missing * missing if missing > 0.0 else 0.0
    loss[0] = total / float(classes)


def squared_hinge_backward(d_scores: Float32Buffer, scores: Float32Buffer, label: Int32Buffer, classes: Size) -> None:
    """d_scores[k] = -2 · side[k] · max(0, 1 - side[k] · scores[k]) / classes. Layer: `SquaredHinge`."""
    for k in range(classes):
        side = 1.0 if k == label[0] else -1.0
        missing = 1.0 - side * scores[k]
        d_scores[k] = -2.0 * side * missing / float(classes) if missing > 0.0 else 0.0


def mean_squared_error_forward(loss: Float32Buffer, scores: Float32Buffer, label: Int32Buffer, classes: Size) -> None:
    """loss[0] = Σ_k (scores[k] - target[k])² / classes, with target = 1 for the label and 0 for the others. Layer:
    `MeanSquaredError`."""
    total = 0.0
    for k in range(classes):
        error = scores[k] - 1.0 if k == label[0] else scores[k]
        total += error * error
    loss[0] = total / float(classes)


def mean_squared_error_backward(
    d_scores: Float32Buffer, scores: Float32Buffer, label: Int32Buffer, classes: Size
) -> None:
    """d_scores[k] = 2 · (scores[k] - target[k]) / classes. Layer: `MeanSquaredError`."""
    for k in range(classes):
        error = scores[k] - 1.0 if k == label[0] else scores[k]
        d_scores[k] = 2.0 * error / float(classes)
