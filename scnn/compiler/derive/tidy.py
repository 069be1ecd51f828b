"""Making derived statements read as if a person had written them. No pass changes what is computed but for the order
of sums; each is small, and they are repeated until nothing changes any more."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from scnn.compiler.derive.expressions import (
    NOWHERE,
    add,
    assigned,
    divide,
    expressions_of,
    is_zero,
    mapped,
    multiply,
    names_in,
    negate,
    reads_of,
    rewritten,
    select,
    statements_in,
    substitute,
    subtract,
    walk,
)
from scnn.compiler.derive.liveness import alive, assignments_in
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Expression,
    Index,
    Name,
    Negate,
    Number,
    Repeat,
    Select,
    Statement,
    Store,
)

__all__ = ["changes_nothing", "each_block", "simplified", "tidied"]

Statements = tuple[Statement, ...]

MAX_INLINED = 24  # parts of an expression: a longer one keeps its name


def tidied(statements: Statements) -> Statements:
    """The statements without what nobody needs, each value computed where it is used."""
    while True:
        before = statements
        statements = alive(without_nothing(rewritten(statements, simplified)))
        statements = constants_in_place(statements)
        statements = each_block(statements, first_contributions)
        statements = each_block(statements, sums_merged)
        statements = in_place(alive(statements))
        statements = each_block(statements, stores_first)
        if statements == before:
            return statements


def each_block(statements: Statements, change: Callable[[Statements], Statements]) -> Statements:
    """The change applied to every block, the innermost ones first."""
    new: list[Statement] = []
    for statement in statements:
        match statement:
            case Branch(node, condition, yes, no):
                new.append(Branch(node, condition, each_block(yes, change), each_block(no, change)))
            case Repeat(body=body):
                new.append(replace(statement, body=each_block(body, change)))
            case _:
                new.append(statement)
    return change(tuple(new))


def simplified(expression: Expression) -> Expression:
    """Arithmetic with zeros and ones done, for float32 alone: what kernels say of whole numbers stays as it is."""
    expression = mapped(expression, simplified)
    match expression:
        case Binary(type="float32", operator="+" | "-" | "*" | "/" as operator, left=left, right=right):
            make = {"+": add, "-": subtract, "*": multiply, "/": divide}[operator]
            return make(left, right)
        case Negate(type="float32", operand=operand):
            return negate(operand)
        case Select(condition=condition, yes=yes, no=no):
            return select(condition, yes, no)
    return expression


def without_nothing(statements: Statements) -> Statements:
    """Without stores and assignments of what was there already, as `x[i] += 0.0` does."""

    def change(block: Statements) -> Statements:
        return tuple(one for one in block if not changes_nothing(one))

    return each_block(statements, change)


def changes_nothing(statement: Statement) -> bool:
    match statement:
        case Store(buffer=buffer, index=index, value=Index(buffer=read, index=at)):
            return buffer == read and index == at
        case Assign(name=local, value=Name(name=read)):
            return local == read
    return False


def counts_of(statements: Statements) -> tuple[Counter[str], Counter[str]]:
    """How often each local is assigned, and read."""
    written = Counter(one.name for one in assignments_in(statements))
    written.update(one.name for one in statements_in(statements) if isinstance(one, Repeat))
    read = Counter(one.name for one in reads_of(statements) if isinstance(one, Name))
    return written, read


def constants_in_place(statements: Statements) -> Statements:
    """Gradients that are constant, and locals that are copies of others, replaced by what they are."""
    written, _ = counts_of(statements)
    known: dict[str, Expression] = {}
    for one in assignments_in(statements):
        value = one.value
        if written[one.name] != 1:
            continue
        if (isinstance(value, Number) and one.name.startswith("d_")) or (
            isinstance(value, Name)
            and written[value.name] <= 1
            and value.name not in known
            and value.name != one.name
        ):
            known[one.name] = value
    known = {local: value for local, value in known.items() if not (names_in(value) & known.keys())}
    return rewritten(statements, lambda one: substitute(one, known)) if known else statements


def first_contributions(block: Statements) -> Statements:
    """`d_v = a` for `d_v = 0.0` and a later `d_v += a`; and sums begin right before the loop that adds to them."""
    statements = list(block)
    for position in reversed(range(len(statements))):
        one = statements[position]
        if not (isinstance(one, Assign) and one.name.startswith("d_") and is_zero(one.value)):
            continue
        for later in range(position + 1, len(statements)):
            other = statements[later]
            if not touches(other, one.name):
                continue
            match other:
                case Assign(name=local, value=Binary(left=Name(name=first), operator=operator, right=right)) if (
                    local == first == one.name and operator in "+-" and local not in names_in(right)
                ):
                    first_value = right if operator == "+" else negate(right)
                    statements[later] = replace(other, value=first_value)
                    del statements[position]
                case _ if not all(is_start(between) for between in statements[position + 1 : later]):
                    statements.insert(later, one)
                    del statements[position]
            break
    return tuple(statements)


def is_start(statement: Statement) -> bool:
    return isinstance(statement, Assign) and is_zero(statement.value)


def touches(statement: Statement, local: str) -> bool:
    """Whether the statement reads or assigns it, however deep."""
    return local in assigned((statement,)) or any(
        isinstance(one, Name) and one.name == local for one in reads_of((statement,))
    )


def sums_merged(block: Statements) -> Statements:
    """`x[i] += a + b` for `x[i] += a` and `x[i] += b`."""
    new: list[Statement] = []
    for statement in block:
        before = new[-1] if new else None
        match before, statement:
            case (
                Store(buffer=buffer, index=index, value=Binary(operator="+" | "-") as one),
                Store(buffer=again, index=at, value=Binary(operator="+" | "-", left=itself, right=more) as other),
            ) if buffer == again and index == at and itself == one.left == Index("float32", NOWHERE, buffer, index):
                if not reads_buffer(more, buffer):
                    first = one.right if one.operator == "+" else negate(one.right)
                    total = add(first, more) if other.operator == "+" else subtract(first, more)
                    new[-1] = replace(before, value=add(itself, total))
                    continue
        new.append(statement)
    return tuple(new)


def reads_buffer(expression: Expression, buffer: str) -> bool:
    return any(isinstance(one, Index) and one.buffer == buffer for one in walk(expression))


# ------------------------------------------------------------------------------------- computed where it is used


def in_place(statements: Statements) -> Statements:
    """Gradients and plain elements that are read once, moved to where they are."""
    written, read = counts_of(statements)

    def change(block: Statements) -> Statements:
        new = list(block)
        position = 0
        while position < len(new):
            one = new[position]
            if isinstance(one, Assign) and written[one.name] == 1 and read[one.name] == 1 and movable(one):
                at = reader_of(new, position)
                if at is not None:
                    moved = {one.name: one.value}
                    (new[at],) = with_own_expressions(new[at], partial(substitute, by=moved))
                    del new[position]
                    continue
            position += 1
        return tuple(new)

    return each_block(statements, change)


def movable(one: Assign) -> bool:
    made = one.name.startswith(("d_", "result"))
    small = isinstance(one.value, Name | Number | Index) and one.value.type == "float32"
    return small or (made and sum(1 for _ in walk(one.value)) <= MAX_INLINED)


def reader_of(block: Sequence[Statement], position: int) -> int | None:
    """The statement that reads the local assigned at `position`, if it does so itself and its value may move."""
    one = block[position]
    assert isinstance(one, Assign)
    names = names_in(one.value)
    buffers = {part.buffer for part in walk(one.value) if isinstance(part, Index)}
    for later in range(position + 1, len(block)):
        statement = block[later]
        if any(one.name in names_in(each) for each in expressions_of(statement)):
            too_long = sum(1 for each in expressions_of(statement) for _ in walk(each)) > MAX_INLINED
            return None if isinstance(statement, Repeat) or too_long else later
        inside = list(statements_in((statement,)))
        if any(isinstance(each, Store) and each.buffer in buffers for each in inside):
            return None
        if names & assigned((statement,)) or touches(statement, one.name):
            return None
    return None


def with_own_expressions(statement: Statement, change: Callable[[Expression], Expression]) -> Statements:
    """The statement with its own expressions changed, not those of its body."""
    match statement:
        case Branch(node, condition, yes, no):
            return (Branch(node, change(condition), yes, no),)
        case Repeat():
            return (statement,)
    return rewritten((statement,), change)


def stores_first(block: Statements) -> Statements:
    """A single store that needs nothing of the loop before it stands before that loop."""
    new: list[Statement] = []
    for statement in block:
        at = len(new)
        if isinstance(statement, Store):
            while at and isinstance(new[at - 1], Repeat) and independent(new[at - 1], statement):
                at -= 1
        new.insert(at, statement)
    return tuple(new)


def independent(loop: Statement, one: Store) -> bool:
    inside = list(statements_in((loop,)))
    stored = {each.buffer for each in inside if isinstance(each, Store)}
    touched = stored | {each.buffer for each in reads_of((loop,)) if isinstance(each, Index)}
    parts = [part for each in expressions_of(one) for part in walk(each)]
    read = {part.buffer for part in parts if isinstance(part, Index)}
    names = {part.name for part in parts if isinstance(part, Name)}
    return one.buffer not in touched and not read & stored and not names & assigned((loop,))
