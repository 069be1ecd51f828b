"""Statements in float64, one after the other; scnn.compiler.float64.lanes writes the loops over lanes that it can."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scnn.compiler.float64.lanes import Lanes, TurnByTurn
from scnn.compiler.reference.expressions import Code, Expressions, literal
from scnn.compiler.reference.shape import own_expressions
from scnn.compiler.reference.storage import Storage
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Expression,
    Function,
    Index,
    Invoke,
    Repeat,
    Return,
    Run,
    Statement,
    Store,
    assignments,
)

__all__ = ["Statements"]

Compile = Callable[[Function, Mapping[str, float]], str]


class Statements(Expressions):
    """Writes one function, its parameters in `constants` being numbers in the program. `compile` gives the name of a
    program that it calls."""

    def __init__(
        self, function: Function, constants: Mapping[str, float], known: dict[str, Any], compile: Compile
    ) -> None:
        self.compile = compile
        self.types = {parameter.name: parameter.kind for parameter in function.parameters}
        self.constants = constants
        names = [*self.types, *(one.name for one in assignments(function.body)), *loop_names(function.body)]
        numbers = {name: at for at, name in enumerate(dict.fromkeys(names))}
        super().__init__(function, Storage(variables=numbers), known, watched=False)

    def write(self, name: str) -> str:
        numbers = [
            self.read(one.name)
            for one in self.function.parameters
            if not one.is_buffer and one.name not in self.constants
        ]
        self.line(f"def {name}({', '.join([*(f'b{at}' for at in self.buffers.values()), *numbers])}):")
        self.depth = 1
        self.block(self.function.body)
        self.line("pass")
        return "\n".join(self.lines) + "\n"

    def read(self, name: str) -> str:
        if name in self.constants:
            return literal("float32" if self.types.get(name) == "Float32" else "int32", self.constants[name])
        return super().read(name)

    def called(self, function: Function, varying: frozenset[str] | None) -> str:
        assert varying is None  # no turns run together here
        return self.compile(function, {})

    # ------------------------------------------------------------------------------------- expressions

    def float32(self, text: str) -> Code:
        return self.variable(text)

    def expression(self, expression: Expression) -> Code:
        if isinstance(expression, Invoke):
            values = [self.settled(argument).text for argument in expression.arguments]
            return self.variable(f"{self.called(expression.function, None)}({', '.join(values)})")
        return super().expression(expression)

    def element(self, expression: Index) -> Code:
        at = self.expression(expression.index)
        return self.shortened(Code(f"b{self.buffers[expression.buffer]}[{at.text}]", size=at.size + 1))

    def binary(self, expression: Binary) -> Code:
        if expression.type == "float32" and expression.operator in "+-*":
            left, right = self.expression(expression.left), self.expression(expression.right)
            text = f"({left.text} {expression.operator} {right.text})"
            return self.shortened(Code(text, size=left.size + right.size + 1))
        return super().binary(expression)

    # -------------------------------------------------------------------------------------- statements

    def block(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            match statement:
                case Assign(_, name, value):
                    self.assign(name, self.settled(value).text)
                case Store(_, buffer, index, value):
                    stored = self.settled(value).text
                    self.line(f"b{self.buffers[buffer]}[{self.expression(index).text}] = {stored}")
                case Branch(_, condition, yes, no):
                    self.line(f"if {self.expression(condition).text}:")
                    self.inside(statement, yes)
                    self.line("else:")
                    self.inside(statement, no)
                case Repeat():
                    self.repeat(statement)
                case Run(_, function, arguments):
                    buffers = [f"b{self.buffers[one]}" for one in arguments if isinstance(one, str)]
                    numbers = [self.settled(one).text for one in arguments if isinstance(one, Expression)]
                    self.line(f"{self.called(function, None)}({', '.join([*buffers, *numbers])})")
                case Return(_, value):
                    self.line(f"return {self.settled(value).text}")

    def inside(self, statement: Statement, body: Sequence[Statement]) -> None:
        with self.indented(statement, loop=isinstance(statement, Repeat)):
            self.block(body)
            self.line("pass")

    def repeat(self, loop: Repeat) -> None:
        bounds = [self.settled(bound).text for bound in own_expressions(loop)[: len(loop.bounds)]]
        if loop.kind == "lanes":
            before = len(self.lines), self.depth, self.loops
            try:
                Lanes(self, loop, bounds[0]).write()
            except TurnByTurn:
                del self.lines[before[0] :]
                _, self.depth, self.loops = before
            else:
                return
        self.line(f"for {self.read(loop.name)} in range({', '.join(bounds)}):")
        self.inside(loop, loop.body)


def loop_names(statements: Sequence[Statement]) -> list[str]:
    names: list[str] = []
    for statement in statements:
        match statement:
            case Repeat(_, name, _, _, _, body):
                names += [name, *loop_names(body)]
            case Branch(_, _, yes, no):
                names += [*loop_names(yes), *loop_names(no)]
    return names
