"""Options: the compiler's optimisations, which tests can switch off one by one."""

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """Which transformations are made; without them the result is the same, only slower."""

    lanes: bool = True
    blocked: bool = True
    unrolled: bool = True
    fold: bool = True
    share: bool = True
    hoist: bool = True
