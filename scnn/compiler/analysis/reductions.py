"""Reductions: the names that a loop over lanes carries from one iteration to the next, and how each is combined.

A carried name is a reduction if every assignment to it in the body is of one kind and nothing else in the body reads
it. Then its value within the loop cannot be observed, and partial results may be kept for each lane.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scnn.compiler.analysis.walk import all_called, expressions, mentions, names_read
from scnn.compiler.errors import Diagnostic, KernelError, Label, Source, all_errors
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Compare,
    Expression,
    Function,
    Name,
    Repeat,
    Select,
    Statement,
    Type,
    assignments,
)

__all__ = ["Reduction", "find_reductions", "reductions_in"]


@dataclass(frozen=True)
class Reduction:
    """A carried name. `combine` is None for a sum, whose partial results start at 0 and are added; otherwise it is
    the right-hand side of the name's first assignment, with `operand` for the new value."""

    name: str
    type: Type
    combine: Expression | None = None
    operand: Expression | None = None


def reductions_in(kernel: Function) -> dict[int, list[Reduction]]:
    """The reductions of every loop whose turns run together, by the identity of the loop, also in kernels that are
    called. Raises KernelError with all names that go from turn to turn and are no reduction, executed or not."""
    found: dict[int, list[Reduction]] = {}
    errors: list[Diagnostic] = []

    def look(statements: Sequence[Statement], defined: set[str], source: Source) -> None:
        """`defined` are the names that definitely have a value."""
        for statement in statements:
            match statement:
                case Assign(_, name, _):
                    defined.add(name)
                case Branch(_, _, yes, no):
                    in_yes, in_no = set(defined), set(defined)
                    look(yes, in_yes, source)
                    look(no, in_no, source)
                    defined |= in_yes & in_no
                case Repeat(_, name, kind, _, _, body):
                    if kind in ("lanes", "blocked"):
                        try:
                            found[id(statement)] = find_reductions(statement, defined, source)
                        except KernelError as error:
                            errors.extend(error.errors)
                    look(body, {*defined, name}, source)

    for function in all_called(kernel):
        parameters = {parameter.name for parameter in function.parameters if not parameter.is_buffer}
        look(function.body, parameters, function.source)
    all_errors(errors)
    return found


def find_reductions(loop: Repeat, outside: set[str], source: Source) -> list[Reduction]:
    """The reductions of a loop in the order of their first assignments; `outside` are the names that have a value
    before it. Raises KernelError for the carried names that are no reduction."""
    carried: dict[str, list[Assign]] = {}
    for assign in assignments(loop.body):
        if assign.name in outside:
            carried.setdefault(assign.name, []).append(assign)
    found: list[Reduction] = []
    errors: list[Diagnostic] = []
    for name, assigns in carried.items():
        try:
            found.append(reduction_of(loop, name, assigns, source))
        except KernelError as error:
            errors += error.errors
    all_errors(errors)
    return found


def reduction_of(loop: Repeat, name: str, assigns: Sequence[Assign], source: Source) -> Reduction:
    found = [match_reduction(assign) for assign in assigns]
    for assign, reduction in zip(assigns, found, strict=True):
        if loop.kind != "lanes" or reduction is None:
            raise source.error(
                assign.node,
                f"{name} is carried from one turn of the {loop.kind} loop to the next",
                f"`{name} += …`, `{name} -= …`, `{name} = max({name}, …)` or min in lanes(…), or range(…)",
                *other_turn(loop, name, assign, source),
                text="assigned here",
            )
        if combination(reduction) != combination(found[0]):
            raise source.error(
                assign.node,
                f"{name} is combined in another way at line {source.line(assigns[0].node)}",
                "one kind of reduction for each name",
                source.label(assigns[0].node, "combined here first"),
            )
    own = {id(assign) for assign in assigns}
    for statement, expression in expressions(loop.body):
        if id(statement) not in own and mentions(expression, {name}):
            raise read_elsewhere(loop, name, expression, assigns[0], source)
    assert found[0]
    return found[0]


def read_elsewhere(loop: Repeat, name: str, expression: Expression, assign: Assign, source: Source) -> KernelError:
    read = next(read for read in names_read(expression) if read.name == name)
    return source.error(
        read.node,
        f"{name} is read here, and carried from one turn of the {loop.kind} loop to the next "
        f"at line {source.line(assign.node)}",
        f"range(…), or a {loop.kind} loop that reads {name} only after it",
        source.label(assign.node, "carried to the next turn here"),
        text="read here",
    )


def other_turn(loop: Repeat, name: str, assign: Assign, source: Source) -> Iterator[Label]:
    """Where the next iteration reads a carried name, if anywhere, and the loop."""
    own = [read for read in names_read(assign.value) if read.name == name]
    elsewhere = [read for _, value in expressions(loop.body) for read in names_read(value) if read.name == name]
    for read in [*own, *elsewhere][:1]:
        yield source.label(read.node, "read again by the next turn here")
    yield source.label(loop.node, f"turns of {loop.name} run together")


def match_reduction(assign: Assign) -> Reduction | None:
    """The reduction that an assignment performs, or None."""
    name, value = assign.name, assign.value
    for ours, other in reduction_operands(value):
        if isinstance(ours, Name) and ours.name == name and not mentions(other, {name}):
            plain = isinstance(value, Binary) and value.operator in ("+", "-")
            return Reduction(name, value.type) if plain else Reduction(name, value.type, value, other)
    return None


def reduction_operands(value: Expression) -> Iterator[tuple[Expression, Expression]]:
    """The possible pairs of the name and the new value."""
    match value:
        case Binary(_, _, "+" | "min" | "max", left, right):
            yield from ((left, right), (right, left))
        case Binary(_, _, "-", left, right):
            yield left, right
        case Select(_, _, Compare(_, _, "<" | "<=" | ">" | ">=", left, right), yes, no):
            if (identical(left, yes) and identical(right, no)) or (identical(left, no) and identical(right, yes)):
                yield from ((left, right), (right, left))


def identical(one: Expression, other: Expression) -> bool:
    """Whether two expressions are identical; 0.0 and -0.0 are equal, but not identical."""
    return one == other and repr(one) == repr(other)


def combination(reduction: Reduction | None) -> Mapping[str, object]:
    """What all assignments of one reduction have in common: the operation, and the side of the name."""
    assert reduction
    match reduction.combine:
        case Binary(_, _, operator, left, _):
            return {"operator": operator, "name first": left == Name(reduction.type, left.node, reduction.name)}
        case Select(_, _, Compare(_, _, operator, left, _), yes, _):
            own = Name(reduction.type, yes.node, reduction.name)
            return {"operator": operator, "name first": left == own, "name chosen": yes == own}
    return {"operator": "+"}
