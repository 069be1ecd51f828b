"""The interpreter runs the kernels as they stand, as plain Python."""

import linecache
import sys
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from scnn.engines.engine import Values, elements, type_codes
from scnn.errors import ConfigError, KernelBoundsError
from scnn.float32 import Exact, float32
from scnn.plan import Argument, Call, Loop, Plan

__all__ = ["Interpreter"]


class View:
    """A buffer as a kernel sees it. Python counts negative indices from the end; in a kernel they are errors."""

    __slots__ = ("exact", "name", "numbers")

    def __init__(self, name: str, numbers: "memoryview[Any]", exact: bool) -> None:
        self.name, self.numbers, self.exact = name, numbers, exact

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: int) -> Any:
        if index < 0:
            self.refuse()
        try:
            return Exact(self.numbers[index]) if self.exact else self.numbers[index]
        except IndexError:
            self.refuse()

    def __setitem__(self, index: int, value: float) -> None:
        if index < 0:
            self.refuse()
        try:
            self.numbers[index] = float32(value) if self.exact else value
        except IndexError:
            self.refuse()

    def refuse(self) -> NoReturn:
        kernel = sys._getframe(2)
        file, line = kernel.f_code.co_filename, kernel.f_lineno
        place = f"{'/'.join(Path(file).parts[-2:])}:{line}\n    {linecache.getline(file, line).strip()}"
        raise KernelBoundsError(f"{place}\nthe index lies outside {self.name}, whose length is {len(self)}") from None


class Interpreter:
    """Runs every kernel as plain Python on views of one bytearray. It computes in float64 and rounds to float32 at
    each store into a buffer; what compiled kernels compute differs by that rounding alone. With `exact` it rounds
    after every operation on what a buffer held."""

    def __init__(self, plan: Plan, exact: bool = False) -> None:
        self.plan, self.exact = plan, exact
        memory = memoryview(bytearray(plan.memory))
        self.views = {
            name: View(
                name,
                memory[buffer.offset : buffer.offset + buffer.size].cast(type_codes[buffer.kind]),
                exact and buffer.kind == "float32",
            )
            for name, buffer in plan.buffers.items()
        }

    def read(self, buffer: str) -> Values:
        numbers = self.view(buffer).numbers
        return array(type_codes[self.plan.buffers[buffer].kind], numbers.tobytes())

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
            step.kernel(*(self.value(argument, values) for argument in step.arguments.values()))
            return
        start, count, by = (int_of(argument, values) for argument in (step.start, step.count, step.step))
        for turn in range(count):
            inner = {**values, step.variable: start + turn * by}
            for child in step.body:
                self.execute(child, inner)

    def value(self, argument: Argument, values: Mapping[str, int]) -> View | float:
        """What a kernel is given: a number of the procedure's, a buffer, or a constant."""
        if isinstance(argument, float) and self.exact:
            return Exact(float32(argument))
        if isinstance(argument, int | float):
            return argument
        return values[argument] if argument in values else self.views[argument]


def int_of(argument: str | int, values: Mapping[str, int]) -> int:
    return argument if isinstance(argument, int) else values[argument]
