"""Which locals are still read, and removing what is computed for nobody."""

from collections.abc import Iterable, Sequence

from scnn.compiler.derive.expressions import expressions_of, names_in
from scnn.compiler.tree import Assign, Branch, Repeat, Statement, Store

__all__ = ["alive", "carried", "live_before"]

Statements = tuple[Statement, ...]


def live_before(statements: Sequence[Statement], after: Iterable[str] = ()) -> set[str]:
    """The names whose values, as they are before the statements, may be read: by them, or after them."""
    live = set(after)
    for statement in reversed(statements):
        live = before_one(statement, live)
    return live


def before_one(statement: Statement, live: set[str]) -> set[str]:
    match statement:
        case Assign(name=name):
            live = live - {name}
        case Branch(yes=yes, no=no):
            live = live_before(yes, live) | live_before(no, live)
        case Repeat(name=name, body=body):
            live = live | (live_before(body, live | live_before(body, live)) - {name})
    return live.union(*map(names_in, expressions_of(statement)))


def carried(loop: Repeat, after: set[str]) -> set[str]:
    """The names that the loop's turns hand on to one another, or to what follows the loop."""
    inside = {statement.name for statement in assignments_in(loop.body)}
    return inside & (live_before(loop.body) | after)


def assignments_in(statements: Sequence[Statement]) -> Iterable[Assign]:
    for statement in statements:
        match statement:
            case Assign():
                yield statement
            case Branch(yes=yes, no=no):
                yield from assignments_in((*yes, *no))
            case Repeat(body=body):
                yield from assignments_in(body)


def alive(statements: Sequence[Statement], after: Iterable[str] = ()) -> Statements:
    """The statements without assignments that nobody reads, and without loops and branches that are then empty."""
    kept: list[Statement] = []
    live = set(after)
    for statement in reversed(statements):
        one = alive_one(statement, live)
        if one is not None:
            kept.insert(0, one)
            live = before_one(one, live)
    return tuple(kept)


def alive_one(statement: Statement, live: set[str]) -> Statement | None:
    match statement:
        case Assign(name=name):
            return statement if name in live else None
        case Branch(node, condition, yes, no):
            yes, no = alive(yes, live), alive(no, live)
            return Branch(node, condition, yes, no) if yes or no else None
        case Repeat(node, name, kind, bounds, by, body):
            needed = live
            while True:  # what a turn needs of the one before, beginning with what is needed after the loop
                shorter = alive(body, needed)
                more = needed | live_before(shorter, needed)
                if more == needed:
                    break
                needed = more
            body = shorter
            return Repeat(node, name, kind, bounds, by, body) if body else None
        case Store():
            return statement
    return statement
