"""Values that a kernel keeps in a buffer for a while: what is stored and read again goes through a local."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from scnn.compiler.derive.expressions import (
    NOWHERE,
    assign,
    assigned,
    mapped,
    name,
    names_in,
    reads_of,
    rewritten,
    statements_in,
    substitute,
)
from scnn.compiler.derive.liveness import alive
from scnn.compiler.derive.positions import once
from scnn.compiler.derive.prepare import Names
from scnn.compiler.tree import Assign, Branch, Expression, Index, Name, Repeat, Statement, Store

__all__ = ["elements_as_locals", "forwarded", "read_after_stores"]

Statements = tuple[Statement, ...]


def accesses(statements: Sequence[Statement], buffer: str) -> Iterator[Index | Store]:
    for statement in statements_in(statements):
        if isinstance(statement, Store) and statement.buffer == buffer:
            yield statement
    for part in reads_of(statements):
        if isinstance(part, Index) and part.buffer == buffer:
            yield part


def read_after_stores(statements: Statements, buffer: str, names: Names) -> Statements:
    """An element that is stored and then read in the same block, by the same index, is kept in a local between."""
    new = list(statements)
    for position, statement in enumerate(new):
        if isinstance(statement, Repeat):
            new[position] = replace(statement, body=read_after_stores(statement.body, buffer, names))
    position = 0
    while position < len(new):
        one = new[position]
        position += 1
        if not (isinstance(one, Store) and one.buffer == buffer):
            continue
        rest = new[position:]
        ends = next((at for at, each in enumerate(rest) if list(stores_to((each,), buffer))), len(rest))
        fixed = {each.name for each in statements_in(rest[:ends]) if isinstance(each, Assign | Repeat)}
        again = [each for each in accesses(rest[:ends], buffer) if each.index == one.index]
        if not again or names_in(one.index) & fixed:
            continue
        if isinstance(one.value, Name) and one.value.name not in fixed:
            value: Expression = one.value
        else:
            value = name(names.unused(singular(buffer)), one.value.type)
            new[position - 1 : position] = [Assign(one.node, value.name, one.value), replace(one, value=value)]
            position += 1
        element = Index(value.type, one.node, buffer, one.index)
        new[position : position + ends] = rewritten(rest[:ends], partial(in_stead, old=element, new=value))
    return tuple(new)


def in_stead(expression: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with one part replaced."""
    return new if expression == old else mapped(expression, lambda part: in_stead(part, old, new))


def forwarded(statements: Statements, buffer: str) -> Statements:
    """What one loop stores and a later one reads by the same index, computed in the later one too."""
    statements = tuple(
        replace(one, body=forwarded(one.body, buffer)) if isinstance(one, Repeat) else one for one in statements
    )
    for first, writer in enumerate(statements):
        if not isinstance(writer, Repeat) or not list(stores_to(writer.body, buffer)):
            continue
        for later in range(first + 1, len(statements)):
            reader = statements[later]
            if isinstance(reader, Repeat) and any(isinstance(one, Index) for one in accesses((reader,), buffer)):
                new = read_by_value(writer, reader, statements[first + 1 : later], buffer)
                if new is None:
                    return statements
                kept = statements
                if any(isinstance(one, Store) for one in reader.body if stores(one, buffer)):  # overwritten whole
                    kept = (*statements[:first], without_store(writer, buffer), *statements[first + 1 :])
                return forwarded((*kept[:later], new, *kept[later + 1 :]), buffer)
    return statements


def stores(statement: Statement, buffer: str) -> bool:
    return isinstance(statement, Store) and statement.buffer == buffer


def stores_to(statements: Sequence[Statement], buffer: str) -> Iterator[Store]:
    for statement in statements_in(statements):
        if isinstance(statement, Store) and statement.buffer == buffer:
            yield statement


def without_store(loop: Repeat, buffer: str) -> Repeat:
    return replace(loop, body=tuple(one for one in loop.body if not stores(one, buffer)))


def read_by_value(writer: Repeat, reader: Repeat, between: Statements, buffer: str) -> Repeat | None:
    """The reader with the writer's value instead of each read, if both loops have the same bounds, each turn stores
    the value once at an index of its own, and the operands of the value still have their values."""
    here = [position for position, one in enumerate(writer.body) if stores(one, buffer)]
    same_count = writer.bounds == reader.bounds and len(writer.bounds) == 1
    if not same_count or len(here) != 1 or len(list(stores_to(writer.body, buffer))) != 1:
        return None
    stored = writer.body[here[0]]
    assert isinstance(stored, Store)
    at_reader = name(reader.name, "int32")
    position = substitute(stored.index, {writer.name: at_reader})
    inside = assigned(writer.body) | assigned(between) | assigned(reader.body)
    if not once(stored.index, (writer,), {}) or names_in(position) & inside:
        return None
    if any(list(accesses((one,), buffer)) for one in between):
        return None
    touching = list(accesses(reader.body, buffer))
    if any(access.index != position for access in touching):
        return None
    positions = [position for position, one in enumerate(reader.body) if stores(one, buffer)]
    if len(list(stores_to(reader.body, buffer))) != len(positions) or len(positions) > 1:
        return None
    if positions and any(isinstance(one, Index) for one in accesses(reader.body[positions[0] + 1 :], buffer)):
        return None
    taken = assigned(reader.body) | {reader.name}
    value = stored.value
    local = value.name if isinstance(value, Name) else f"{buffer}_value"
    slice_ = alive((*writer.body[: here[0]], assign(local, value)), {local})
    slice_ = tuple(one for one in slice_ if one != assign(local, name(local)))
    if any(not isinstance(one, Assign) for one in slice_) or assigned(slice_) & taken or reads_carried(slice_):
        return None
    if reads_stored(slice_, [*statements_in(writer.body), *statements_in(between), *statements_in(reader.body)]):
        return None
    turned = rewritten(slice_, lambda one: substitute(one, {writer.name: at_reader}))

    def change(expression: Expression) -> Expression:
        if isinstance(expression, Index) and expression.buffer == buffer:
            return name(local)
        return mapped(expression, change)

    return replace(reader, body=(*turned, *rewritten(reader.body, change)))


def reads_carried(slice_: Statements) -> bool:
    """Whether straight-line statements read a local before they assign it themselves."""
    known: set[str] = set()
    own = assigned(slice_)
    for one in slice_:
        assert isinstance(one, Assign)
        if (names_in(one.value) & own) - known:
            return True
        known.add(one.name)
    return False


def reads_stored(slice_: Statements, others: Sequence[Statement]) -> bool:
    """Whether the statements read what others change."""
    buffers = {one.buffer for one in others if isinstance(one, Store)}
    outside = {one.name for one in others if isinstance(one, Assign)} - assigned(slice_)
    read = list(reads_of(slice_))
    return any(isinstance(one, Index) and one.buffer in buffers for one in read) or any(
        isinstance(one, Name) and one.name in outside for one in read
    )


def elements_as_locals(statements: Statements, buffer: str, names: Names) -> Statements:
    """An element that is stored and read, or stored more than once, as a local: read at the start, stored at the end.
    This is done if all accesses to the buffer are in one block and have one index."""
    touching = list(accesses(statements, buffer))
    if len(touching) < 2 or not any(isinstance(one, Store) for one in touching):
        return statements
    at = [position for position, one in enumerate(statements) if list(accesses((one,), buffer))]
    if len(at) == 1 and not isinstance(statements[at[0]], Assign | Store):
        (position,) = at
        one = statements[position]
        if isinstance(one, Repeat) and not any(list(accesses_in(bound, buffer)) for bound in one.bounds):
            inner = elements_as_locals(one.body, buffer, names)
            if inner != one.body:
                return (*statements[:position], replace(one, body=inner), *statements[position + 1 :])
        if isinstance(one, Branch) and not list(accesses_in(one.condition, buffer)):
            for side, other in (("yes", one.no), ("no", one.yes)):
                if not list(accesses(other, buffer)):
                    inner = elements_as_locals(getattr(one, side), buffer, names)
                    if inner != getattr(one, side):
                        changed = replace(one, yes=inner) if side == "yes" else replace(one, no=inner)
                        return (*statements[:position], changed, *statements[position + 1 :])
    index = touching[0].index
    inside = {one.name for one in statements_in(statements[at[0] :]) if isinstance(one, Assign | Repeat)}
    if any(access.index != index for access in touching) or names_in(index) & inside:
        return statements
    local = names.unused(singular(buffer))
    first = statements[at[0]]
    overwritten = stores(first, buffer) and not list(accesses_in(first.value, buffer))  # type: ignore[union-attr]
    load = () if overwritten else (assign(local, Index("float32", NOWHERE, buffer, index)),)

    def change(expression: Expression) -> Expression:
        if isinstance(expression, Index) and expression.buffer == buffer:
            return replace(name(local, expression.type), node=expression.node)
        return mapped(expression, change)

    body = stores_as_assignments(rewritten(statements, change), buffer, local)
    last = [one for one in touching if isinstance(one, Store)][-1]
    end = (Store(last.node, buffer, index, name(local, last.value.type)),)
    if load:
        load = (replace(load[0], value=replace(load[0].value, type=last.value.type)),)
    return (*body[: at[0]], *load, *body[at[0] : at[-1] + 1], *end, *body[at[-1] + 1 :])


def accesses_in(expression: Expression, buffer: str) -> Iterator[Expression]:
    if isinstance(expression, Index) and expression.buffer == buffer:
        yield expression
    for child in (expression,):
        for part in reads_of((assign("", child),)):
            if part is not expression and isinstance(part, Index) and part.buffer == buffer:
                yield part


def stores_as_assignments(statements: Statements, buffer: str, local: str) -> Statements:
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Store(node, stored, _, value) if stored == buffer:
                new.append(Assign(node, local, value))
            case Branch(node, condition, yes, no):
                sides = (stores_as_assignments(side, buffer, local) for side in (yes, no))
                new.append(Branch(node, condition, *sides))
            case Repeat(body=body):
                new.append(replace(statement, body=stores_as_assignments(body, buffer, local)))
            case _:
                new.append(statement)
    return tuple(new)


def singular(buffer: str) -> str:
    """`value` for values, `probability` for probabilities, `mask_value` for mask."""
    if buffer.endswith("ies"):
        return f"{buffer[:-3]}y"
    return buffer[:-1] if buffer.endswith("s") and not buffer.endswith("ss") else f"{buffer}_value"
