"""What one turn of a loop reads and stores: an abstract interpretation of its body.

Every int32 is followed as a sum (see affine). Atoms are of three sorts: the loop's own turn; *shared* ones, numbers
from before the loop, which are the same in all its turns; and *private* ones, which each turn may find at any value
of their range, independently of what other turns find. Whatever is not a sum is a new atom with the range that is
known of the operation: shared if it is made of shared numbers alone, private otherwise. So every sum stands for all
values that the number can have at that place, whatever the data:

- After an `if` a name that its two sides leave different is a private atom over both ranges.
- A name that an inner loop assigns is a private atom at the beginning of that loop's body and after the loop.
- An inner loop's variable is start + step · k, with k a private atom over its turns.
- An element that is read is a private atom.

Names of a called kernel are a scope of their own.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scnn.compiler.analysis.affine import (
    INT32,
    Affine,
    Atom,
    Range,
    hull,
    known_result,
    range_of,
    result_range,
)
from scnn.compiler.analysis.walk import parts
from scnn.compiler.errors import Source
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Convert,
    Expression,
    Function,
    Index,
    Invoke,
    Name,
    Negate,
    Number,
    Repeat,
    Return,
    Run,
    Select,
    Statement,
    Store,
    assignments,
)
from scnn.plan import Buffer

__all__ = ["Access", "Accesses", "find_accesses"]

MAX_OPERATIONS = 30_000  # that are followed, those of called kernels at each call

Names = dict[str, Affine]


@dataclass(frozen=True)
class Access:
    """One reading or storing of an element."""

    at: Index | Store
    source: Source
    buffer: str
    index: Affine
    stores: bool


@dataclass
class Accesses:
    """What was found: all accesses, the atoms' ranges, and which of the atoms are private."""

    turn: Atom
    ranges: dict[Atom, Range]
    private: set[Atom] = field(default_factory=set)
    found: list[Access] = field(default_factory=list)
    shared: dict[object, Affine] = field(default_factory=dict)  # sums of operations on shared numbers
    followed: int = 0  # statements and operations

    def count(self, node: ast.AST, source: Source) -> None:
        """One more statement or operation is followed."""
        self.followed += 1
        if self.followed > MAX_OPERATIONS:
            raise source.error(
                node,
                f"this loop and the kernels that it calls have more than {MAX_OPERATIONS} statements and operations",
                "fewer",
            )

    def unknown(self, known: Range = INT32) -> Affine:
        """A new private atom."""
        atom = ("private", len(self.private))
        self.private.add(atom)
        self.ranges[atom] = known
        return Affine(0, {atom: 1})

    def result(self, operator: str, operands: Sequence[Affine], known: Range) -> Affine:
        """The atom of an operation whose result is no sum."""
        if any(atom == self.turn or atom in self.private for operand in operands for atom in operand.terms):
            return self.unknown(known)
        key = (operator, tuple(operand.key for operand in operands))
        if key not in self.shared:
            atom = ("shared", len(self.shared))
            self.ranges[atom] = known
            self.shared[key] = Affine(0, {atom: 1})
        return self.shared[key]

    def range(self, value: Affine) -> Range:
        return range_of(value, self.ranges)


@dataclass
class Scope:
    """One kernel's names and buffers."""

    function: Function
    names: Names
    buffers: Mapping[str, Buffer]

    def inner(self) -> "Scope":
        return Scope(self.function, dict(self.names), self.buffers)


def find_accesses(
    loop: Repeat,
    turns: int,
    function: Function,
    names: Mapping[str, Affine | None],
    buffers: Mapping[str, Buffer],
    ranges: Mapping[Atom, Range],
) -> Accesses:
    """All accesses of one turn of a loop from 0 to `turns`. `names` are those from before the loop; None is one whose
    value is known only as the kernel runs."""
    turn: Atom = ("turn", loop.name)
    found = Accesses(turn, {**ranges, turn: (0, max(turns - 1, 0))})
    known = {name: Affine(0, {("outside", name): 1}) if value is None else value for name, value in names.items()}
    scope = Scope(function, {**known, loop.name: Affine(0, {turn: 1})}, buffers)
    forget(found, loop.body, scope)
    follow(found, loop.body, scope)
    return found


def forget(found: Accesses, body: Sequence[Statement], scope: Scope) -> None:
    """What a body assigns may be anything, as after any number of turns."""
    for assign in assignments(body):
        if assign.name in scope.names:
            scope.names[assign.name] = found.unknown()


def follow(found: Accesses, statements: Sequence[Statement], scope: Scope) -> None:
    for statement in statements:
        found.count(statement.node, scope.function.source)
        match statement:
            case Assign(_, name, value):
                scope.names[name] = number(found, value, scope)
            case Store(_, buffer, index, value):
                number(found, value, scope)
                at = number(found, index, scope)
                source, name = scope.function.source, scope.buffers[buffer].name
                found.found.append(Access(statement, source, name, at, stores=True))
            case Branch(_, condition, yes, no):
                number(found, condition, scope)
                branch(found, yes, no, scope)
            case Repeat():
                repeat(found, statement, scope)
            case Run(_, called, arguments):
                pairs = list(zip(called.parameters, arguments, strict=True))
                values = {p.name: number(found, a, scope) for p, a in pairs if isinstance(a, Expression)}
                buffers = {p.name: scope.buffers[a] for p, a in pairs if isinstance(a, str)}
                follow(found, called.body, Scope(called, values, buffers))
            case Return(_, value):
                number(found, value, scope)


def branch(found: Accesses, yes: Sequence[Statement], no: Sequence[Statement], scope: Scope) -> None:
    one, other = scope.inner(), scope.inner()
    follow(found, yes, one)
    follow(found, no, other)
    for name in one.names.keys() | other.names.keys():
        left, right = one.names.get(name), other.names.get(name)
        if left is None or right is None or left.key != right.key:
            ranges = [found.range(value) for value in (left, right) if value is not None]
            scope.names[name] = found.unknown(hull(ranges[0], ranges[-1]))
        else:
            scope.names[name] = left


def repeat(found: Accesses, loop: Repeat, scope: Scope) -> None:
    bounds = [number(found, bound, scope) for bound in loop.bounds]
    if loop.by:
        number(found, loop.by, scope)
    inner = scope.inner()
    if all(bound.is_constant for bound in bounds) and (len(bounds) < 3 or bounds[2].constant):
        turns = range(*(bound.constant for bound in bounds))
        if not turns:
            return
        inner.names[loop.name] = found.unknown((0, len(turns) - 1)) * turns.step + Affine(turns.start)
    else:
        inner.names[loop.name] = found.unknown()
    forget(found, loop.body, inner)
    follow(found, loop.body, inner)
    forget(found, loop.body, scope)


def number(found: Accesses, expression: Expression, scope: Scope) -> Affine:
    """The sum that an int32 is; what it reads is noted. Of other types the sum is meaningless, and never used."""
    found.count(expression.node, scope.function.source)
    if isinstance(expression, Name):
        return scope.names.get(expression.name) or found.unknown()
    if isinstance(expression, Number):
        return Affine(int(expression.value)) if expression.type == "int32" else Affine()
    operands = [number(found, part, scope) for part in parts(expression)]
    match expression:
        case Index(_, _, buffer):
            target = scope.buffers[buffer]
            found.found.append(Access(expression, scope.function.source, target.name, operands[0], stores=False))
            return found.unknown((0, 255) if target.kind == "uint8" else INT32)
        case Invoke(_, _, function):
            names = {p.name: value for p, value in zip(function.parameters, operands, strict=True)}
            follow(found, function.body, Scope(function, names, {}))
            return found.unknown()
    if expression.type != "int32":
        return Affine()
    match expression:
        case Negate():
            return operands[0] * -1
        case Binary(_, _, operator, left, _) if left.type == "int32":
            return operation(found, operator, operands[0], operands[1])
        case Select():
            _, yes, no = operands
            return yes if yes.key == no.key else found.unknown(hull(found.range(yes), found.range(no)))
        case Convert(_, _, "abs"):
            low, high = found.range(operands[0])
            least = 0 if low <= 0 <= high else min(abs(low), abs(high))
            known = (least, max(abs(low), abs(high))) if low > INT32[0] else INT32
            return found.result("abs", operands, known)
    return found.unknown()  # int(…), float_to_bits(…)


def operation(found: Accesses, operator: str, one: Affine, other: Affine) -> Affine:
    if operator in ("+", "-"):
        return one + other if operator == "+" else one - other
    if operator == "*" and (one.is_constant or other.is_constant):
        return other * one.constant if one.is_constant else one * other.constant
    if operator == "<<" and other.is_constant:
        return one * (1 << (other.constant % 32))
    if one.is_constant and other.is_constant:
        known = known_result(operator, one.constant, other.constant)
        return found.unknown() if known is None else Affine(known)
    return found.result(operator, [one, other], result_range(operator, found.range(one), found.range(other)))
