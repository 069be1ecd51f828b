"""Whether the turns of a loop may run together: no turn may touch what another one stores.

All accesses of the body to a buffer that it stores to are compared as sums: with c the coefficient of the loop's
variable, turns are apart when what is left of the sums, over all inner loops, spans fewer than |c| elements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scnn.compiler.analysis.affine import Affine, Range, interval
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
    assignments,
)
from scnn.compiler.wasm.expand.arithmetic import whole
from scnn.compiler.wasm.expand.routine import Frame
from scnn.compiler.wasm.expand.values import Copy, Value
from scnn.compiler.wasm.ir import Node
from scnn.plan import Buffer

__all__ = ["require_independent"]

Names = dict[str, Affine | None]


@dataclass(frozen=True)
class Access:
    """One reading or storing of an element; `index` is None where it depends on data."""

    at: Index | Store
    buffer: str
    index: Affine | None
    stores: bool


def require_independent(loop: Repeat, frame: Frame, copy: Copy, ranges: Mapping[Node, Range]) -> list[str]:
    """The sums that a loop over lanes carries from turn to turn; raises KernelError if it carries anything else,
    or if its turns are not apart."""
    names: Names = {name: value.affine if isinstance(value, Value) else None for name, value in copy.names.items()}
    study = Study(dict(ranges))
    variable = study.variable(loop.name, None)
    names[loop.name] = Affine(0, {variable: 1})
    study.follow(loop.body, names, frame.buffers, frame.function)
    source = frame.function.source
    for buffer in {access.buffer for access in study.accesses if access.stores}:
        touching = [access for access in study.accesses if access.buffer == buffer]
        if not apart(touching, variable, study.inner):
            blamed = next(access for access in touching if access.stores)
            raise source.error(
                loop.node,
                f"the turns of this loop are not independent: they meet in {blamed.at.buffer}",
                f"range(…), or a {loop.kind} loop over what each turn has for itself",
            )
    return carried_sums(loop, set(copy.names) - {loop.name}, source_error=source.error)


def apart(touching: Sequence[Access], variable: Node, inner: Mapping[Node, Range]) -> bool:
    if any(access.index is None for access in touching):
        return False
    indices = [access.index for access in touching if access.index is not None]
    step = indices[0].terms.get(variable, 0)
    outer = {atom: factor for atom, factor in indices[0].terms.items() if atom not in inner and atom is not variable}
    spans = []
    for index in indices:
        others = {atom: factor for atom, factor in index.terms.items() if atom not in inner and atom is not variable}
        if index.terms.get(variable, 0) != step or others != outer or index.lane != indices[0].lane:
            return False
        rest = {atom: factor for atom, factor in index.terms.items() if atom in inner}
        spans.append(interval(Affine(index.constant, rest), inner)[0])
    return max(high for _, high in spans) - min(low for low, _ in spans) < abs(step)


def carried_sums(loop: Repeat, outside: set[str], source_error: object) -> list[str]:
    """Names from outside that the body assigns: lanes may add to them, and that is all."""
    sums: list[str] = []
    for assign in assignments(loop.body):
        if assign.name not in outside:
            continue
        value = assign.value
        adds = (
            isinstance(value, Binary)
            and value.operator == "+"
            and value.type == "float32"
            and isinstance(value.left, Name)
            and value.left.name == assign.name
            and not reads(value.right, assign.name)
        )
        if loop.kind != "lanes" or not adds:
            raise source_error(  # type: ignore[operator]
                assign.node,
                f"{assign.name} goes from one turn of the {loop.kind} loop to the next",
                "`name += …` of a float32 in lanes(…), or range(…)",
            )
        if assign.name not in sums:
            sums.append(assign.name)
    return sums


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly in an expression."""
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


def reads(expression: Expression, name: str) -> bool:
    if isinstance(expression, Name) and expression.name == name:
        return True
    return any(reads(part, name) for part in parts(expression))


class Study:
    """Follows a body's whole numbers as sums, and notes every access to a buffer."""

    def __init__(self, ranges: dict[Node, Range]) -> None:
        self.ranges = ranges
        self.inner: dict[Node, Range] = {}
        self.accesses: list[Access] = []
        self.counter = 0

    def variable(self, name: str, known: Range | None) -> Node:
        self.counter += 1
        node = Node("local.get", "i32", (), f"{name}'{self.counter}", "")
        if known:
            self.inner[node] = known
        return node

    def follow(
        self, statements: Sequence[Statement], names: Names, buffers: Mapping[str, Buffer], function: Function
    ) -> None:
        for statement in statements:
            match statement:
                case Assign(_, name, value):
                    self.look(value, names, buffers)
                    names[name] = self.sum_of(value, names) if value.type == "int32" else None
                case Store(_, buffer, index, value):
                    self.look(index, names, buffers)
                    self.look(value, names, buffers)
                    self.accesses.append(
                        Access(statement, buffers[buffer].name, self.sum_of(index, names), stores=True)
                    )
                case Branch(_, condition, yes, no):
                    self.look(condition, names, buffers)
                    for side in (yes, no):
                        self.follow(side, names, buffers, function)
                    for assign in assignments([statement]):
                        names[assign.name] = None
                case Repeat(_, name, _, bounds, _, body):
                    sums = [self.sum_of(bound, names) for bound in bounds]
                    if any(bound is None or not bound.is_constant for bound in sums):
                        names[name] = None
                    else:
                        turns = range(*[bound.constant for bound in sums if bound is not None])
                        if not turns:
                            continue
                        ends = sorted((turns[0], turns[-1]))
                        names[name] = Affine(0, {self.variable(name, (ends[0], ends[1])): 1})
                    inner = dict(names)
                    for assign in assignments(body):  # what the turn before left is not known
                        if assign.name in inner:
                            inner[assign.name] = None
                    self.follow(body, inner, buffers, function)
                case Run(_, called, arguments):
                    pairs = list(zip(called.parameters, arguments, strict=True))
                    inside = {p.name: buffers[a] for p, a in pairs if isinstance(a, str)}
                    values: Names = {}
                    for parameter, argument in pairs:
                        if isinstance(argument, Expression):
                            self.look(argument, names, buffers)
                            values[parameter.name] = self.sum_of(argument, names)
                    self.follow(called.body, values, inside, called)
                case Return(_, value):
                    self.look(value, names, buffers)

    def look(self, expression: Expression, names: Names, buffers: Mapping[str, Buffer]) -> None:
        """Notes what an expression reads."""
        if isinstance(expression, Index):
            index = self.sum_of(expression.index, names)
            self.accesses.append(Access(expression, buffers[expression.buffer].name, index, stores=False))
        for part in parts(expression):
            self.look(part, names, buffers)

    def sum_of(self, expression: Expression, names: Names) -> Affine | None:
        """The whole number as a sum, or None where it is not one that can be known."""
        match expression:
            case Number(_, _, value):
                return Affine(int(value))
            case Name(_, _, name):
                return names.get(name)
            case Negate(_, _, operand):
                inner = self.sum_of(operand, names)
                return None if inner is None else inner * -1
            case Binary(_, _, operator, left, right):
                one, other = self.sum_of(left, names), self.sum_of(right, names)
                if one is None or other is None:
                    return None
                if operator in "+-":
                    return one + other if operator == "+" else one - other
                if operator == "*" and (one.is_constant or other.is_constant):
                    return other * one.constant if one.is_constant else one * other.constant
                if one.is_constant and other.is_constant:
                    known = whole(operator, one.constant, other.constant)
                    return None if known is None else Affine(known)
        return None
