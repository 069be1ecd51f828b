"""Reading a kernel backwards: what each statement did to values, its gradient does the other way round.

    statement               its gradients, read from the last statement to the first
    v = e                   d_u += d_v · ∂e/∂u for each u in e
    total += e              the same; d_total stays, since total passes on unchanged
    output[i] = v           d_v += d_output[i]
    v = input[i]            d_input[i] += d_v
    if c: A else: B         the gradients of A if c was true, else those of B
    for i in range(n): A    for each turn, the gradients of A; from the last turn to the first where order counts

Before the gradients of a block stand its own statements again, so that the values that the gradients need are there;
what nobody needs is removed afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scnn.compiler.derive.expressions import (
    add,
    assign,
    expressions_of,
    mapped,
    name,
    names_in,
    number,
    statements_in,
    store,
    subtract,
)
from scnn.compiler.derive.flow import Flow
from scnn.compiler.derive.liveness import assignments_in, carried, live_before
from scnn.compiler.errors import Source
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Expression,
    Index,
    Name,
    Repeat,
    Return,
    Statement,
    Store,
)

__all__ = ["Reverse", "d_"]

Statements = tuple[Statement, ...]
PARTIAL = "?"  # after a name: its value in the middle of the loop that carries it, which is not at hand


def d_(text: str) -> str:
    """The gradient with respect to it."""
    return f"d_{text}"


class Reverse:
    """`varying` are the locals and buffers that depend on what is differentiated by; `kept` tells at which stores a
    local is at hand in a buffer; `in_place` are the buffers whose elements are read before they are overwritten."""

    def __init__(
        self,
        source: Source,
        flow: Flow,
        varying: set[str],
        kept: Mapping[int, str],
        in_place: set[str],
        scopes: Mapping[str, int],
    ) -> None:
        self.source, self.flow, self.varying, self.kept = source, flow, varying, kept
        self.in_place, self.scopes = in_place, scopes
        self.again: set[str] = set()  # locals with more than one assignment

    def kernel(self, body: Statements) -> Statements:
        count: dict[str, int] = {}
        for one in assignments_in(body):
            count[one.name] = count.get(one.name, 0) + 1
        self.again = {local for local, times in count.items() if times > 1}
        return self.block(body, frozenset(), set())

    def block(self, body: Statements, partial: frozenset[str], after: set[str]) -> Statements:
        """The block's statements again, then its gradients. `partial` are the locals whose values are not at hand."""
        new: list[Statement] = list(self.again_forward(body, partial))
        own = [
            one for one in dict.fromkeys(each.name for each in assignments_in(body)) if self.scopes[one] == id(body)
        ]
        new += [assign(d_(one), number(0.0)) for one in own if one in self.varying]
        for position in reversed(range(len(body))):
            rest = live_before(body[position + 1 :], after)
            new += self.gradients(body[position], partial, rest)
        return tuple(new)

    def again_forward(self, body: Statements, partial: frozenset[str]) -> Statements:
        new: list[Statement] = []
        for statement in body:
            match statement:
                case Assign(name=local, value=value):
                    if local not in partial:
                        lost = isinstance(value, Index) and value.buffer in self.in_place
                        new.append(replace(statement, value=lost_value(value) if lost else marked(value, partial)))
                case Store(buffer=buffer, index=index):
                    if id(statement) in self.kept:
                        local = self.kept[id(statement)]
                        type_ = statement.value.type
                        new.append(assign(local, marked(Index(type_, statement.node, buffer, index), partial)))
                case Branch(node, condition, yes, no):
                    sides = (self.again_forward(side, partial) for side in (yes, no))
                    new.append(Branch(node, marked(condition, partial), *sides))
                case Repeat(bounds=bounds, body=inner):
                    bounds = tuple(marked(bound, partial) for bound in bounds)
                    new.append(replace(statement, bounds=bounds, body=self.again_forward(inner, partial)))
        return tuple(new)

    # --------------------------------------------------------------------------------- one statement

    def gradients(self, statement: Statement, partial: frozenset[str], after: set[str]) -> list[Statement]:
        match statement:
            case Assign():
                return self.of_assignment(statement, partial)
            case Store(buffer=buffer, index=index, value=Name(name=local)) if local in self.varying:
                element = Index("float32", statement.node, d_(buffer), marked(index, partial))
                return [assign(d_(local), add(name(d_(local)), element))]
            case Return(value=Name(name=local)) if local in self.varying:
                return [assign(d_(local), add(name(d_(local)), number(1.0)))]
            case Branch(node, condition, yes, no):
                sides = [self.block(side, partial, after) for side in (yes, no)]
                return [Branch(node, marked(condition, partial), *sides)]
            case Repeat():
                return [self.of_loop(statement, partial, after)]
        return []

    def of_assignment(self, statement: Assign, partial: frozenset[str]) -> list[Statement]:
        local, value = statement.name, statement.value
        if local not in self.varying or value.type != "float32":
            return []
        gradient, itself = name(d_(local)), name(local)
        if isinstance(value, Index) and value.buffer in self.in_place:  # what the element was before it was stored
            return [store(d_(value.buffer), marked(value.index, partial), gradient)]
        match value:
            case Binary(operator="+" | "-", left=left, right=right) if left == itself and local not in names_in(
                right
            ):
                signed = gradient if value.operator == "+" else subtract(number(0.0), gradient)
                return self.contribute(self.flow.contributions(right, signed), partial)
        result = itself if local not in self.again else None
        found = self.flow.contributions(value, gradient, result)
        own = found.pop(itself, None)
        new = self.contribute(found, partial)
        if own is not None:
            return [*new, assign(d_(local), marked(own, partial))]
        return [*new, assign(d_(local), number(0.0))] if local in self.again else new

    def contribute(self, found: Mapping[Expression, Expression], partial: frozenset[str]) -> list[Statement]:
        new: list[Statement] = []
        for leaf, gradient in found.items():
            gradient = marked(gradient, partial)
            match leaf:
                case Name(name=local):
                    new.append(assign(d_(local), add(name(d_(local)), gradient)))
                case Index(buffer=buffer, index=index):
                    index = marked(index, partial)
                    element = Index("float32", leaf.node, d_(buffer), index)
                    new.append(store(d_(buffer), index, added(element, gradient)))
        return new

    def of_loop(self, loop: Repeat, partial: frozenset[str], after: set[str]) -> Repeat:
        handed = carried(loop, after)
        inner = partial | handed
        body = self.block(loop.body, inner, live_before(loop.body) | after)
        bounds = tuple(marked(bound, partial) for bound in loop.bounds)
        kind = loop.kind if loop.kind == "unrolled" else "range"
        if any(not self.is_sum(one, loop) for one in handed & self.varying):
            bounds, kind = backwards(loop, bounds, self), "range"
        return replace(loop, kind=kind, by=None, bounds=bounds, body=body)

    def is_sum(self, local: str, loop: Repeat) -> bool:
        """Whether the loop only adds to the local, so that the order of its turns does not count."""
        for statement in statements_in(loop.body):
            for expression in expressions_of(statement):
                if local not in names_in(expression):
                    continue
                match statement, expression:
                    case Assign(name=target), Binary(operator="+" | "-", left=Name(name=first), right=right) if (
                        target == local and first == local and local not in names_in(right)
                    ):
                        continue
                return False
            if isinstance(statement, Assign) and statement.name == local and local not in names_in(statement.value):
                return False
        return True


def added(element: Expression, gradient: Expression) -> Expression:
    """element + gradient, in this order, so that it reads as `element += gradient`."""
    return add(element, gradient)


def marked(expression: Expression, partial: Iterable[str]) -> Expression:
    """The expression with the names whose values are not at hand marked: if they are still there in the end, the
    kernel is refused."""
    if isinstance(expression, Name):
        return replace(expression, name=expression.name + PARTIAL) if expression.name in partial else expression
    return mapped(expression, lambda child: marked(child, partial))


def lost_value(value: Expression) -> Expression:
    """Stands for an element that has been overwritten."""
    return name(f"{getattr(value, 'buffer', '')}[]{PARTIAL}", value.type)


def backwards(loop: Repeat, bounds: tuple[Expression, ...], reverse: Reverse) -> tuple[Expression, ...]:
    """range's arguments for the same turns from the last to the first."""
    if len(bounds) == 1:
        return (subtract(bounds[0], number(1)), number(-1), number(-1))
    if len(bounds) == 2:
        return (subtract(bounds[1], number(1)), subtract(bounds[0], number(1)), number(-1))
    allowed = "range(n) or range(first, end)"
    raise reverse.source.error(loop.node, "this loop would have to run backwards, and it has a step", allowed)
