"""A plan: the computation of a network as plain data. Networks are lowered to plans, and engines run plans.

A plan has buffers in one flat memory, and procedures: ordered kernel calls with constant sizes, inside loops over
samples. A plan can be printed, compared and tested without being run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

__all__ = [
    "ALIGNMENT",
    "ELEMENT_TYPES",
    "Argument",
    "Buffer",
    "Call",
    "ElementType",
    "Kernel",
    "Loop",
    "Offset",
    "Plan",
    "Procedure",
    "allocate",
]

ALIGNMENT = 16  # bytes: one SIMD register

Kernel = Callable[..., object]

# The argument of a kernel parameter: the name of a buffer, a constant, or the name of a procedure's parameter or
# loop variable (an int32 that is known when the procedure runs).
Argument = str | int | float


@dataclass(frozen=True)
class ElementType:
    """The type of a buffer's elements."""

    size: int  # bytes
    array_code: Literal["f", "i", "B"]  # of `array` and `memoryview`
    annotation: str  # of a kernel's parameter, in scnn.language


ELEMENT_TYPES = {
    "float32": ElementType(4, "f", "Float32Buffer"),
    "int32": ElementType(4, "i", "Int32Buffer"),
    "uint8": ElementType(1, "B", "Uint8Buffer"),
}


@dataclass(frozen=True)
class Buffer:
    """A tensor in the plan's memory: `offset` in bytes from its start, elements in row-major order."""

    name: str
    kind: str  # a key of ELEMENT_TYPES
    shape: tuple[int, ...]
    offset: int

    @property
    def length(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.length * ELEMENT_TYPES[self.kind].size

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}{list(self.shape)} at {self.offset}"


@dataclass(frozen=True)
class Call:
    """One kernel call: an argument for every parameter of the kernel, by the parameter's name."""

    kernel: Kernel
    arguments: Mapping[str, Argument]

    def __str__(self) -> str:
        return f"{self.kernel.__name__}({', '.join(f'{name}={value}' for name, value in self.arguments.items())})"


@dataclass(frozen=True)
class Offset:
    """A procedure's parameter or loop variable, plus a constant."""

    variable: str
    by: int

    def __str__(self) -> str:
        return f"{self.variable} + {self.by}"


@dataclass(frozen=True)
class Loop:
    """Runs its body `count` times, with `variable` = start, start + step, start + 2 · step, …"""

    variable: str
    start: str | int | Offset
    count: str | int
    step: str | int
    body: tuple["Call | Loop", ...]

    def __str__(self) -> str:
        head = f"{self.variable} from {self.start}, {self.count} times, by {self.step}:"
        return "\n".join([head, *(indent(str(item)) for item in self.body)])


@dataclass(frozen=True)
class Procedure:
    """An entry point of a plan, which engines run by name; its parameters are int32."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Call | Loop, ...]

    def __str__(self) -> str:
        return "\n".join([f"{self.name}({', '.join(self.parameters)}):", *(indent(str(item)) for item in self.body)])


@dataclass(frozen=True)
class Plan:
    """Buffers and procedures, both keyed by name. `shards` are the sizes of the parts of a batch whose gradients may
    be computed apart (see `scnn.shards`); a plan that does not train has none."""

    buffers: Mapping[str, Buffer]
    procedures: Mapping[str, Procedure]
    shards: tuple[int, ...] = ()

    @property
    def memory(self) -> int:
        """The number of bytes that the buffers occupy."""
        return end_of(self.buffers)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.buffers.values()), "", *map(str, self.procedures.values())])


def allocate(
    layout: Mapping[str, tuple[str, tuple[int, ...]]], after: Mapping[str, Buffer] | None = None
) -> dict[str, Buffer]:
    """Lays out buffers one after another, each aligned for SIMD, behind the buffers in `after`. The layout maps a
    name to (element type, shape)."""
    buffers = {}
    end = end_of(after or {})
    for name, (kind, shape) in layout.items():
        offset = -(-end // ALIGNMENT) * ALIGNMENT
        buffers[name] = Buffer(name, kind, shape, offset)
        end = offset + buffers[name].size
    return buffers


def end_of(buffers: Mapping[str, Buffer]) -> int:
    return max((buffer.offset + buffer.size for buffer in buffers.values()), default=0)


def indent(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))
