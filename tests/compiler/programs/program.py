"""A program of the table, and the numbers that programs begin with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(frozen=True)
class Program:
    name: str
    kernel: Callable[..., Any]
    lengths: Mapping[str, int]
    sizes: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[float]] = field(default_factory=dict)


RANDOM = Random("programs")
FLOATS = [RANDOM.uniform(-2, 2) for _ in range(4000)]
SPARSE = [value if value > 1 else 0.0 for value in FLOATS]
WHOLE = [RANDOM.randrange(-1000, 1000) for _ in range(200)]
ODD = [0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 3.4e38, 1e-45, -1e-40, 0.1, 16777217.0]
PAIRS = ([x for x in ODD for _ in ODD], ODD * len(ODD))
