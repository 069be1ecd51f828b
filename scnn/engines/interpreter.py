"""The interpreter: runs kernels as plain Python, or exactly, with the same bits as compiled kernels."""

import linecache
import sys
from array import array
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from scnn.engines.engine import Values, elements
from scnn.errors import ConfigError, KernelBoundsError
from scnn.plan import ELEMENT_TYPES, Argument, Call, Loop, Offset, Plan

__all__ = ["Interpreter"]


class View:
    """A buffer as a kernel sees it. Python counts negative indices from the end; in a kernel they are errors."""

    __slots__ = ("name", "numbers")

    def __init__(self, name: str, numbers: "memoryview[Any]") -> None:
        self.name, self.numbers = name, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: int) -> Any:
        if index < 0:
            self.refuse()
        try:
            return self.numbers[index]
        except IndexError:
            self.refuse()

    def __setitem__(self, index: int, value: float) -> None:
        if index < 0:
            self.refuse()
        try:
            self.numbers[index] = value
        except IndexError:
            self.refuse()

    def refuse(self) -> NoReturn:
        kernel = sys._getframe(2)
        file, line = kernel.f_code.co_filename, kernel.f_lineno
        location = f"{'/'.join(Path(file).parts[-2:])}:{line}\n    {linecache.getline(file, line).strip()}"
        raise KernelBoundsError(
            f"{location}\nthe index lies outside {self.name}, whose length is {len(self)}"
        ) from None


class Interpreter:
    """Runs every kernel as plain Python on views of one bytearray, for reading and debugging: it computes in float64
    and with Python's integers, and rounds to float32 at each store into a buffer.

    With `exact` it follows the definition of the kernel language, scnn.compiler.reference; compiled kernels give the
    same bits. A call of more than `steps` steps (default: 20 million) raises KernelStepsError.
    """

    def __init__(self, plan: Plan, exact: bool = False, steps: int | None = None) -> None:
        self.plan, self.exact = plan, exact
        memory = memoryview(bytearray(plan.memory))
        self.views = {
            name: View(
                name, memory[buffer.offset : buffer.offset + buffer.size].cast(ELEMENT_TYPES[buffer.kind].array_code)
            )
            for name, buffer in plan.buffers.items()
        }
        self.call: Callable[[Call, Mapping[str, int]], None] = self.run_plainly
        if exact:
            from scnn.compiler.reference import STEPS, Memory, Programs, Run  # imported on first use

            self.programs, self.new_run = Programs(), Run
            self.steps = STEPS if steps is None else steps
            self.memories = {name: Memory(name, view.numbers) for name, view in self.views.items()}
            self.call = self.run_exactly

    def read(self, buffer: str) -> Values:
        numbers = self.view(buffer).numbers
        return array(ELEMENT_TYPES[self.plan.buffers[buffer].kind].array_code, numbers.tobytes())

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        view = self.view(buffer)
        new = elements(self.plan.buffers[buffer], values, start)
        view.numbers[start : start + len(new)] = memoryview(new)

    def view(self, buffer: str) -> View:
        if buffer not in self.views:
            raise ConfigError(f"the plan has no buffer {buffer!r}")
        return self.views[buffer]

    def run(self, procedure: str, *arguments: int) -> None:
        if procedure not in self.plan.procedures:
            raise ConfigError(f"the plan has no procedure {procedure!r}; it has {', '.join(self.plan.procedures)}")
        wanted = self.plan.procedures[procedure]
        values = dict(zip(wanted.parameters, arguments, strict=True))
        for step in wanted.body:
            self.execute(step, values)

    def execute(self, step: Call | Loop, values: Mapping[str, int]) -> None:
        if isinstance(step, Call):
            self.call(step, values)
            return
        start, count, by = (int_of(argument, values) for argument in (step.start, step.count, step.step))
        for turn in range(count):
            inner = {**values, step.variable: start + turn * by}
            for child in step.body:
                self.execute(child, inner)

    def run_plainly(self, call: Call, values: Mapping[str, int]) -> None:
        call.kernel(*(self.value(argument, values, self.views) for argument in call.arguments.values()))

    def run_exactly(self, call: Call, values: Mapping[str, int]) -> None:
        given = {name: self.value(argument, values, self.memories) for name, argument in call.arguments.items()}
        self.programs.call(call.kernel, given, self.new_run(self.steps))

    def value(self, argument: Argument, values: Mapping[str, int], buffers: Mapping[str, Any]) -> Any:
        """The value of a call's argument: a parameter of the procedure, a buffer, or a constant."""
        if isinstance(argument, int | float):
            return argument
        return values[argument] if argument in values else buffers[argument]


def int_of(argument: str | int | Offset, values: Mapping[str, int]) -> int:
    if isinstance(argument, Offset):
        return values[argument.variable] + argument.by
    return argument if isinstance(argument, int) else values[argument]
