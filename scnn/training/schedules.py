"""Learning-rate schedules: the fraction of the learning rate that each step uses.

They are computed in float64 with addition, subtraction, multiplication and division only, so that they are the same
on every platform.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from scnn.checks import require, require_integer, require_numbers

__all__ = ["Constant", "Cosine", "OneCycle", "Schedule", "StepDecay", "cosine_of_half_turns", "power"]


class Schedule(ABC):
    """A factor on the learning rate for each step. `epoch` and `step` count from 0; `total` counts all steps."""

    @abstractmethod
    def factor(self, step: int, total: int, epoch: int) -> float: ...


@dataclass(frozen=True)
class Constant(Schedule):
    """Always the full learning rate."""

    def factor(self, step: int, total: int, epoch: int) -> float:
        return 1.0


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiplies the rate by `decay` every `every` epochs; the same as PyTorch's StepLR. Raises ConfigError unless
    `every` is a positive integer and 0 < decay <= 1.
    """

    every: int = 10
    decay: float = 0.1

    def __post_init__(self) -> None:
        require_numbers(self)
        require_integer("StepDecay: every", self.every, 1)
        require(0 < self.decay <= 1, f"StepDecay: decay must be above 0 and at most 1, got {self.decay}")

    def factor(self, step: int, total: int, epoch: int) -> float:
        return power(self.decay, epoch // self.every)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Decreases the rate to zero along half a cosine, step by step; PyTorch's CosineAnnealingLR (arXiv:1608.03983).

    >>> [round(Cosine().factor(step, 4, 0), 3) for step in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """

    def factor(self, step: int, total: int, epoch: int) -> float:
        return (1.0 + cosine_of_half_turns(step / total)) / 2.0


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Increases the rate from 1/`start` to the full rate during the first `warmup` fraction of the steps, then
    decreases it to 1/`end` of where it started, both along half a cosine; PyTorch's OneCycleLR without cycled
    momentum (arXiv:1708.07120). Raises ConfigError unless 0 < warmup < 1 and both divisors are at least 1.
    """

    warmup: float = 0.3
    start: float = 25.0
    end: float = 1e4

    def __post_init__(self) -> None:
        require_numbers(self)
        require(0 < self.warmup < 1, f"OneCycle: warmup must be above 0 and below 1, got {self.warmup}")
        require(self.start >= 1 and self.end >= 1, "OneCycle: start and end must be at least 1")

    def factor(self, step: int, total: int, epoch: int) -> float:
        first, last = self.warmup * total - 1.0, total - 1.0
        begin = 1.0 / self.start
        if step <= first:
            return between(begin, 1.0, step / first if first else 1.0)
        return between(1.0, begin / self.end, (step - first) / (last - first) if last > first else 1.0)


def between(begin: float, end: float, share: float) -> float:
    """Interpolates from `begin` to `end` along half a cosine."""
    return end + (begin - end) / 2.0 * (1.0 + cosine_of_half_turns(share))


def cosine_of_half_turns(share: float) -> float:
    """cos(π · share) for a share from 0 to 1, by its power series, with an error of at most 2e-15."""
    if share > 0.5:
        return -cosine_of_half_turns(1.0 - share)
    angle = 3.141592653589793 * share
    square = angle * angle
    term = total = 1.0
    for k in range(1, 12):
        term *= -square / ((2 * k - 1) * (2 * k))
        total += term
    return total


def power(base: float, exponent: int) -> float:
    """base ** exponent for an integer exponent of at least 0, by repeated squaring."""
    result = 1.0
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result
