"""Statements of the typed tree: their own expressions, what may stop them, and the steps that they count for."""

from collections.abc import Sequence

from scnn.compiler.analysis.walk import parts
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Expression,
    Index,
    Invoke,
    Repeat,
    Run,
    Statement,
    Store,
)

__all__ = ["own_expressions", "steps", "stops"]


def own_expressions(statement: Statement) -> list[Expression]:
    """The expressions of a statement itself, without those of statements inside it."""
    match statement:
        case Assign(value=value):
            return [value]
        case Store(index=index, value=value):
            return [value, index]
        case Branch(condition=condition):
            return [condition]
        case Repeat(bounds=bounds, by=by):
            return [*bounds, *([by] if by else [])]
        case Run(arguments=arguments):
            return [argument for argument in arguments if isinstance(argument, Expression)]
    return [statement.value]


def steps(statements: Sequence[Statement]) -> int:
    """How many steps one pass through these statements counts for: both sides of an `if`, but no turns of loops."""
    return sum(
        1 + (steps(statement.yes) + steps(statement.no) if isinstance(statement, Branch) else 0)
        for statement in statements
    )


def stops(statement: Statement) -> int:
    """How many operations of a statement may stop it."""
    return isinstance(statement, Store) + sum(map(stops_in, own_expressions(statement)))


def stops_in(expression: Expression) -> int:
    divides = isinstance(expression, Binary) and expression.operator in ("//", "%")
    return (divides or isinstance(expression, Index | Invoke)) + sum(map(stops_in, parts(expression)))
