"""Options: what the compiler does to make kernels fast, each of which a test can leave out."""

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
