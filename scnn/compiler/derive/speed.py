"""Lanes for the loops of a derived kernel: innermost loops ask for them, and have them if the compiler agrees."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from scnn.compiler.derive.expressions import number, reads_of, statements_in
from scnn.compiler.derive.positions import polynomial
from scnn.compiler.derive.restructure import definitions_of
from scnn.compiler.tree import Branch, Expression, Index, Repeat, Statement, Store

__all__ = ["with_lanes"]

Statements = tuple[Statement, ...]
Path = tuple[int | str, ...]

WIDE = 16  # turns at once where each of them has a sum of its own, in registers


def with_lanes(statements: Statements, accepts: Callable[[Statements], bool]) -> Statements:
    """The statements with `lanes` instead of `range` where the turns are independent; other loops are plain."""
    for path, loop in loops_in(statements):
        if loop.kind in ("lanes", "blocked"):
            statements = replaced(statements, path, replace(loop, kind="range", by=None))
    definitions = definitions_of(statements)
    done: list[Path] = []  # loops that already run together: loops inside them must not
    for path, loop in list(loops_in(statements)):
        if len(loop.bounds) != 1 or any(path[: len(one)] == one for one in done):
            continue
        inner = [one for one in loop.body if isinstance(one, Repeat | Branch)]
        if not any(isinstance(one, Repeat) for one in statements_in(inner)):
            asked = replace(loop, kind="lanes")
        elif isinstance(loop.body[-1], Store) and len(inner) == 1:  # a sum for each turn
            asked = replace(loop, kind="lanes", by=number(WIDE))
        else:
            continue
        changed = replaced(statements, path, asked)
        if neighbouring(loop, definitions) and accepts(changed):
            statements = with_parent_unrolled(changed, path, loop)
            done.append(path)
    return statements


def with_parent_unrolled(statements: Statements, path: Path, loop: Repeat) -> Statements:
    """A window's rows are written out, where the forward kernel wrote out its columns, which are in lanes now."""
    outer = path[:-2]
    for at, parent in loops_in(statements):
        if at == outer and loop.kind == "unrolled" and parent.bounds == loop.bounds and parent.kind == "range":
            return replaced(statements, outer, replace(parent, kind="unrolled"))
    return statements


def neighbouring(loop: Repeat, definitions: Mapping[str, Expression]) -> bool:
    """Whether turns that follow one another touch elements that do, or the same: others are slower in lanes."""
    indices = [
        one.index for one in (*statements_in(loop.body), *reads_of(loop.body)) if isinstance(one, Index | Store)
    ]
    forms = [polynomial(index, definitions) for index in indices]
    own = [{monomial: value for monomial, value in form.items() if mentions(monomial, loop.name)} for form in forms]
    return all(not one or one == {(loop.name,): 1} for one in own)


def mentions(monomial: tuple[str, ...], variable: str) -> bool:
    return any(re.search(rf"\b{variable}\b", one) for one in monomial)


def loops_in(statements: Statements, path: Path = ()) -> Iterator[tuple[Path, Repeat]]:
    """Every loop with the path to it: indices in blocks, and sides of branches."""
    for position, one in enumerate(statements):
        if isinstance(one, Repeat):
            yield (*path, position), one
            yield from loops_in(one.body, (*path, position, "body"))
        elif isinstance(one, Branch):
            yield from loops_in(one.yes, (*path, position, "yes"))
            yield from loops_in(one.no, (*path, position, "no"))


def replaced(statements: Statements, path: Path, loop: Repeat) -> Statements:
    """The statements with another head for the loop at the path; its body stays what it is now."""
    position, *rest = path
    assert isinstance(position, int)
    one = statements[position]
    if not rest:
        assert isinstance(one, Repeat)
        new: Statement = replace(one, kind=loop.kind, by=loop.by)
    else:
        side, inner = rest[0], tuple(rest[1:])
        if isinstance(one, Repeat):
            new = replace(one, body=replaced(one.body, inner, loop))
        else:
            assert isinstance(one, Branch)
            new = replace(one, yes=replaced(one.yes, inner, loop)) if side == "yes" else one
            new = replace(one, no=replaced(one.no, inner, loop)) if side == "no" else new
    return (*statements[:position], new, *statements[position + 1 :])
