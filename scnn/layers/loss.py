"""Softmax with cross-entropy, the loss at the end of a network. Its kernels: `scnn.kernels.loss`."""

from dataclasses import dataclass

from scnn import kernels
from scnn.errors import ShapeError
from scnn.layers.layer import Layer, Shape, call
from scnn.plan import Call

__all__ = ["SoftmaxCrossEntropy"]


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Layer):
    """Turns logits (classes,) into probabilities, and measures their cross-entropy with the label. It is the last
    layer of every network; a network raises ShapeError if it is anywhere else.

    Kernels: `softmax_forward`, `cross_entropy_forward`, `softmax_cross_entropy_backward` in `scnn.kernels.loss`.
    """

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(f"SoftmaxCrossEntropy takes a vector of logits, such as (10,), but got {shape}")
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output[k] = exp(input[k]) / Σ_j exp(input[j]): the probability of class k."""
        return [call(kernels.softmax_forward, probabilities="output", logits="input", classes=shape[0])]

    def loss(self, shape: Shape) -> list[Call]:
        """loss = -log(output[label] + ε)."""
        return [call(kernels.cross_entropy_forward, loss="loss", probabilities="output", label="label")]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input[k] = output[k] - (1 if k is the label, else 0): the exponential and the logarithm cancel."""
        return [
            call(
                kernels.softmax_cross_entropy_backward,
                d_logits="d_input",
                probabilities="output",
                label="label",
                classes=shape[0],
            )
        ]
