"""Losses, the last layer of every network: what training minimises. Their kernels: `scnn.kernels.loss`.

The loss that trains is also the one that is reported, of training and of test images.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass

from scnn import kernels
from scnn.errors import ConfigError, ShapeError
from scnn.layers.layer import Layer, Shape, call
from scnn.plan import Call

__all__ = ["Loss", "MeanSquaredError", "SoftmaxCrossEntropy", "SquaredHinge"]


class Loss(Layer):
    """The last layer of a network; a network raises ShapeError if it is anywhere else. It turns numbers (classes,)
    into probabilities by a softmax, and compares them with the label."""

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(f"{type(self).__name__} takes a vector of logits, such as (10,), but got {shape}")
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        """output[k] = exp(input[k]) / Σ_j exp(input[j]): the probability of class k."""
        return [call(kernels.softmax_forward, probabilities="output", logits="input", classes=shape[0])]

    @abstractmethod
    def loss(self, shape: Shape) -> list[Call]:
        """The calls that compute `loss` from `input`, `output` and `label`."""

    def exact_loss(self, shape: Shape) -> list[Call]:
        """The same without what only keeps float32 finite, for finite differences in float64."""
        return self.loss(shape)

    @abstractmethod
    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The calls that compute `d_input`, the gradient of the loss, from `input`, `output` and `label`."""

    @abstractmethod
    def of_chance(self, classes: int) -> float:
        """The loss of the best network that does not look at its input, if all classes are equally frequent."""

    def least(self, classes: int) -> float:
        """The smallest possible loss."""
        return 0.0


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """The cross-entropy of the probabilities with the label; it is appended to a network that has no loss.

    With label `smoothing` the target is not 1 for the label and 0 for the other classes: the share `smoothing` of it
    is spread evenly over all classes, so that a network does not become surer than it is right (Szegedy et al.,
    arXiv:1512.00567, section 7). Raises ConfigError unless 0 <= smoothing < 1.

    Kernels: `softmax_forward`, `cross_entropy_forward`, `softmax_cross_entropy_backward`, and with smoothing
    `smoothed_cross_entropy_forward`, `smoothed_cross_entropy_backward` in `scnn.kernels.loss`.
    """

    smoothing: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.smoothing, int | float) or not 0 <= self.smoothing < 1:
            raise ConfigError(
                f"SoftmaxCrossEntropy: the smoothing must be a number from 0 to below 1, got {self.smoothing!r}"
            )

    def loss(self, shape: Shape) -> list[Call]:
        """loss = -log(output[label] + ε); with smoothing, the mean of -log output[k] weighted by the targets."""
        if self.smoothing:
            return self.exact_loss(shape)
        return [call(kernels.cross_entropy_forward, loss="loss", probabilities="output", label="label")]

    def exact_loss(self, shape: Shape) -> list[Call]:
        return [
            call(
                kernels.smoothed_cross_entropy_forward,
                loss="loss",
                logits="input",
                label="label",
                smoothing=float(self.smoothing),
                classes=shape[0],
            )
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input[k] = output[k] - target[k]: the exponential and the logarithm cancel."""
        roles = {"d_logits": "d_input", "probabilities": "output", "label": "label"}
        if not self.smoothing:
            return [call(kernels.softmax_cross_entropy_backward, **roles, classes=shape[0])]
        smoothing = float(self.smoothing)
        return [call(kernels.smoothed_cross_entropy_backward, **roles, smoothing=smoothing, classes=shape[0])]

    def target(self, is_label: bool, classes: int) -> float:
        """What the probability of a class should be."""
        return self.smoothing / classes + (1 - self.smoothing) * is_label if self.smoothing else float(is_label)

    def of_chance(self, classes: int) -> float:
        return math.log(classes)

    def least(self, classes: int) -> float:
        """The entropy of the targets."""
        if not self.smoothing or classes == 1:
            return 0.0
        label, other = (self.target(is_label, classes) for is_label in (True, False))
        return -label * math.log(label) - (classes - 1) * other * math.log(other)


@dataclass(frozen=True)
class SquaredHinge(Loss):
    """The squared distance by which scores miss a margin of 1: above 1 for the label, below -1 for every other class;
    the mean over the classes (Tang, arXiv:1306.0239).

    The highest score is the prediction. The softmax keeps the order of the scores, but its probabilities say little
    about how often the network is right.

    Kernels: `softmax_forward`, `squared_hinge_forward`, `squared_hinge_backward` in `scnn.kernels.loss`.
    """

    def loss(self, shape: Shape) -> list[Call]:
        """loss = Σ_k max(0, 1 - side[k] · input[k])² / classes, with side = 1 for the label and -1 for the others."""
        return [call(kernels.squared_hinge_forward, loss="loss", scores="input", label="label", classes=shape[0])]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input[k] = -2 · side[k] · max(0, 1 - side[k] · input[k]) / classes."""
        roles = {"d_scores": "d_input", "scores": "input", "label": "label"}
        return [call(kernels.squared_hinge_backward, **roles, classes=shape[0])]

    def of_chance(self, classes: int) -> float:
        """Of the score 2 / classes - 1 for every class."""
        return 4.0 * (classes - 1) / classes**2


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """The squared error of scores that should be 1 for the label and 0 for the other classes; the mean over the
    classes. The highest score is the prediction; probabilities are as for `SquaredHinge`.

    Kernels: `softmax_forward`, `mean_squared_error_forward`, `mean_squared_error_backward` in `scnn.kernels.loss`.
    """

    def loss(self, shape: Shape) -> list[Call]:
        """loss = Σ_k (input[k] - target[k])² / classes, with target = 1 for the label and 0 for the others."""
        roles = {"loss": "loss", "scores": "input", "label": "label"}
        return [call(kernels.mean_squared_error_forward, **roles, classes=shape[0])]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """∂loss/∂input[k] = 2 · (input[k] - target[k]) / classes."""
        roles = {"d_scores": "d_input", "scores": "input", "label": "label"}
        return [call(kernels.mean_squared_error_backward, **roles, classes=shape[0])]

    def of_chance(self, classes: int) -> float:
        """Of the score 1 / classes for every class."""
        return (classes - 1) / classes**2
