"""What a kernel must satisfy for its gradient to be derived: which stores count, which values are still there."""

from scnn.compiler.derive.expressions import expressions_of, reads_of, statements_in, walk
from scnn.compiler.derive.liveness import alive, assignments_in
from scnn.compiler.derive.positions import apart, once, polynomial
from scnn.compiler.derive.restructure import definitions_of, stores_of
from scnn.compiler.derive.reverse import PARTIAL
from scnn.compiler.derive.tidy import tidied
from scnn.compiler.derive.versions import base
from scnn.compiler.tree import Assign, Function, Index, Name, Statement, Store

__all__ = ["require_places", "require_values"]

Statements = tuple[Statement, ...]


def require_places(
    function: Function, body: Statements, varying: set[str], in_place: set[str], wanted: set[str]
) -> None:
    """Every element of an output is stored at most once, and what is read of it is read before, at the same turn."""
    definitions = definitions_of(body)
    for buffer in sorted(varying):
        found = stores_of(body, buffer)
        forms = [polynomial(one.store.index, definitions) for one in found]
        for one, form in zip(found, forms, strict=True):
            several = [
                other for other, also in zip(found, forms, strict=True) if other is not one and not apart(form, also)
            ]
            if several or not once(one.store.index, one.loops, definitions):
                raise function.source.error(
                    (several[0] if several else one).store.node,
                    f"this may store to an element of {buffer} twice, and it is not known which value remains",
                    "one store to each element: a local for what is stored in between",
                )
        if buffer in in_place and found and buffer in wanted:
            reads = [one for one in statements_in(body) if reads_element(one, buffer)]
            if len(reads) != 1 or len(found) != 1 or not plain_load(reads[0], found[0].store):
                raise function.source.error(
                    reads[0].node,
                    f"{buffer} is read and overwritten at different indices, so the values read are lost",
                    "one element of it read and stored in a turn, or another buffer for the result",
                )


def reads_element(statement: Statement, buffer: str) -> bool:
    return any(
        isinstance(part, Index) and part.buffer == buffer for each in expressions_of(statement) for part in walk(each)
    )


def plain_load(statement: Statement, stored: Store) -> bool:
    match statement:
        case Assign(value=Index(index=index)):
            return index == stored.index
    return False


def require_values(backward: Statements, forward: tuple[Statements, set[str]], function: Function) -> None:
    """No value is needed that is not at hand any more."""
    for part in reads_of(alive(tidied(backward))):
        if isinstance(part, Name) and part.name.endswith(PARTIAL):
            local = base(part.name.removesuffix(PARTIAL))
            if local.endswith("[]"):
                reason = f"the gradient needs a value of {local[:-2]} that this kernel overwrites"
                allowed = "another buffer for the result"
                stored = (one for one in statements_in(function.body) if isinstance(one, Store))
                node = next(one.node for one in stored if one.buffer == local[:-2])
            else:
                reason = f"the gradient needs {local} as it was in the middle of this loop"
                allowed = "sums and maxima alone carried from turn to turn, or a buffer that keeps each turn's value"
                node = [one.node for one in assignments_in(forward[0]) if base(one.name) == local][-1]
            raise function.source.error(node, reason, allowed)
