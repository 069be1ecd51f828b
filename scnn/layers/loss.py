"""The softmax with cross-entropy that ends a network."""

from dataclasses import dataclass

from scnn import kernels
from scnn.errors import ShapeError
from scnn.layers.layer import Layer, Shape, call
from scnn.plan import Call

__all__ = ["SoftmaxCrossEntropy"]


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Layer):
    """Ends a network: turns logits (classes,) into probabilities, and measures them against the true class. A network
    raises ShapeError where it stands anywhere else."""

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(f"SoftmaxCrossEntropy takes logits, such as (10,), and was given {shape}")
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """P[k] = exp(z[k]) / Σ_j exp(z[j])."""
        return [call(kernels.softmax_forward, probabilities="output", logits="input", classes=shape[0])]

    def loss(self, shape: Shape) -> list[Call]:
        """L = -log(P[k] + ε) for the true class k."""
        return [call(kernels.cross_entropy_forward, probabilities="output")]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The exponentials and the logarithm cancel: ∂L/∂z[k] = P[k] - T[k], T being one for the true class."""
        return [
            call(
                kernels.softmax_cross_entropy_backward,
                d_logits="d_input",
                probabilities="output",
                classes=shape[0],
            )
        ]
