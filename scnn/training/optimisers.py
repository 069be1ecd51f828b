"""Optimisers: the kernel of an update step, the state it keeps, and its settings for each step."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from math import sqrt

from scnn import kernels
from scnn.checks import require_numbers
from scnn.errors import ConfigError
from scnn.layers.layer import call
from scnn.plan import Call
from scnn.training.schedules import power

__all__ = ["SETTINGS", "SGD", "Adam", "Optimiser"]

SETTINGS = 8  # numbers in a row of `settings`: see kernels/learning.py


@dataclass(frozen=True)
class Optimiser(ABC):
    """Updates the parameters with their gradients. `weight_decay` times the parameter is added to each gradient.
    Raises ConfigError for values out of range.
    """

    learning_rate: float
    weight_decay: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        require_numbers(self)
        name = type(self).__name__
        if not 0 < self.learning_rate <= 1e30:
            raise ConfigError(f"{name}: the learning rate must be above 0 and at most 1e30, got {self.learning_rate}")
        if not 0 <= self.weight_decay < 1e6:
            raise ConfigError(f"{name}: the weight decay must be at least 0 and below 1e6, got {self.weight_decay}")

    @property
    @abstractmethod
    def state(self) -> tuple[str, ...]:
        """The buffers that persist from step to step, each as long as the parameters."""

    @abstractmethod
    def update(self, size: int) -> Call:
        """The kernel call of one step on a buffer of `size` elements, which is `parameters`: all tensors, each
        aligned to 16 bytes. So `size` may exceed the number of parameters: 11,276 instead of 11,274 for the preset
        mnist.
        """

    @abstractmethod
    def settings(self, step: int, factor: float) -> list[float]:
        """The row of settings for a step, counted from 0, with a schedule's factor."""


@dataclass(frozen=True)
class SGD(Optimiser):
    """Stochastic gradient descent, optionally with momentum or Nesterov's momentum; the same as PyTorch's SGD. Raises
    ConfigError for values out of range, and for `nesterov` without momentum.

    Kernels: `sgd_update`, `momentum_update` in `scnn.kernels.learning`.
    """

    learning_rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.momentum < 1:
            raise ConfigError(f"SGD: the momentum must be at least 0 and below 1, got {self.momentum}")
        if self.nesterov and not self.momentum:
            raise ConfigError("SGD: Nesterov momentum needs a momentum above 0")

    @property
    def state(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    def update(self, size: int) -> Call:
        if self.momentum:
            return call(kernels.momentum_update, nesterov=int(self.nesterov), size=size)
        return call(kernels.sgd_update, size=size)

    def settings(self, step: int, factor: float) -> list[float]:
        return [self.learning_rate * factor, self.weight_decay, self.momentum, *[0.0] * 5]


@dataclass(frozen=True)
class Adam(Optimiser):
    """Adaptive moment estimation (arXiv:1412.6980); the same as PyTorch's Adam, whose weight decay is part of the
    gradient. Raises ConfigError for values out of range.

    Kernel: `adam_update` in `scnn.kernels.learning`.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value in (("beta_1", self.beta_1), ("beta_2", self.beta_2)):
            if not 0 <= value < 1:
                raise ConfigError(f"Adam: {name} must be at least 0 and below 1, got {value}")
        if not self.epsilon > 0:
            raise ConfigError(f"Adam: epsilon must be above 0, got {self.epsilon}")

    @property
    def state(self) -> tuple[str, ...]:
        return ("first_moment", "second_moment")

    def update(self, size: int) -> Call:
        return call(kernels.adam_update, size=size)

    def settings(self, step: int, factor: float) -> list[float]:
        """With the bias correction of both moments, which start at zero: after t steps they lack a fraction β^t of
        their value.
        """
        rate = self.learning_rate * factor / (1.0 - power(self.beta_1, step + 1))
        root = sqrt(1.0 / (1.0 - power(self.beta_2, step + 1)))
        betas = [self.beta_1, 1.0 - self.beta_1, self.beta_2, 1.0 - self.beta_2]
        return [rate, self.weight_decay, *betas, root, self.epsilon]
