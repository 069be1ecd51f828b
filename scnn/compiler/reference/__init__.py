"""The exact interpreter: what a kernel means, to the bit. Compiled code must give the same, or refuse.

Each kernel's typed tree becomes a Python program once, which then runs for any sizes and buffers: float32 in every
operation, int32 that wraps around, checked indices, a budget of steps. (Closures over the tree, the usual other way,
took 2.6 times as long for each term of a convolution.)

The program is safe whatever text the kernel came from. It is written from the typed tree alone, and contains
numbers, which Python prints from numbers; variables that are a letter and a number (v0, t1, B0); and a few words of
the runtime. A kernel's own names and texts never get into it, except as quoted keys for the tracer; the frontend's
grammar makes sure that those are identifiers. It runs without builtins. And it ends: its loops run over ranges,
kernels do not call themselves, and the steps of a loop are counted before its first turn.

LANGUAGE.md says what each construct means, also in which order turns run together. One thing is left to the compiler:
that turns are independent in memory. The interpreter runs those that are not, too.
"""

from array import array
from collections.abc import Mapping, Sequence
from math import inf, nan, sqrt
from typing import Any

from scnn.compiler.frontend import parse
from scnn.compiler.reference.arithmetic import bits_of, float_of, quotient, rounded, saturated, wrapped
from scnn.compiler.reference.runtime import (
    Memory,
    Run,
    Site,
    Watcher,
    blocks,
    by_turn,
    earlier,
    lanes,
    rest_of_turn,
    same,
    turns,
)
from scnn.compiler.reference.statements import write_program
from scnn.compiler.reference.storage import storage_of
from scnn.compiler.tree import Function
from scnn.errors import KernelBoundsError, KernelDivisionError
from scnn.plan import Kernel

__all__ = ["STEPS", "Memory", "Programs", "Run", "Site", "Watcher", "run_kernel"]

STEPS = 20_000_000  # that one call may take, unless told otherwise: some ten seconds

WORDS = {
    "R": array("f", [0.0]),
    "Stops": (KernelBoundsError, KernelDivisionError),
    "bits_of": bits_of,
    "blocks": blocks,
    "by_turn": by_turn,
    "earlier": earlier,
    "float_of": float_of,
    "inf": inf,
    "lanes": lanes,
    "nan": nan,
    "quotient": quotient,
    "rest_of_turn": rest_of_turn,
    "same": same,
    "saturated": saturated,
    "sqrt": sqrt,
    "turns": turns,
    "wrapped": wrapped,
}
BUILTINS = {"abs": abs, "len": len, "id": id}


class Programs:
    """The programs of kernels, each made when it is first needed. With `watched` they report each step."""

    def __init__(self, watched: bool = False) -> None:
        self.watched = watched
        self.known: dict[str, Any] = {"__builtins__": BUILTINS, **WORDS}
        self.names: dict[tuple[int, frozenset[str] | None], str] = {}
        self.functions: dict[Kernel, Function] = {}
        self.alive: list[Function] = []  # keys are ids: a function that were freed could give its id to another one

    def function(self, kernel: Kernel) -> Function:
        if kernel not in self.functions:
            self.functions[kernel] = parse(kernel)
        return self.functions[kernel]

    def program(self, function: Function) -> Any:
        """The program of a function: called with a Run, the buffers (Memory) and the numbers, in their order."""
        return self.known[self.name(function, None)]

    def name(self, function: Function, varying: frozenset[str] | None) -> str:
        key = (id(function), varying)
        if key not in self.names:
            self.alive.append(function)
            storage = storage_of(function, varying is not None)
            name = self.names[key] = f"K{len(self.names)}"
            text = write_program(name, function, storage, self.known, self.name, varying, self.watched)
            numbers = sum(not parameter.is_buffer for parameter in function.parameters)
            self.known[f"{name}_empty"] = [None] * (len(storage.slots) - numbers)
            exec(compile(text, f"<the program of {function.name}>", "exec"), self.known)
        return self.names[key]

    def call(self, kernel: Kernel, arguments: Mapping[str, Memory | float], run: Run) -> float | None:
        """Calls a kernel, its arguments by the names of its parameters."""
        function = self.function(kernel)
        buffers = [arguments[p.name] for p in function.parameters if p.is_buffer]
        numbers = [number(p.kind, arguments[p.name]) for p in function.parameters if not p.is_buffer]
        result: float | None = self.program(function)(run, *buffers, *numbers)
        return result


def number(kind: str, value: Memory | float) -> float:
    """What a parameter is given, as its type has it."""
    assert isinstance(value, int | float)
    return rounded(value) if kind == "Float32" else wrapped(int(value))


def run_kernel(kernel: Kernel, arguments: Sequence[Any], steps: int = STEPS) -> float | None:
    """Calls a kernel on arrays or memoryviews and numbers, exactly; what it returns, if anything."""
    programs = Programs()
    parameters = programs.function(kernel).parameters
    pairs = zip(parameters, arguments, strict=True)
    given = {parameter.name: Memory(parameter.name, a) if parameter.is_buffer else a for parameter, a in pairs}
    return programs.call(kernel, given, Run(steps))
