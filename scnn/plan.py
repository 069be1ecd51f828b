"""A plan: what is to be computed, as plain data. Networks lower to plans; engines run them.

A plan has buffers, which lie in one flat memory, and procedures: ordered kernel calls whose every size is a
constant, with loops over samples around them. It can be printed, compared and tested without running.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod

__all__ = ["ALIGNMENT", "Argument", "Buffer", "Call", "Kernel", "Loop", "Plan", "Procedure", "allocate"]

type_sizes = {"float32": 4, "int32": 4, "uint8": 1}

ALIGNMENT = 16  # bytes: one SIMD register

Kernel = Callable[..., object]

# What a kernel parameter is given: the name of a buffer, a constant, or the name of a procedure's parameter or
# loop variable (an int32 known when the procedure runs).
Argument = str | int | float


@dataclass(frozen=True)
class Buffer:
    """A run of numbers in the plan's memory: `offset` in bytes from its beginning, elements in row order."""

    name: str
    kind: str  # float32, int32 or uint8
    shape: tuple[int, ...]
    offset: int

    @property
    def length(self) -> int:
        """How many elements."""
        return prod(self.shape)

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.length * type_sizes[self.kind]

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}{list(self.shape)} at {self.offset}"


@dataclass(frozen=True)
class Call:
    """One kernel call: an argument for each parameter of the kernel, by name."""

    kernel: Kernel
    arguments: Mapping[str, Argument]

    def __str__(self) -> str:
        return f"{self.kernel.__name__}({', '.join(f'{name}={value}' for name, value in self.arguments.items())})"


@dataclass(frozen=True)
class Loop:
    """Runs its body `count` times, `variable` beginning at `start` and growing by `step`."""

    variable: str
    start: str | int
    count: str | int
    step: str | int
    body: tuple["Call | Loop", ...]

    def __str__(self) -> str:
        head = f"{self.variable} from {self.start}, {self.count} times, by {self.step}:"
        return "\n".join([head, *(indent(str(item)) for item in self.body)])


@dataclass(frozen=True)
class Procedure:
    """What an engine can be asked to run, by name; the parameters are int32."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Call | Loop, ...]

    def __str__(self) -> str:
        return "\n".join([f"{self.name}({', '.join(self.parameters)}):", *(indent(str(item)) for item in self.body)])


@dataclass(frozen=True)
class Plan:
    """Buffers and procedures, each by its name."""

    buffers: Mapping[str, Buffer]
    procedures: Mapping[str, Procedure]

    @property
    def memory(self) -> int:
        """How many bytes the buffers take together."""
        return max((buffer.offset + buffer.size for buffer in self.buffers.values()), default=0)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.buffers.values()), "", *map(str, self.procedures.values())])


def allocate(
    wanted: Mapping[str, tuple[str, tuple[int, ...]]], after: Mapping[str, Buffer] | None = None
) -> dict[str, Buffer]:
    """Lays out buffers, given as name → (kind, shape), one after another, each aligned for SIMD; behind others."""
    buffers = {}
    end = max((buffer.offset + buffer.size for buffer in (after or {}).values()), default=0)
    for name, (kind, shape) in wanted.items():
        offset = -(-end // ALIGNMENT) * ALIGNMENT
        buffers[name] = Buffer(name, kind, shape, offset)
        end = offset + buffers[name].size
    return buffers


def indent(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))
