"""Maxima: a local that a loop carries and sets to one element of a buffer or another.

Its gradient goes to the chosen element, so the backward kernel needs the position of that element. If the kernel
stores the position itself (`winner` next to `largest`), that local is used; otherwise one is added.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scnn.compiler.derive.expressions import (
    NOWHERE,
    assign,
    assigned,
    bodies_of,
    expressions_of,
    name,
    names_in,
    number,
    rewritten,
    statements_in,
    walk,
)
from scnn.compiler.derive.liveness import assignments_in, carried, live_before
from scnn.compiler.derive.prepare import Names
from scnn.compiler.derive.versions import in_place_of
from scnn.compiler.tree import Assign, Branch, Compare, Expression, Index, Name, Repeat, Statement, Store

__all__ = ["with_positions"]

Statements = tuple[Statement, ...]


@dataclass
class Choice:
    """A local that holds an element, the buffer of the element, and the local that holds its index."""

    local: str
    buffer: str
    position: str
    given: bool  # whether the kernel itself has the local `position`
    start: Expression | None  # the initial value of the local, if it is no element


def with_positions(
    statements: Statements, names: Names, after: set[str] | None = None
) -> tuple[Statements, set[str]]:
    """The statements with each maximum read again from its position, after the loop that found it, and the locals
    that from then on are only compared."""
    after = after or set()
    comparing: set[str] = set()
    at = 0
    while at < len(statements):
        statement = statements[at]
        rest = live_before(statements[at + 1 :], after)
        if isinstance(statement, Repeat):
            for local in sorted(carried(statement, rest)):
                loop = statements[at]
                assert isinstance(loop, Repeat)
                choice = choice_of(local, statements[:at], loop, names)
                if choice is not None:
                    statements, at = placed(choice, statements, at, names, comparing)
        statement = statements[at]
        if isinstance(statement, Repeat):
            inner, more = with_positions(statement.body, names, rest | live_before(statement.body))
            comparing |= more
            statements = (*statements[:at], replace(statement, body=inner), *statements[at + 1 :])
        at += 1
    return statements, comparing


def choice_of(local: str, before: Statements, loop: Repeat, names: Names) -> Choice | None:
    inside = [one for one in assignments_in(loop.body) if one.name == local]
    starts = [one for one in before if isinstance(one, Assign) and one.name == local]
    if not starts or not inside or used_otherwise(loop.body, local):
        return None
    elements = [one.value for one in inside]
    start = starts[-1].value
    buffers = {one.buffer for one in [*elements, start] if isinstance(one, Index)}
    if len(buffers) != 1 or not all(isinstance(one, Index) and one.type == "float32" for one in elements):
        return None
    if any(isinstance(one, Store) and one.buffer in buffers for one in statements_in((*before, loop))):
        return None
    if not isinstance(start, Index) and any(isinstance(one, Name | Index) for one in walk(start)):
        return None
    given = position_of(local, before, loop) if isinstance(start, Index) else None
    return Choice(
        local,
        buffers.pop(),
        given or names.unused(f"{local}_place"),
        given is not None,
        None if isinstance(start, Index) else start,
    )


def used_otherwise(statements: Sequence[Statement], local: str) -> bool:
    """Whether the local is read for anything but a comparison that a branch depends on."""
    for statement in statements_in(statements):
        for expression in expressions_of(statement):
            if local in names_in(expression) and not (
                isinstance(statement, Branch) and isinstance(expression, Compare)
            ):
                return True
    return False


def position_of(local: str, before: Statements, loop: Repeat) -> str | None:
    """A local of the kernel that is set to the index whenever `local` is set to the element."""
    blocks = [before, *blocks_with(loop.body, local)]
    for candidate in sorted(assigned(blocks[1])):
        if all(pairs(block, local, candidate) for block in blocks):
            total = [one for one in assignments_in(loop.body) if one.name == candidate]
            if len(total) == len(blocks) - 1:
                return candidate
    return None


def blocks_with(statements: Statements, local: str) -> list[Statements]:
    """The blocks that assign the local themselves."""
    found = [statements] if any(isinstance(one, Assign) and one.name == local for one in statements) else []
    for statement in statements:
        for body in bodies_of(statement):
            found += blocks_with(body, local)
    return found


def pairs(block: Statements, local: str, candidate: str) -> bool:
    """Whether the block sets `local = buffer[index]` and `candidate = index`, in either order."""
    at = [position for position, one in enumerate(block) if isinstance(one, Assign) and one.name == local]
    also = [position for position, one in enumerate(block) if isinstance(one, Assign) and one.name == candidate]
    if not at or not also:
        return False
    element, position = block[at[-1]], block[also[-1]]
    assert isinstance(element, Assign) and isinstance(position, Assign) and isinstance(element.value, Index)
    if also[-1] < at[-1] and element.value.index == name(candidate, "int32"):
        return True
    first, last = sorted((at[-1], also[-1]))
    changed = assigned(block[first : last + 1])
    return element.value.index == position.value and not names_in(position.value) & changed


def placed(
    choice: Choice, statements: Statements, at: int, names: Names, comparing: set[str]
) -> tuple[Statements, int]:
    """The statements with the choice's element read by its index after the loop at `at`; and where the loop is."""
    start = max(position for position, one in enumerate(statements[:at]) if sets(one, choice.local))
    so_far = names.unused(f"{choice.local}_so_far")
    comparing.add(so_far)
    renamed = rewritten(
        statements[start : at + 1],
        lambda one: in_place_of(one, {choice.local: name(so_far)}),
        {choice.local: so_far},
    )
    if not choice.given:
        renamed = with_place_noted(renamed, so_far, choice)
    node = statements[at].node
    element = Index("float32", node, choice.buffer, name(choice.position, "int32"))
    final: Statement = Assign(node, choice.local, element)
    if choice.start is not None:
        found = Compare("bool", NOWHERE, ">=", name(choice.position, "int32"), number(0))
        final = Branch(node, found, (final,), (Assign(node, choice.local, choice.start),))
    new = (*statements[:start], *renamed, final, *statements[at + 1 :])
    return new, start + len(renamed) - 1


def sets(statement: Statement, local: str) -> bool:
    return isinstance(statement, Assign) and statement.name == local


def with_place_noted(statements: Statements, local: str, choice: Choice) -> Statements:
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Assign(value=value) if sets(statement, local):
                index = value.index if isinstance(value, Index) else number(-1)
                new += [statement, assign(choice.position, index)]
            case Branch(node, condition, yes, no):
                sides = (with_place_noted(side, local, choice) for side in (yes, no))
                new.append(Branch(node, condition, *sides))
            case Repeat(body=body):
                new.append(replace(statement, body=with_place_noted(body, local, choice)))
            case _:
                new.append(statement)
    return tuple(new)
