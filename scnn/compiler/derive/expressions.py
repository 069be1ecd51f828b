"""Making and rewriting expressions of the typed tree, with the simplifications that keep derived text short."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

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
    Number,
    Repeat,
    Return,
    Run,
    Select,
    Statement,
    Store,
    Type,
)

__all__ = [
    "NOWHERE",
    "add",
    "assign",
    "assigned",
    "children",
    "contains",
    "divide",
    "is_zero",
    "mapped",
    "multiply",
    "name",
    "names_in",
    "negate",
    "number",
    "reads_of",
    "select",
    "statements_in",
    "store",
    "substitute",
    "subtract",
    "walk",
]

NOWHERE: ast.AST = ast.Pass(lineno=1, col_offset=0)  # where derived nodes stand

FLOAT: Type = "float32"


def number(value: float) -> Number:
    return Number("int32" if isinstance(value, int) else FLOAT, NOWHERE, value)


def name(text: str, type: Type = FLOAT) -> Name:
    return Name(type, NOWHERE, text)


def is_number(expression: Expression, value: float) -> bool:
    return isinstance(expression, Number) and expression.value == value


def is_zero(expression: Expression) -> bool:
    return is_number(expression, 0)


def add(left: Expression, right: Expression) -> Expression:
    if is_zero(left):
        return right
    if is_zero(right):
        return left
    if isinstance(right, Negate):
        return subtract(left, right.operand)
    if isinstance(left, Negate):
        return subtract(right, left.operand)
    return Binary(left.type, NOWHERE, "+", left, right)


def subtract(left: Expression, right: Expression) -> Expression:
    if is_zero(right):
        return left
    if is_zero(left):
        return negate(right)
    if isinstance(right, Negate):
        return add(left, right.operand)
    return Binary(left.type, NOWHERE, "-", left, right)


def negate(operand: Expression) -> Expression:
    if isinstance(operand, Negate):
        return operand.operand
    if isinstance(operand, Number):
        return replace(operand, value=-operand.value) if operand.value else operand
    return Negate(operand.type, NOWHERE, operand)


def multiply(left: Expression, right: Expression) -> Expression:
    if is_zero(left) or is_number(right, 1):
        return left
    if is_zero(right) or is_number(left, 1):
        return right
    if isinstance(left, Negate) or (isinstance(left, Number) and left.value < 0):
        return negate(multiply(negate(left), right))
    if isinstance(right, Negate) or (isinstance(right, Number) and right.value < 0):
        return negate(multiply(left, negate(right)))
    if isinstance(left, Number) and isinstance(right, Number) and left.type == FLOAT:
        return number(left.value * right.value)
    if isinstance(right, Number) and not isinstance(left, Number):
        left, right = right, left  # numbers first
    if isinstance(right, Binary) and right.operator == "*" and left.type == FLOAT:
        return multiply(multiply(left, right.left), right.right)  # products without parentheses
    return Binary(left.type, NOWHERE, "*", left, right)


def divide(left: Expression, right: Expression) -> Expression:
    if is_zero(left) or is_number(right, 1):
        return left
    if isinstance(left, Negate):
        return negate(divide(left.operand, right))
    return Binary(left.type, NOWHERE, "/", left, right)


def select(condition: Expression, yes: Expression, no: Expression) -> Expression:
    if yes == no:
        return yes
    return Select(yes.type, NOWHERE, condition, yes, no)


def assign(target: str, value: Expression) -> Assign:
    return Assign(NOWHERE, target, value)


def store(buffer: str, index: Expression, value: Expression) -> Store:
    return Store(NOWHERE, buffer, index, value)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside one."""
    match expression:
        case Index(index=index):
            return (index,)
        case Negate(operand=operand) | Not(operand=operand) | Convert(operand=operand):
            return (operand,)
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Logic(operands=operands):
            return operands
        case Select(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case Invoke(arguments=arguments):
            return arguments
    return ()


def mapped(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with `change` applied to those directly inside."""
    match expression:
        case Index(index=index):
            return replace(expression, index=change(index))
        case Negate(operand=operand) | Not(operand=operand) | Convert(operand=operand):
            return replace(expression, operand=change(operand))
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            return replace(expression, left=change(left), right=change(right))
        case Logic(operands=operands):
            return replace(expression, operands=tuple(map(change, operands)))
        case Select(condition=condition, yes=yes, no=no):
            return replace(expression, condition=change(condition), yes=change(yes), no=change(no))
        case Invoke(arguments=arguments):
            return replace(expression, arguments=tuple(map(change, arguments)))
    return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all inside it."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def names_in(expression: Expression) -> set[str]:
    """The locals, loop variables and scalar parameters that are read."""
    return {part.name for part in walk(expression) if isinstance(part, Name)}


def contains(expression: Expression, wanted: Expression) -> bool:
    return any(part == wanted for part in walk(expression))


def expressions_of(statement: Statement) -> tuple[Expression, ...]:
    """The expressions of a statement itself, not of its body."""
    match statement:
        case Assign(value=value) | Return(value=value):
            return (value,)
        case Store(index=index, value=value):
            return (index, value)
        case Branch(condition=condition):
            return (condition,)
        case Repeat(bounds=bounds, by=by):
            return (*bounds, by) if by else bounds
        case Run(arguments=arguments):
            return tuple(argument for argument in arguments if isinstance(argument, Expression))


def bodies_of(statement: Statement) -> tuple[tuple[Statement, ...], ...]:
    match statement:
        case Branch(yes=yes, no=no):
            return (yes, no)
        case Repeat(body=body):
            return (body,)
    return ()


def statements_in(statements: Sequence[Statement]) -> Iterator[Statement]:
    """All statements, however deep, in the order of the text."""
    for statement in statements:
        yield statement
        for body in bodies_of(statement):
            yield from statements_in(body)


def assigned(statements: Sequence[Statement]) -> set[str]:
    """The locals that are assigned, however deep."""
    return {statement.name for statement in statements_in(statements) if isinstance(statement, Assign)}


def reads_of(statements: Sequence[Statement]) -> Iterator[Expression]:
    """Every expression that is evaluated, however deep, with all inside it."""
    for statement in statements_in(statements):
        for expression in expressions_of(statement):
            yield from walk(expression)


def rewritten(
    statements: Sequence[Statement],
    change: Callable[[Expression], Expression],
    names: Mapping[str, str] | None = None,
) -> tuple[Statement, ...]:
    """The statements with every expression changed, and locals that are assigned renamed."""
    new = dict(names or {})

    def one(statement: Statement) -> Statement:
        match statement:
            case Assign(name=target, value=value):
                return replace(statement, name=new.get(target, target), value=change(value))
            case Return(value=value):
                return replace(statement, value=change(value))
            case Store(index=index, value=value):
                return replace(statement, index=change(index), value=change(value))
            case Branch(condition=condition, yes=yes, no=no):
                return replace(
                    statement, condition=change(condition), yes=tuple(map(one, yes)), no=tuple(map(one, no))
                )
            case Repeat(name=target, bounds=bounds, by=by, body=body):
                return replace(
                    statement,
                    name=new.get(target, target),
                    bounds=tuple(map(change, bounds)),
                    by=change(by) if by else None,
                    body=tuple(map(one, body)),
                )
            case Run(arguments=arguments):
                given = tuple(change(one) if isinstance(one, Expression) else one for one in arguments)
                return replace(statement, arguments=given)

    return tuple(map(one, statements))


def substitute(expression: Expression, by: Mapping[str, Expression]) -> Expression:
    """The expression with names replaced."""
    if isinstance(expression, Name):
        return by.get(expression.name, expression)
    return mapped(expression, lambda child: substitute(child, by))


def buffers_of(function: Function) -> dict[str, str]:
    return {parameter.name: parameter.kind for parameter in function.parameters if parameter.is_buffer}
