"""What a loop over lanes carries: its partial results, and how they are combined in the language's order."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from scnn.compiler.analysis.reductions import Reduction
from scnn.compiler.reference.arithmetic import rounded, wrapped
from scnn.compiler.tree import Binary, Compare, Expression, Name, Select

__all__ = ["Carried", "Frame"]

Frame = list[Any]  # the numbers of one lane of one loop turn; see scnn.compiler.reference.runtime


@dataclass(frozen=True)
class Carried:
    """A reduction of a loop over lanes, and where its name is."""

    slot: int
    reduction: Reduction

    def start(self, frame: Frame) -> float:
        """What each partial result begins with."""
        if self.reduction.combine:
            value: float = frame[self.slot][0]
            return value
        return 0.0 if self.reduction.type == "float32" else 0

    def combine(self, one: float, other: float) -> float:
        """What the name holds after it held `one` and met `other`."""
        name, value = self.reduction.name, self.reduction.combine
        match value:
            case None:
                return rounded(one + other) if self.reduction.type == "float32" else wrapped(int(one) + int(other))
            case Binary(_, _, operator, left, _):
                first, second = (one, other) if is_name(left, name) else (other, one)
                return (
                    (second if second < first else first)
                    if operator == "min"
                    else (second if second > first else first)
                )
            case Select(_, _, Compare(_, _, operator, left, _), yes, _):
                first, second = (one, other) if is_name(left, name) else (other, one)
                chosen, rest = (one, other) if is_name(yes, name) else (other, one)
                return chosen if COMPARISONS[operator](first, second) else rest
        raise AssertionError(f"no such reduction: {self.reduction}")


def is_name(expression: Expression, name: str) -> bool:
    return isinstance(expression, Name) and expression.name == name


COMPARISONS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
