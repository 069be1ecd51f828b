"""Optimisers: the kernel of an update step, the state it keeps, and its settings for each step."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod, sqrt
from typing import ClassVar

from scnn import kernels
from scnn.checks import require_numbers
from scnn.errors import ConfigError
from scnn.layers.layer import Parameter, Shape, call
from scnn.plan import Call
from scnn.training.schedules import power

__all__ = ["SETTINGS", "SGD", "Adam", "AdamW", "Lion", "Optimiser"]

SETTINGS = 8  # numbers in a row of `settings`: see kernels/learning.py


@dataclass(frozen=True)
class Optimiser(ABC):
    """Updates the parameters with their gradients. `weight_decay` times the parameter is added to each gradient.

    With `clip_norm` above 0, gradients whose length over all tensors exceeds it are first scaled down to it; the same
    as PyTorch's clip_grad_norm_. With `averaging` above 0, such as 0.99, an exponential moving average of the weights
    is evaluated and saved, and does not influence training: in step t = 0, 1, … it keeps a share of itself that grows
    from 1/10 as (1 + t) / (10 + t), to at most `averaging`. Raises ConfigError for values out of range.

    One of your own is a subclass with a kernel and the names of its state. Before the kernel runs, `gradients` are
    the mean over the batch with the weight decay, and `rate[0]` is the learning rate times the schedule's factor;
    afterwards the gradients are reset and the step is counted.

    >>> from dataclasses import dataclass
    >>> from scnn.language import Float32Buffer, Size, lanes
    >>> def signs(parameters: Float32Buffer, gradients: Float32Buffer, rate: Float32Buffer, size: Size) -> None:
    ...     for i in lanes(size):
    ...         parameters[i] -= rate[0] if gradients[i] > 0.0 else -rate[0]
    >>> @dataclass(frozen=True)
    ... class Signs(Optimiser):
    ...     def update(self, size: int) -> Call:
    ...         return call(signs, size=size)
    >>> Signs(0.05, averaging=0.9).buffers
    ('average',)
    """

    whole_step: ClassVar[bool] = False  # whether `update` divides, resets and counts by itself, in one pass

    learning_rate: float
    weight_decay: float = field(default=0.0, kw_only=True)
    clip_norm: float = field(default=0.0, kw_only=True)
    averaging: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        require_numbers(self)
        name = type(self).__name__
        if not 0 < self.learning_rate <= 1e30:
            raise ConfigError(f"{name}: the learning rate must be above 0 and at most 1e30, got {self.learning_rate}")
        if not 0 <= self.weight_decay < 1e6:
            raise ConfigError(f"{name}: the weight decay must be at least 0 and below 1e6, got {self.weight_decay}")
        if not 0 <= self.clip_norm < 1e30:
            raise ConfigError(f"{name}: the clip norm must be at least 0 and below 1e30, got {self.clip_norm}")
        if not 0 <= self.averaging < 1:
            raise ConfigError(f"{name}: the averaging must be at least 0 and below 1, got {self.averaging}")

    @property
    def state(self) -> tuple[str, ...]:
        """The buffers that `update` reads and writes from step to step, each as long as the parameters. They start
        as zeros, and checkpoints contain them."""
        return ()

    @property
    def buffers(self) -> tuple[str, ...]:
        """All buffers that persist from step to step, each as long as the parameters."""
        return (*self.state, "average") if self.averaging else self.state

    def steps(self, tensors: Mapping[str, Parameter], size: int, whole: int = 0) -> list[Call]:
        """The kernel calls of one step on the network's `tensors`, by name; `size` is as for `update`, and `whole` is
        that of the buffer, if it also has tensors that are not learned."""
        clip = [call(kernels.clip_gradients, maximum=float(self.clip_norm), size=size)] if self.clip_norm else []
        average = [call(kernels.average_weights, size=whole or size)] if self.averaging else []
        begin = [] if self.whole_step else [call(kernels.begin_step, size=size)]
        end = [] if self.whole_step else [call(kernels.end_step, size=size)]
        return [*clip, *begin, *self.decays(tensors), *self.updates(tensors, size), *end, *average]

    def work(self, tensors: Mapping[str, Parameter]) -> Mapping[str, tuple[str, Shape]]:
        """The memory of a step that no other step needs: name → (element type, shape)."""
        return {} if self.whole_step else {"rate": ("float32", (1,))}

    def updates(self, tensors: Mapping[str, Parameter], size: int) -> list[Call]:
        """The calls that change the parameters: `update` alone, unless an optimiser sees tensors one by one."""
        return [self.update(size)]

    def decays(self, tensors: Mapping[str, Parameter]) -> list[Call]:
        """The calls before `update` that make weights smaller, if that is not part of the gradient."""
        return []

    def share(self, step: int) -> float:
        """The share of the new weights in their average after a step, counted from 0."""
        return 1.0 - min(self.averaging, (1.0 + step) / (10.0 + step))

    @abstractmethod
    def update(self, size: int) -> Call:
        """The kernel call of one step on the first `size` elements of `parameters`: all learned tensors, each aligned
        to 16 bytes. So `size` may exceed the number of parameters: 11,276 instead of 11,274 for the preset
        mnist.
        """

    def settings(self, step: int, factor: float) -> list[float]:
        """The row of settings for a step, counted from 0, with a schedule's factor. It starts with the learning rate
        and the weight decay."""
        return [self.learning_rate * factor, self.weight_decay]

    def row(self, step: int, factor: float) -> list[float]:
        """The settings, filled up with zeros. Raises ConfigError for too many."""
        given = self.settings(step, factor)
        if len(given) > SETTINGS:
            raise ConfigError(f"{type(self).__name__}: expected at most {SETTINGS} settings, got {len(given)}")
        return [*given, *[0.0] * (SETTINGS - len(given))]


@dataclass(frozen=True)
class SGD(Optimiser):
    """Stochastic gradient descent, optionally with momentum or Nesterov's momentum; the same as PyTorch's SGD. Raises
    ConfigError for values out of range, and for `nesterov` without momentum.

    Kernels: `sgd_update`, `momentum_update` in `scnn.kernels.learning`.
    """

    whole_step = True

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
        return [self.learning_rate * factor, self.weight_decay, self.momentum]


@dataclass(frozen=True)
class Adam(Optimiser):
    """Adaptive moment estimation (arXiv:1412.6980); the same as PyTorch's Adam, whose weight decay is part of the
    gradient. Raises ConfigError for values out of range.

    Kernel: `adam_update` in `scnn.kernels.learning`.
    """

    whole_step = True

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_betas(self, self.beta_1, self.beta_2)
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


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam whose weight decay is no part of the gradient, and so is not divided by its size (arXiv:1711.05101,
    algorithm 2); the same as PyTorch's AdamW for weights, which multiply inputs. Biases, slopes and the factors of
    normalisation do not decay. Raises ConfigError for values out of range.

    Kernels: `decay_weights`, `adam_update` in `scnn.kernels.learning`.
    """

    weight_decay: float = field(default=0.01, kw_only=True)

    def decays(self, tensors: Mapping[str, Parameter]) -> list[Call]:
        return decays_of(tensors) if self.weight_decay else []

    def settings(self, step: int, factor: float) -> list[float]:
        """Without a decay, and with the factor of `decay_weights` in the place of β₁, which `adam_update` does not
        read."""
        rate, _, _, *others = super().settings(step, factor)
        return [rate, 0.0, 1.0 - self.learning_rate * factor * self.weight_decay, *others]


@dataclass(frozen=True)
class Lion(Optimiser):
    """Steps of the same size for all parameters, in the direction of the sign of a momentum (Chen et al.,
    arXiv:2302.06675): the learning rate should be 3 to 10 times smaller than Adam's. Weights decay as with AdamW.
    Raises ConfigError for values out of range.

    Kernels: `decay_weights`, `lion_update` in `scnn.kernels.learning`.
    """

    whole_step = True

    learning_rate: float = 0.0001
    beta_1: float = 0.9
    beta_2: float = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        require_betas(self, self.beta_1, self.beta_2)

    @property
    def state(self) -> tuple[str, ...]:
        return ("momentum",)

    def decays(self, tensors: Mapping[str, Parameter]) -> list[Call]:
        return decays_of(tensors) if self.weight_decay else []

    def update(self, size: int) -> Call:
        return call(kernels.lion_update, size=size)

    def settings(self, step: int, factor: float) -> list[float]:
        """With the factor of `decay_weights` in the place of β₁, as AdamW."""
        rate = self.learning_rate * factor
        betas = [1.0 - self.beta_1, self.beta_2, 1.0 - self.beta_2]
        return [rate, 0.0, 1.0 - rate * self.weight_decay, *betas]


def decays_of(tensors: Mapping[str, Parameter]) -> list[Call]:
    """A call for each tensor of weights, which multiply inputs."""
    decaying = {name: one.shape for name, one in tensors.items() if one.fan_in}
    return [call(kernels.decay_weights, weights=name, size=prod(shape)) for name, shape in decaying.items()]


def require_betas(optimiser: Optimiser, beta_1: float, beta_2: float) -> None:
    for name, value in (("beta_1", beta_1), ("beta_2", beta_2)):
        if not 0 <= value < 1:
            raise ConfigError(f"{type(optimiser).__name__}: {name} must be at least 0 and below 1, got {value}")
