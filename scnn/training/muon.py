"""Muon, an optimiser that sees each tensor with its shape: the steps of weight matrices are orthogonal."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt

from scnn import kernels
from scnn.errors import ConfigError
from scnn.layers.layer import Parameter, Shape, call
from scnn.network.buffer_names import gradient
from scnn.plan import Call
from scnn.training.optimisers import Optimiser, decays_of

__all__ = ["Muon"]


@dataclass(frozen=True)
class Muon(Optimiser):
    """Momentum, whose step for each weight matrix is replaced by the nearest orthogonal matrix, so that no direction
    is learned faster than another (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024).

    The weights of a convolution are a matrix of [filter, all others]. A step is scaled by √(rows / columns) if that
    is above 1. Biases and other vectors take the steps of SGD with Nesterov's momentum, with the same learning rate.
    Weights decay as with AdamW. The work of a step grows with the square of the shorter side: a layer of 1,000 units
    with more inputs takes longer than its samples. Raises ConfigError for values out of range.

    Kernels: `decay_weights` in `scnn.kernels.learning`; `muon_direction`, `orthogonalise`, `descend` in
    `scnn.kernels.muon`.
    """

    learning_rate: float = 0.02
    momentum: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.momentum < 1:
            raise ConfigError(f"Muon: the momentum must be at least 0 and below 1, got {self.momentum}")

    @property
    def state(self) -> tuple[str, ...]:
        return ("velocity",)

    def settings(self, step: int, factor: float) -> list[float]:
        """Without a decay in the gradient, and with the factor of `decay_weights`."""
        rate = self.learning_rate * factor
        return [rate, 0.0, 1.0 - rate * self.weight_decay]

    def decays(self, tensors: Mapping[str, Parameter]) -> list[Call]:
        return decays_of(tensors) if self.weight_decay else []

    def work(self, tensors: Mapping[str, Parameter]) -> Mapping[str, tuple[str, Shape]]:
        """What `orthogonalise` needs, as large as for the largest matrix."""
        sides = [sides_of(one) for one in tensors.values() if one.fan_in]
        largest = max((rows * columns for rows, columns in sides), default=0)
        square = max((min(side) ** 2 for side in sides), default=0)
        squares: dict[str, tuple[str, Shape]] = dict.fromkeys(("gram", "polynomial"), ("float32", (square,)))
        return {
            **super().work(tensors),
            **squares,
            "product": ("float32", (largest,)),
            "wide": ("float32", (largest,)),
        }

    def updates(self, tensors: Mapping[str, Parameter], size: int) -> list[Call]:
        matrices = {gradient(name): sides_of(one) for name, one in tensors.items() if one.fan_in}
        steps = [call(kernels.muon_direction, momentum=float(self.momentum), size=size)]
        for name, (rows, columns) in matrices.items():
            steps += orthogonal(name, rows, columns)
        return [*steps, self.update(size)]

    def update(self, size: int) -> Call:
        return call(kernels.descend, size=size)


def sides_of(tensor: Parameter) -> tuple[int, int]:
    """The rows and columns of a tensor as a matrix."""
    return tensor.shape[0], prod(tensor.shape[1:])


def orthogonal(name: str, rows: int, columns: int) -> list[Call]:
    """The calls that make a matrix orthogonal, by way of the transposed one if it has more rows than columns."""
    if rows <= columns:
        return [call(kernels.orthogonalise, matrix=name, scale=1.0, rows=rows, columns=columns)]
    across, back = ({"output": "wide", "input": name}, {"output": name, "input": "wide"})
    scale = sqrt(rows / columns)
    return [
        call(kernels.transpose, **across, blocks=1, rows=rows, columns=columns),
        call(kernels.orthogonalise, matrix="wide", scale=scale, rows=columns, columns=rows),
        call(kernels.transpose, **back, blocks=1, rows=columns, columns=rows),
    ]
