"""Loops as a person would arrange them: sums in a local, neighbouring indices counted by one loop, gradients that are
made in one go and not added up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scnn.compiler.derive.expressions import (
    NOWHERE,
    assign,
    assigned,
    mapped,
    name,
    names_in,
    number,
    reads_of,
    rewritten,
    statements_in,
    subtract,
)
from scnn.compiler.derive.liveness import assignments_in
from scnn.compiler.derive.positions import Nest, flat, polynomial
from scnn.compiler.derive.prepare import Names
from scnn.compiler.tree import Assign, Binary, Branch, Expression, Index, Number, Repeat, Statement, Store

__all__ = ["Found", "definitions_of", "flattened", "made_at_once", "stores_of", "sums_in_locals"]

Statements = tuple[Statement, ...]


@dataclass(frozen=True)
class Found:
    """A store, and the loops and branches around it, the outermost one first."""

    store: Store
    around: tuple[Repeat | Branch, ...]

    @property
    def loops(self) -> tuple[Repeat, ...]:
        return tuple(one for one in self.around if isinstance(one, Repeat))


def stores_of(statements: Sequence[Statement], buffer: str, around: tuple[Repeat | Branch, ...] = ()) -> list[Found]:
    """Every store to a buffer, in the order of the text."""
    found: list[Found] = []
    for statement in statements:
        match statement:
            case Store(buffer=stored) if stored == buffer:
                found.append(Found(statement, around))
            case Branch(yes=yes, no=no):
                found += stores_of((*yes, *no), buffer, (*around, statement))
            case Repeat(body=body):
                found += stores_of(body, buffer, (*around, statement))
    return found


def definitions_of(statements: Sequence[Statement]) -> dict[str, Expression]:
    """The whole numbers that are assigned once, and so are what they are assigned."""
    every = list(assignments_in(statements))
    names = [one.name for one in every]
    return {one.name: one.value for one in every if one.value.type == "int32" and names.count(one.name) == 1}


# ------------------------------------------------------------------------------------- made at once


def made_at_once(statements: Statements, buffer: str) -> tuple[Statements, Expression | None]:
    """`d_x[i] = …` for the first `d_x[i] += …`, where it reaches each of the first so many elements once, and no
    other store comes before it; and how many elements it makes so."""
    found = stores_of(statements, buffer)
    if not found:
        return statements, None
    first = found[0]
    if any(isinstance(one, Branch) for one in first.around):
        return statements, None
    nest = flat(first.store.index, first.loops, definitions_of(statements))
    value = first.store.value
    itself = Index("float32", NOWHERE, buffer, first.store.index)
    if nest is None or not isinstance(value, Binary) or value.left != itself or value.operator not in "+-":
        return statements, None
    if any(one.around[:1] == first.around[:1] and one.store.index != first.store.index for one in found[1:]):
        return statements, None
    if any(isinstance(one, Index) and one.buffer == buffer for one in reads_of((assign("", value.right),))):
        return statements, None
    new = replace(first.store, value=value.right if value.operator == "+" else subtract(number(0.0), value.right))
    return with_first_replaced(statements, first.store, new), nest.extent


def with_first_replaced(statements: Statements, old: Store, new: Store) -> Statements:
    done = False

    def block(body: Statements) -> Statements:
        nonlocal done
        result: list[Statement] = []
        for one in body:
            if not done and one is old:
                done = True
                one = new
            elif isinstance(one, Repeat):
                one = replace(one, body=block(one.body))
            elif isinstance(one, Branch):
                one = replace(one, yes=block(one.yes), no=block(one.no))
            result.append(one)
        return tuple(result)

    return block(statements)


# ------------------------------------------------------------------------------------- sums in locals


def sums_in_locals(statements: Statements, buffer: str, names: Names) -> Statements:
    """For a kernel that is one nest of loops around `x[index] += e`: the loops that the index is counted by come
    first, and inside them a local adds up what the other loops give."""
    around: list[Repeat] = []
    before: list[Assign] = []
    body = statements
    while True:
        *first, last = body
        if not all(isinstance(one, Assign) for one in first):
            return statements
        before += [one for one in first if isinstance(one, Assign)]
        if not isinstance(last, Repeat):
            break
        around.append(last)
        body = last.body
    itself = Index("float32", NOWHERE, buffer, last.index) if isinstance(last, Store) else None
    if not isinstance(last, Store) or last.buffer != buffer or not around:
        return statements
    value = last.value
    if not isinstance(value, Binary) or value.operator not in "+-" or value.left != itself:
        return statements
    definitions = definitions_of(statements)
    used = {factor for monomial in polynomial(last.index, definitions) for factor in monomial}
    outer = [loop for loop in around if loop.name in used]
    inner = [loop for loop in around if loop.name not in used]
    variables = {loop.name for loop in around} | {one.name for one in before}
    if any(names_in(bound) & variables for loop in around for bound in loop.bounds):
        return statements
    if not inner or not outer or flat(last.index, outer, definitions) is None or around[-1] in inner:
        return statements
    wanted = needed(last.index, before)  # what the index is made of stands outside the sum
    if any(names_in(one.value) & {loop.name for loop in inner} for one in wanted):
        return statements
    total = names.unused("total")
    whole = [*[one for one in before if one not in wanted], assign(total, replace(value, left=name(total)))]
    new: Statements = tuple(whole)
    for loop in reversed(inner):
        new = (replace(loop, body=new),)
    new = (*wanted, assign(total, number(0.0)), *new, replace(last, value=name(total)))
    for loop in reversed(outer):
        new = (replace(loop, body=new),)
    return new


def needed(index: Expression, before: Sequence[Assign]) -> list[Assign]:
    """The assignments that an index is made of."""
    names = names_in(index)
    kept: list[Assign] = []
    for one in reversed(before):
        if one.name in names:
            kept.insert(0, one)
            names |= names_in(one.value)
    return kept


# ------------------------------------------------------------------------------------- one loop for several


def flattened(statements: Statements, names: Names) -> Statements:
    """One loop for nested ones whose variables are only used together, as one index."""
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Repeat():
                flat_one = one_loop(statement, names)
                new.append(flat_one or replace(statement, body=flattened(statement.body, names)))
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, flattened(yes, names), flattened(no, names)))
            case _:
                new.append(statement)
    return tuple(new)


def one_loop(loop: Repeat, names: Names) -> Repeat | None:
    loops = [loop]
    while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], Repeat):
        loops.append(loops[-1].body[0])
    body = loops[-1].body
    variables = {one.name for one in loops}
    if len(loops) < 2 or any(isinstance(one, Repeat) for one in statements_in(body)):
        return None
    nest = next((found for found in (counts(part, loops) for part in whole_numbers(body)) if found), None)
    if nest is None or any(names_in(bound) & variables for one in loops for bound in one.bounds):
        return None
    index = next(part for part in whole_numbers(body) if counts(part, loops))
    form = polynomial(index, {})
    variable = name(names.unused("i"), "int32")

    def change(expression: Expression) -> Expression:
        if expression.type == "int32" and polynomial(expression, {}) == form:
            return variable
        return mapped(expression, change)

    changed = rewritten(body, change)
    if any(names_in(part) & variables for part in reads_of(changed)) or variables & assigned(changed):
        return None
    kind = "range"
    return Repeat(loop.node, variable.name, kind, (nest.extent,), None, changed)


def whole_numbers(body: Statements) -> list[Expression]:
    return [part for part in reads_of(body) if part.type == "int32" and not isinstance(part, Number)]


def counts(part: Expression, loops: Sequence[Repeat]) -> Nest | None:
    return flat(part, loops, {}) if {one.name for one in loops} <= names_in(part) else None
