"""The state of writing a program: its lines and temporaries, the turns that run together, and the objects that it
names. The modules beside this one, and those of scnn.compiler.float64, are functions over it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from scnn.compiler.analysis.varying import varying_names
from scnn.compiler.errors import KernelError
from scnn.compiler.reference.runtime import Site
from scnn.compiler.reference.storage import Storage
from scnn.compiler.tree import Function, Index, Parameter, Repeat

__all__ = ["Called", "Code", "Rules", "Writer"]

LONG = 12  # operations in one Python expression; a longer one is kept in a variable
MAX_INDENTATION = 90  # Python's own limit is 100
MAX_NESTED_LOOPS = 19  # loops in one another; Python's own limit is 20

# The program's name for a kernel that this one calls: in one frame (None), or in several, given the parameters that
# may differ between them.
Called = Callable[[Function, frozenset[str] | None], str]


class Code(NamedTuple):
    """A Python expression without effects. Where not `settled`, it is the number modulo 2³²."""

    text: str
    settled: bool = True
    size: int = 0


@dataclass(frozen=True)
class Rules:
    """What differs between the exact interpreter's programs and those in float64: how an element is read, what + - *
    of two float32 become, and the float32 of another expression. `run` is what called kernels are given first."""

    element: Callable[["Writer", Index], Code]
    operation: Callable[["Writer", Code, str, Code], Code]
    float32: Callable[["Writer", str], Code]
    run: tuple[str, ...] = ()


class Writer:
    """Writes the program of one function. `known` holds all that it names. No word of the kernel's own text is
    ever in the program: names become numbers. `constants` are names that are numbers in it, as text."""

    def __init__(
        self,
        function: Function,
        storage: Storage,
        known: dict[str, Any],
        called: Called,
        rules: Rules,
        constants: Mapping[str, str] | None = None,
        watched: bool = False,
    ) -> None:
        self.function, self.storage, self.known = function, storage, known
        self.called, self.rules, self.constants, self.watched = called, rules, constants or {}, watched
        self.parameters: dict[str, Parameter] = {parameter.name: parameter for parameter in function.parameters}
        self.buffers = {p.name: at for at, p in enumerate(q for q in function.parameters if q.is_buffer)}
        self.lines: list[str] = []
        self.depth = self.loops = self.counter = 0
        self.group = ""  # the variable with the frames that run together; none at a function's own level
        self.in_lanes = self.probing = False
        self.varying: set[str] = set()  # the names that may differ between the frames of the group
        self.carried: frozenset[str] = frozenset()  # what the loops around here carry

    @property
    def text(self) -> str:
        """The program so far."""
        return "\n".join(self.lines) + "\n"

    def line(self, text: str) -> None:
        self.lines.append(" " * self.depth + text)

    def fresh(self, letter: str) -> str:
        self.counter += 1
        return f"{letter}{self.counter}"

    def variable(self, text: str, settled: bool = True) -> Code:
        """An expression's value in a variable of its own."""
        name = self.fresh("t")
        self.line(f"{name} = {text}")
        return Code(name, settled)

    def shortened(self, code: Code) -> Code:
        return self.variable(code.text, code.settled) if code.size > LONG else code

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

    def slot(self, name: str) -> str:
        """Where a name is that each turn has for itself: in the frame at hand."""
        return f"{'f' if self.group else 's'}[{self.storage.slots[name]}]"

    def read(self, name: str) -> str:
        """A name's value, as text."""
        if name in self.constants:
            return self.constants[name]
        if name in self.storage.variables:
            return f"v{self.storage.variables[name]}"
        return f"{self.slot(name)}[0]" if name in self.storage.cells else self.slot(name)

    def assign(self, name: str, value: str) -> None:
        if name in self.storage.cells and name not in self.carried:
            self.line(f"{self.slot(name)} = [{value}]")
        else:
            self.line(f"{self.read(name)} = {value}")

    def call(self, name: str, *arguments: str) -> str:
        """A call of another program, as text."""
        return f"{name}({', '.join([*self.rules.run, *arguments])})"
