"""The generated program as it is written: its lines, temporaries, and the objects that it names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from scnn.compiler.analysis.varying import varying_names
from scnn.compiler.errors import KernelError
from scnn.compiler.reference.runtime import Site
from scnn.compiler.reference.shape import stops
from scnn.compiler.reference.storage import Storage
from scnn.compiler.tree import Function, Parameter, Repeat

__all__ = ["Writer"]

MAX_INDENTATION = 90  # Python's own limit is 100
MAX_NESTED_LOOPS = 19  # loops in one another; Python's own limit is 20


class Writer:
    """Writes the program of one function. `known` holds all that it names. No word of the kernel's own text is
    ever in the program: names become numbers."""

    def __init__(self, function: Function, storage: Storage, known: dict[str, Any], watched: bool) -> None:
        self.function, self.storage, self.known, self.watched = function, storage, known, watched
        self.parameters: dict[str, Parameter] = {parameter.name: parameter for parameter in function.parameters}
        self.buffers = {p.name: at for at, p in enumerate(q for q in function.parameters if q.is_buffer)}
        self.lines: list[str] = []
        self.depth = self.loops = self.counter = 0
        self.group = ""  # the variable with the frames that run together; none at a function's own level
        self.in_lanes = self.probing = False
        self.varying: set[str] = set()  # the names that may differ between the frames of the group
        self.carried: frozenset[str] = frozenset()  # what the loops around here carry

    def line(self, text: str) -> None:
        self.lines.append(" " * self.depth + text)

    def fresh(self, letter: str) -> str:
        self.counter += 1
        return f"{letter}{self.counter}"

    def name_object(self, letter: str, thing: object) -> str:
        """A name of the program for a thing."""
        name = f"{letter}{len(self.known)}"
        self.known[name] = thing
        return name

    def site(self, node: Any) -> str:
        return self.name_object("S", Site(self.function, node, len(self.known)))

    @contextmanager
    def indented(self, node: Any, loop: bool = False) -> Iterator[None]:
        self.depth += 1
        self.loops += loop
        if self.depth > MAX_INDENTATION or self.loops > MAX_NESTED_LOOPS:
            what = "loops" if self.loops > MAX_NESTED_LOOPS else "expressions and statements"
            raise self.error(node, f"{what} are nested too deeply here", "a kernel of its own for what is inside")
        yield
        self.depth -= 1
        self.loops -= loop

    @contextmanager
    def each_frame(self, node: Any) -> Iterator[None]:
        """What is written inside is done for each frame of the group."""
        if not self.group:
            yield
            return
        self.line(f"for f in {self.group}:")
        with self.indented(node, loop=True):
            yield

    def for_each_frame(self, statement: Any, write: Callable[[bool], None]) -> None:
        """Writes a statement for each frame of the group. `write(True)` writes its effect, too.

        In a loop turn of four lanes one operation is done in all of them before the next. Where several may stop the
        statement, the first one to do so is looked for in the lanes that have not been evaluated.
        """
        if not self.group or not self.in_lanes or stops(statement) < 2:
            with self.each_frame(statement):
                write(True)
            return
        self.line("try:")
        with self.indented(statement, loop=True), self.each_frame(statement):
            write(True)
        self.line("except Stops:")
        with self.indented(statement, loop=True):
            self.line("first = None")
            self.line(f"for f in rest_of_turn({self.group}, f):")
            with self.indented(statement, loop=True):
                self.line("try:")
                with self.indented(statement, loop=True):
                    self.probing = True
                    write(False)
                    self.probing = False
                    self.line("pass")
                self.line("except Stops as stop: first = earlier(first, o, stop)")
            self.line("raise first[2] from None")

    def mark(self) -> None:
        """Numbers the operation that may stop the program next."""
        if self.probing:
            self.counter += 1
            self.line(f"o = {self.counter}")

    @contextmanager
    def in_group(self, group: str, loop: Repeat | None = None) -> Iterator[None]:
        """What is written inside is for another group: part of this one, or that of a loop's turns."""
        outer = self.group, self.carried, self.in_lanes, self.varying
        self.group = group
        if loop:
            self.carried |= {reduction.name for reduction in self.storage.reductions[id(loop)]}
            self.in_lanes |= loop.kind == "lanes"
            self.varying = varying_names(loop.body, {*self.varying, loop.name})
        yield
        self.group, self.carried, self.in_lanes, self.varying = outer

    def error(self, node: Any, reason: str, allowed: str) -> KernelError:
        return self.function.source.error(node.node, reason, allowed)

    def read(self, name: str) -> str:
        """A name's value, as text."""
        if name in self.storage.variables:
            return f"v{self.storage.variables[name]}"
        cell = "[0]" if name in self.storage.cells else ""
        return f"{'f' if self.group else 's'}[{self.storage.slots[name]}]{cell}"

    def assign(self, name: str, value: str) -> None:
        if name in self.storage.cells and name not in self.carried:
            self.line(f"{'f' if self.group else 's'}[{self.storage.slots[name]}] = [{value}]")
        else:
            self.line(f"{self.read(name)} = {value}")


Compile = Callable[[Function, frozenset[str] | None], str]
