"""Statements in float64, one after the other; scnn.compiler.float64.lanes writes the loops over lanes that it can."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scnn.compiler.float64.lanes import Lanes, TurnByTurn
from scnn.compiler.reference.expressions import literal, settled, write_expression
from scnn.compiler.reference.shape import own_expressions
from scnn.compiler.reference.storage import Storage
from scnn.compiler.reference.writer import Code, Rules, Writer
from scnn.compiler.tree import (
    Assign,
    Branch,
    Expression,
    Function,
    Index,
    Repeat,
    Return,
    Run,
    Statement,
    Store,
    assignments,
)

__all__ = ["write_program"]

Compile = Callable[[Function, Mapping[str, float]], str]


def write_program(
    name: str, function: Function, constants: Mapping[str, float], known: dict[str, Any], compile: Compile
) -> str:
    """The program of one function, whose parameters in `constants` are numbers in it: a Python function of the
    buffers and the other numbers. `compile` gives the name of a program that it calls."""
    types = {parameter.name: parameter.kind for parameter in function.parameters}
    names = [*types, *(one.name for one in assignments(function.body)), *loop_names(function.body)]
    storage = Storage(variables={name: at for at, name in enumerate(dict.fromkeys(names))})
    numbers = {
        one: literal("float32" if types.get(one) == "Float32" else "int32", value) for one, value in constants.items()
    }
    writer = Writer(function, storage, known, lambda called, _: compile(called, {}), FLOAT64, numbers)
    passed = [writer.read(one) for one in types if one not in writer.buffers and one not in constants]
    writer.line(f"def {name}({', '.join([*(f'b{at}' for at in writer.buffers.values()), *passed])}):")
    writer.depth = 1
    write_block(writer, function.body)
    writer.line("pass")
    return writer.text


def read_element(writer: Writer, expression: Index) -> Code:
    at = write_expression(writer, expression.index)
    return writer.shortened(Code(f"b{writer.buffers[expression.buffer]}[{at.text}]", size=at.size + 1))


def operation(writer: Writer, left: Code, operator: str, right: Code) -> Code:
    return writer.shortened(Code(f"({left.text} {operator} {right.text})", size=left.size + right.size + 1))


FLOAT64 = Rules(read_element, operation, float32=Writer.variable)


def write_block(writer: Writer, statements: Sequence[Statement]) -> None:
    for statement in statements:
        match statement:
            case Assign(_, name, value):
                writer.assign(name, settled(writer, value).text)
            case Store(_, buffer, index, value):
                stored = settled(writer, value).text
                writer.line(f"b{writer.buffers[buffer]}[{write_expression(writer, index).text}] = {stored}")
            case Branch(_, condition, yes, no):
                writer.line(f"if {write_expression(writer, condition).text}:")
                write_inside(writer, statement, yes)
                writer.line("else:")
                write_inside(writer, statement, no)
            case Repeat():
                repeat(writer, statement)
            case Run(_, function, arguments):
                buffers = [f"b{writer.buffers[one]}" for one in arguments if isinstance(one, str)]
                numbers = [settled(writer, one).text for one in arguments if isinstance(one, Expression)]
                writer.line(writer.call(writer.called(function, None), *buffers, *numbers))
            case Return(_, value):
                writer.line(f"return {settled(writer, value).text}")


def write_inside(writer: Writer, statement: Statement, body: Sequence[Statement]) -> None:
    with writer.indented(statement, loop=isinstance(statement, Repeat)):
        write_block(writer, body)
        writer.line("pass")


def repeat(writer: Writer, loop: Repeat) -> None:
    bounds = [settled(writer, bound).text for bound in own_expressions(loop)[: len(loop.bounds)]]
    if loop.kind == "lanes":
        before = len(writer.lines), writer.depth, writer.loops
        try:
            Lanes(writer, loop, bounds[0]).write()
        except TurnByTurn:
            del writer.lines[before[0] :]
            _, writer.depth, writer.loops = before
        else:
            return
    writer.line(f"for {writer.read(loop.name)} in range({', '.join(bounds)}):")
    write_inside(writer, loop, loop.body)


def loop_names(statements: Sequence[Statement]) -> list[str]:
    names: list[str] = []
    for statement in statements:
        match statement:
            case Repeat(_, name, _, _, _, body):
                names += [name, *loop_names(body)]
            case Branch(_, _, yes, no):
                names += [*loop_names(yes), *loop_names(no)]
    return names
