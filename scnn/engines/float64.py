"""Float64: runs a plan's kernels as plain Python on float64 buffers, where differences of a loss are clean.

No engine to train with: it is what gradients are checked against. `exp` and `log` are Python's there, since those of
scnn.kernels are made of the bits of a float32.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any

from scnn import kernels, language
from scnn.plan import Call, Plan

__all__ = ["Float64"]

CODES = {"float32": "d", "int32": "q"}  # twice as wide as they are in the plan


def exp(x: float) -> float:
    """As scnn.kernels.exp, without its rounding: 0 below -87, and never above e to the power 88."""
    return math.exp(min(x, 88.0)) if x >= -87.0 else 0.0 if x < -87.0 else x


def log(x: float) -> float:
    return math.log(x) if x > 0.0 else math.nan


class Float64:
    """The buffers of a plan, each number twice as wide; those that share memory share it here, too."""

    def __init__(self, plan: Plan) -> None:
        memory = memoryview(bytearray(2 * plan.memory))
        self.buffers: dict[str, Any] = {
            name: memory[2 * buffer.offset : 2 * (buffer.offset + buffer.size)].cast(CODES[buffer.kind])  # type: ignore[call-overload]
            for name, buffer in plan.buffers.items()
            if buffer.kind in CODES
        }
        self.twins: dict[FunctionType, FunctionType] = {}

    def write(self, buffer: str, values: Iterable[float]) -> None:
        view = self.buffers[buffer]
        view[: len(view)] = array(view.format, values)

    def run(self, calls: Iterable[Call]) -> None:
        for call in calls:
            kernel = self.twin(call.kernel)
            kernel(*(self.value(argument) for argument in call.arguments.values()))

    def value(self, argument: object) -> Any:
        return self.buffers[argument] if isinstance(argument, str) else argument

    def twin(self, kernel: Any) -> Any:
        """The kernel with Python's exp and log in the place of ours, also in the kernels that it calls."""
        known: Mapping[object, Callable[..., object]] = {kernels.exp: exp, kernels.log: log}
        if not isinstance(kernel, FunctionType):
            return kernel  # a number of the kernel's module
        if kernel in known:
            return known[kernel]
        if kernel not in self.twins:
            names = dict(kernel.__globals__)
            self.twins[kernel] = FunctionType(kernel.__code__, names, kernel.__name__, kernel.__defaults__)
            for name in kernel.__code__.co_names:
                if name in names and name not in language.__all__:
                    names[name] = self.twin(names[name])
        return self.twins[kernel]
