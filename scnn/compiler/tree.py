"""The typed tree: a kernel as the frontend understood it, still with loops over sizes as they are written."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scnn.compiler.errors import Source

__all__ = [
    "Assign",
    "Binary",
    "Branch",
    "Compare",
    "Convert",
    "Expression",
    "Function",
    "Index",
    "Invoke",
    "Logic",
    "Name",
    "Negate",
    "Not",
    "Number",
    "Parameter",
    "Repeat",
    "Return",
    "Run",
    "Select",
    "Statement",
    "Store",
    "Type",
    "assigned_once",
    "surely_assigned",
    "assignments",
]

Type = Literal["float32", "int32", "bool"]


@dataclass(frozen=True)
class Expression:
    """Anything with a value. `node` is its syntax node in the source."""

    type: Type
    node: ast.AST = field(compare=False, repr=False)


@dataclass(frozen=True)
class Number(Expression):
    value: float


@dataclass(frozen=True)
class Name(Expression):
    name: str


@dataclass(frozen=True)
class Index(Expression):
    """buffer[index]; the type is what the element is read as: bytes are read as int32."""

    buffer: str
    index: Expression


@dataclass(frozen=True)
class Binary(Expression):
    operator: str  # + - * / // % & | << >> min max
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Negate(Expression):
    operand: Expression


@dataclass(frozen=True)
class Compare(Expression):
    operator: str  # < <= > >= == !=
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Logic(Expression):
    operator: str  # and, or; operands after the one that decides are not evaluated
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Not(Expression):
    operand: Expression


@dataclass(frozen=True)
class Select(Expression):
    """`yes if condition else no`; the chosen side alone is evaluated."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True)
class Convert(Expression):
    """float(x), int(x), sqrt(x), abs(x), float_to_bits(x), bits_to_float(x)."""

    how: str
    operand: Expression


@dataclass(frozen=True)
class Invoke(Expression):
    """A call of another kernel for its value."""

    function: "Function" = field(repr=False)
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Assign:
    node: ast.AST = field(compare=False, repr=False)
    name: str
    value: Expression


@dataclass(frozen=True)
class Store:
    node: ast.AST = field(compare=False, repr=False)
    buffer: str
    index: Expression
    value: Expression


@dataclass(frozen=True)
class Branch:
    node: ast.AST = field(compare=False, repr=False)
    condition: Expression
    yes: tuple["Statement", ...]
    no: tuple["Statement", ...]


@dataclass(frozen=True)
class Repeat:
    """for name in kind(...): `bounds` are range's one to three arguments, or the count; `by` of lanes and blocked."""

    node: ast.AST = field(compare=False, repr=False)
    name: str
    kind: str  # range, lanes, unrolled, blocked
    bounds: tuple[Expression, ...]
    by: Expression | None
    body: tuple["Statement", ...]


@dataclass(frozen=True)
class Run:
    """A call of another kernel as a statement: buffers and values by position."""

    node: ast.AST = field(compare=False, repr=False)
    function: "Function" = field(repr=False)
    arguments: tuple[Expression | str, ...]


@dataclass(frozen=True)
class Return:
    node: ast.AST = field(compare=False, repr=False)
    value: Expression


Statement = Assign | Store | Branch | Repeat | Run | Return


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: str  # Float32Buffer, Int32Buffer, Uint8Buffer, Float32, Int32, Size

    @property
    def is_buffer(self) -> bool:
        return self.kind.endswith("Buffer")


@dataclass(frozen=True)
class Function:
    """One kernel."""

    name: str
    source: Source
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    returns: Type | None


def assignments(statements: Sequence[Statement]) -> Iterator[Assign]:
    """Every assignment to a local, however deep."""
    for statement in statements:
        match statement:
            case Assign():
                yield statement
            case Branch(_, _, yes, no):
                yield from assignments(yes)
                yield from assignments(no)
            case Repeat(body=body):
                yield from assignments(body)


def assigned_once(statements: Sequence[Statement]) -> frozenset[str]:
    names = [assign.name for assign in assignments(statements)]
    return frozenset(name for name in names if names.count(name) == 1)


def surely_assigned(statements: Sequence[Statement]) -> dict[str, Type]:
    """The names that have a value after these statements whatever is executed of them, with their types."""
    found: dict[str, Type] = {}
    for statement in statements:
        match statement:
            case Assign(_, name, value):
                found[name] = value.type
            case Branch(_, _, yes, no):
                one, other = surely_assigned(yes), surely_assigned(no)
                found |= {name: type for name, type in one.items() if name in other}
    return found
