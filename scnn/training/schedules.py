"""Learning-rate schedules: the share of the full learning rate that each step of a training gets.

They are computed in Python's float64 by plus, minus, times and divided alone, and so are the same everywhere.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from scnn.checks import require, require_integer, require_numbers

__all__ = ["Constant", "Cosine", "OneCycle", "Schedule", "StepDecay", "cosine_of_half_turns", "power"]


class Schedule(ABC):
    """A factor for each step; `epoch` counts from 0, and so does `step`, of `total` in the whole training."""

    @abstractmethod
    def factor(self, step: int, total: int, epoch: int) -> float: ...


@dataclass(frozen=True)
class Constant(Schedule):
    """The full rate from beginning to end."""

    def factor(self, step: int, total: int, epoch: int) -> float:
        return 1.0


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiplied by `decay` after every `every` epochs; PyTorch's StepLR. Raises ConfigError where `every` is
    below 1, or `decay` not above 0 and at most 1."""

    every: int = 10
    decay: float = 0.1

    def __post_init__(self) -> None:
        require_numbers(self)
        require_integer("StepDecay: every", self.every, 1)
        require(0 < self.decay <= 1, f"StepDecay: decay must be above 0 and at most 1, not {self.decay}")

    def factor(self, step: int, total: int, epoch: int) -> float:
        return power(self.decay, epoch // self.every)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Down to nothing along half a cosine, step by step; PyTorch's CosineAnnealingLR (arXiv:1608.03983).

    >>> [round(Cosine().factor(step, 4, 0), 3) for step in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """

    def factor(self, step: int, total: int, epoch: int) -> float:
        return (1.0 + cosine_of_half_turns(step / total)) / 2.0


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up to the full rate in the first `warmup` share of the steps, from 1/`start` of it, then down to 1/`end` of
    where it began, both along half a cosine; PyTorch's OneCycleLR without its cycled momentum (arXiv:1708.07120).
    Raises ConfigError where `warmup` is no share between 0 and 1, or a divisor is below 1.
    """

    warmup: float = 0.3
    start: float = 25.0
    end: float = 1e4

    def __post_init__(self) -> None:
        require_numbers(self)
        require(0 < self.warmup < 1, f"OneCycle: warmup must lie between 0 and 1, not {self.warmup}")
        require(self.start >= 1 and self.end >= 1, "OneCycle: start and end are divisors of at least 1")

    def factor(self, step: int, total: int, epoch: int) -> float:
        first, last = self.warmup * total - 1.0, total - 1.0
        begin = 1.0 / self.start
        if step <= first:
            return between(begin, 1.0, step / first if first else 1.0)
        return between(1.0, begin / self.end, (step - first) / (last - first) if last > first else 1.0)


def between(begin: float, end: float, share: float) -> float:
    """Along half a cosine from one to the other."""
    return end + (begin - end) / 2.0 * (1.0 + cosine_of_half_turns(share))


def cosine_of_half_turns(share: float) -> float:
    """cos(π · share) for a share from 0 to 1, by its series, to 1e-15."""
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
    """The base to a whole power that is not negative, by repeated squaring."""
    result = 1.0
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result
