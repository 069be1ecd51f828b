"""Float64: runs a plan's kernel calls in float64, on lists of Python's floats, so that differences of losses are
accurate.

Gradients are checked against it; it is not an engine for training. `exp` and `log` are Python's here, since those of
scnn.kernels work on the bits of a float32.
"""

import math
from collections.abc import Callable, Iterable, Sequence

from scnn import kernels
from scnn.compiler.float64 import Float64Programs
from scnn.errors import ConfigError
from scnn.plan import Call, Plan

__all__ = ["Float64"]


def exp(x: float) -> float:
    """As scnn.kernels.exp, without its rounding: 0 below -87, and at most e to the power 88."""
    return math.exp(min(x, 88.0)) if x >= -87.0 else 0.0 if x < -87.0 else x


def log(x: float) -> float:
    return math.log(x) if x > 0.0 else math.nan


class Float64:
    """A list for each buffer of a plan. Buffers that overlap in the plan, as `parameters` and the single parameters
    do, are separate lists here, so the calls must not use both."""

    def __init__(self, plan: Plan) -> None:
        self.buffers: dict[str, list[float]] = {
            name: [0 if buffer.kind != "float32" else 0.0] * buffer.length for name, buffer in plan.buffers.items()
        }
        self.programs = Float64Programs({kernels.exp: exp, kernels.log: log})
        self.prepared: dict[int, tuple[Call, Callable[..., object], list[list[float]]]] = {}  # by the call's identity

    def write(self, buffer: str, values: Iterable[float]) -> None:
        new = list(values)
        if len(new) != len(self.buffers[buffer]):
            raise ConfigError(f"{buffer}: expected {len(self.buffers[buffer])} numbers, got {len(new)}")
        self.buffers[buffer][:] = new

    def run(self, calls: Sequence[Call]) -> None:
        """Runs calls whose numbers are all constants."""
        for call in calls:
            if id(call) not in self.prepared:
                program, names = self.programs.program(call)
                self.prepared[id(call)] = call, program, [self.buffers[name] for name in names]
            _, program, buffers = self.prepared[id(call)]
            program(*buffers)
