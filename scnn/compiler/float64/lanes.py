"""Loops over lanes in float64, all turns at once: each name holds a list, and an operation is a list comprehension.

An index that grows by a constant from turn to turn is a slice. Assignments that follow one another are merged, so
that a row of a convolution's window is one comprehension: `[t + a * w0 + b * w1 for t, a, b in zip(…)]`. What does
not fit (branches, divisions, other indices, sums of integers) raises TurnByTurn, and is written as a plain loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from scnn.compiler.analysis.walk import names_read, parts
from scnn.compiler.reference.expressions import write_expression
from scnn.compiler.reference.writer import Writer
from scnn.compiler.tree import (
    Assign,
    Binary,
    Compare,
    Expression,
    Index,
    Name,
    Negate,
    Number,
    Repeat,
    Select,
    Statement,
    Store,
    assignments,
)

__all__ = ["Lanes", "TurnByTurn"]

MAX_SOURCES = 16  # lists that one comprehension reads
MAX_UNROLLED = 16  # turns of an inner loop


class TurnByTurn(Exception):
    """The loop is to be written as a plain one."""


@dataclass(frozen=True)
class Position:
    """A whole number: `start` in the first turn, and by `step` more in each that follows."""

    start: str
    step: int


@dataclass(frozen=True)
class Numbers:
    """A float32 of each turn: an expression of elements of lists, or of none if it is the same in all turns."""

    text: str
    sources: dict[str, str] = field(default_factory=dict)  # a list, as text, to the name of its element

    @property
    def simple(self) -> bool:
        return self.text.isidentifier() or (not self.sources and self.text.replace(".", "").isdigit())


class Lanes:
    """One loop. `writer` writes what is the same in all turns."""

    def __init__(self, writer: Writer, loop: Repeat, count: str) -> None:
        self.writer, self.loop = writer, loop
        self.own = {one.name for one in assignments(loop.body)} | {loop.name}
        self.positions: dict[str, Position] = {loop.name: Position("0", 1)}
        self.numbers: dict[str, Numbers] = {}
        self.elements: dict[str, str] = {}  # a list, as text, to the name of its element
        self.count = count if count.isidentifier() or count.isdigit() else writer.variable(count).text

    def write(self) -> None:
        self.writer.line(f"if {self.count} > 0:")
        with self.writer.indented(self.loop):
            self.block(self.loop.body)

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            match statement:
                case Assign(_, name, value) if value.type == "int32":
                    self.assign_position(name, value)
                case Assign(_, name, value):
                    self.assign_numbers(name, value)
                case Store(_, buffer, index, value):
                    self.store(buffer, index, value)
                case Repeat():
                    self.repeat(statement)
                case _:
                    raise TurnByTurn

    # ------------------------------------------------------------------------------------------ positions

    def assign_position(self, name: str, value: Expression) -> None:
        position = self.position(value)
        self.hold()  # what has been merged may read the name's old value
        self.writer.line(f"{self.writer.read(name)} = {position.start}")
        self.positions[name] = Position(self.writer.read(name), position.step)

    def position(self, expression: Expression) -> Position:
        match expression:
            case Number("int32", _, value):
                return Position(str(int(value)), 0)
            case Name(_, _, name) if name in self.positions:
                return self.positions[name]
            case Name(_, _, name) if name not in self.own:
                return Position(self.writer.read(name), 0)
            case Binary(_, _, "+" | "-" as operator, left, right):
                one, other = self.position(left), self.position(right)
                step = one.step + (other.step if operator == "+" else -other.step)
                return Position(f"({one.start} {operator} {other.start})", step)
            case Binary(_, _, "*", left, right):
                one, other = self.position(left), self.position(right)
                if one.step and other.step:
                    raise TurnByTurn
                factor = other.start if one.step else one.start
                if (one.step or other.step) and not factor.isdigit():
                    raise TurnByTurn
                step = (one.step or other.step) * int(factor) if one.step or other.step else 0
                return Position(f"({one.start} * {other.start})", step)
            case _:
                raise TurnByTurn

    def slice(self, buffer: str, position: Position) -> str:
        """The elements for all turns, as text."""
        if position.step < 1:
            raise TurnByTurn
        stride = f":{position.step}" if position.step > 1 else ""
        start = position.start
        return f"b{self.writer.buffers[buffer]}[{start}:{start} + {self.count} * {position.step}{stride}]"

    # ----------------------------------------------------------------------------------------- numbers

    def assign_numbers(self, name: str, value: Expression) -> None:
        if name not in self.numbers and any(read.name == name for read in names_read(value)):
            self.carry(name, value)
            return
        result = self.expression(value, replaced=name)
        if len(result.sources) > MAX_SOURCES or len(result.text) > 1000:
            raise TurnByTurn
        self.numbers[name] = result

    def carry(self, name: str, value: Expression) -> None:
        """A sum over the turns: `name` was assigned before the loop."""
        match value:
            case Binary("float32", _, "+", Name(_, _, left), term) if left == name:
                terms = self.expression(term)
                total = f"sum({self.listed(terms)})"
                self.writer.line(f"{self.writer.read(name)} += {total}")
            case _:
                raise TurnByTurn

    def expression(self, expression: Expression, replaced: str = "") -> Numbers:
        """`replaced` is the name that the value is for, so that what it holds is read here for the last time."""
        match expression:
            case Number("float32"):
                return Numbers(write_expression(self.writer, expression).text)
            case Name("float32", _, name):
                return self.name(name, replaced)
            case Index("float32", _, buffer, index):
                return self.element(buffer, self.position(index))
            case Negate("float32", _, operand):
                inner = self.expression(operand, replaced)
                return Numbers(f"(-{inner.text})", inner.sources)
            case Binary("float32", _, "+" | "-" | "*" as operator, left, right):
                one, other = self.expression(left, replaced), self.expression(right, replaced)
                return Numbers(f"({one.text} {operator} {other.text})", one.sources | other.sources)
            case Select("float32", _, Compare(_, _, operator, left, right), yes, no) if left.type == "float32":
                always = [*elements_in(left), *elements_in(right)]
                if any(element not in always for element in (*elements_in(yes), *elements_in(no))):
                    raise TurnByTurn  # a side reads what may lie outside the buffer where it is not chosen
                sides = [self.expression(part) for part in (yes, left, right, no)]
                texts = [side.text for side in sides]
                sources = {key: name for side in sides for key, name in side.sources.items()}
                return Numbers(f"({texts[0]} if {texts[1]} {operator} {texts[2]} else {texts[3]})", sources)
            case _:
                raise TurnByTurn

    def name(self, name: str, replaced: str) -> Numbers:
        if name not in self.numbers:
            if name in self.own:
                raise TurnByTurn
            return Numbers(self.writer.read(name))
        if not self.numbers[name].simple and name != replaced:
            self.hold()
        return self.numbers[name]

    def element(self, buffer: str, position: Position) -> Numbers:
        if not position.step:
            return Numbers(self.writer.variable(f"b{self.writer.buffers[buffer]}[{position.start}]").text)
        return self.elements_of(self.slice(buffer, position))

    def elements_of(self, values: str) -> Numbers:
        if values not in self.elements:
            self.elements[values] = self.writer.fresh("e")
        name = self.elements[values]
        return Numbers(name, {values: name})

    def listed(self, numbers: Numbers) -> str:
        """The numbers of all turns, as the text of a list."""
        if not numbers.sources:
            return f"[{numbers.text}] * {self.count}"
        (first, *others), names = numbers.sources, numbers.sources.values()
        if others:
            return f"[{numbers.text} for {', '.join(names)} in zip({', '.join([first, *others])})]"
        (name,) = names
        return first if numbers.text == name else f"[{numbers.text} for {name} in {first}]"

    def hold(self) -> None:
        """Computes all that has been merged: what follows may change what it reads."""
        merged = {
            self.writer.read(name): numbers
            for name, numbers in self.numbers.items()
            if list(numbers.sources) != [self.writer.read(name)] or not numbers.simple
        }
        lists = [self.writer.variable(self.listed(numbers)).text for numbers in merged.values()]
        for name, values in zip(merged, lists, strict=True):
            self.writer.line(f"{name} = {values}")
        self.numbers = {name: self.elements_of(self.writer.read(name)) for name in self.numbers}

    # -------------------------------------------------------------------------------------- statements

    def store(self, buffer: str, index: Expression, value: Expression) -> None:
        numbers, position = self.expression(value), self.position(index)
        target = self.slice(buffer, position)
        values = self.writer.variable(self.listed(numbers)).text
        self.hold()
        self.writer.line(f"{target} = {values}")

    def repeat(self, loop: Repeat) -> None:
        positions = [self.position(bound) for bound in loop.bounds]
        if loop.kind not in ("range", "unrolled") or any(position.step for position in positions):
            raise TurnByTurn
        bounds = [position.start for position in positions]
        if len(bounds) == 1 and bounds[0].isdigit() and int(bounds[0]) <= MAX_UNROLLED and innermost(loop):
            for number in range(int(bounds[0])):
                self.positions[loop.name] = Position(str(number), 0)
                self.block(loop.body)
            return
        self.hold()
        before = {*self.numbers, *self.positions}
        steps = {name: position.step for name, position in self.positions.items()}
        self.positions[loop.name] = Position(self.writer.read(loop.name), 0)
        self.writer.line(f"for {self.writer.read(loop.name)} in range({', '.join(bounds)}):")
        with self.writer.indented(loop, loop=True):
            self.block(loop.body)
            self.hold()
        if any(self.positions[name].step != step for name, step in steps.items()):
            raise TurnByTurn
        for name in {*self.numbers, *self.positions} - before:
            self.numbers.pop(name, None)  # it has no value where the loop has no turn
            self.positions.pop(name, None)


def innermost(loop: Repeat) -> bool:
    return not any(isinstance(statement, Repeat) for statement in loop.body)


def elements_in(expression: Expression) -> list[Index]:
    """The elements of buffers that an expression reads, however deep."""
    found = [expression] if isinstance(expression, Index) else []
    return [*found, *(element for part in parts(expression) for element in elements_in(part))]
