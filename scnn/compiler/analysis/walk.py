"""Walks the typed tree: the expressions inside expressions and statements, and the kernels that these call."""

from collections.abc import Iterator, Sequence

from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Compare,
    Convert,
    Expression,
    Function,
    Index,
    Invoke,
    Logic,
    Name,
    Negate,
    Not,
    Repeat,
    Return,
    Run,
    Select,
    Statement,
    Store,
)

__all__ = ["all_called", "called_in", "expressions", "mentions", "names_read", "parts", "statements_in"]


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The operands of an expression, in the order of evaluation."""
    match expression:
        case Index(_, _, _, index):
            return (index,)
        case Negate(_, _, operand) | Not(_, _, operand) | Convert(_, _, _, operand):
            return (operand,)
        case Binary(_, _, _, left, right) | Compare(_, _, _, left, right):
            return (left, right)
        case Logic(_, _, _, operands):
            return operands
        case Select(_, _, condition, yes, no):
            return (condition, yes, no)
        case Invoke(_, _, _, arguments):
            return arguments
    return ()


def names_read(expression: Expression) -> Iterator[Name]:
    """Every read of a local or parameter in an expression."""
    if isinstance(expression, Name):
        yield expression
    for part in parts(expression):
        yield from names_read(part)


def mentions(expression: Expression, names: set[str]) -> bool:
    return any(read.name in names for read in names_read(expression))


def expressions(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Expression]]:
    """Every statement, at any depth, with each of its direct expressions."""
    for statement in statements:
        match statement:
            case Assign(_, _, value) | Return(_, value):
                yield statement, value
            case Store(_, _, index, value):
                yield statement, value
                yield statement, index
            case Branch(_, condition, yes, no):
                yield statement, condition
                yield from expressions(yes)
                yield from expressions(no)
            case Repeat(_, _, _, bounds, by, body):
                yield from ((statement, bound) for bound in (*bounds, *([by] if by else [])))
                yield from expressions(body)
            case Run(_, _, arguments):
                yield from ((statement, argument) for argument in arguments if isinstance(argument, Expression))


def statements_in(statements: Sequence[Statement]) -> Iterator[Statement]:
    """Every statement, at any depth."""
    for statement in statements:
        yield statement
        match statement:
            case Branch(_, _, yes, no):
                yield from statements_in(yes)
                yield from statements_in(no)
            case Repeat(_, _, _, _, _, body):
                yield from statements_in(body)


def called_in(statements: Sequence[Statement]) -> list[Function]:
    """The kernels that statements call, each once: those in expressions first."""
    found: dict[int, Function] = {}

    def look(expression: Expression) -> None:
        if isinstance(expression, Invoke):
            found.setdefault(id(expression.function), expression.function)
        for part in parts(expression):
            look(part)

    for _, expression in expressions(statements):
        look(expression)
    for statement in statements_in(statements):
        if isinstance(statement, Run):
            found.setdefault(id(statement.function), statement.function)
    return list(found.values())


def all_called(kernel: Function) -> list[Function]:
    """A kernel and all kernels that it calls, directly or indirectly, each once."""
    found = {id(kernel): kernel}
    waiting = [kernel]
    while waiting:
        for function in called_in(waiting.pop().body):
            if id(function) not in found:
                found[id(function)] = function
                waiting.append(function)
    return list(found.values())
