"""Reductions in vectors: partial results for each loop turn of a group, combined after the last of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from scnn.compiler.analysis.affine import LANES
from scnn.compiler.analysis.reductions import Reduction
from scnn.compiler.tree import Binary, Compare, Expression, Name, Select
from scnn.compiler.wasm.expand.arithmetic import compare, extremum, select
from scnn.compiler.wasm.expand.forms import scalar, vector
from scnn.compiler.wasm.expand.names import assign, read
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import Cell, LoopTurn, Value
from scnn.compiler.wasm.ir import Set

__all__ = ["Partial", "begin_reductions", "end_reductions"]


@dataclass(frozen=True)
class Partial:
    """The partial results of one reduction: a cell for each turn of the group outside and loop turn inside."""

    reduction: Reduction
    cells: list[list[Cell]]


def begin_reductions(
    state: State, reductions: Sequence[Reduction], group: list[LoopTurn], vectors: int
) -> list[Partial]:
    """Sums begin at 0, others with what the name holds."""
    if not vectors:
        return []
    partials = []
    for reduction in reductions:
        per_turn = []
        for turn in group:
            cells = [
                Cell(state.fresh(reduction.name + turn.tag), reduction.type, vector=True) for _ in range(vectors)
            ]
            start = state.nodes.v128(0.0 if reduction.type == "float32" else 0)
            if reduction.combine is not None:
                start = vector(state, read(state, reduction.name, turn))
            state.block += [Set(cell.local, start) for cell in cells]
            per_turn.append(cells)
        partials.append(Partial(reduction, per_turn))
    return partials


def end_reductions(state: State, partials: Sequence[Partial], group: list[LoopTurn]) -> None:
    """Combines the loop turns in their order, then the lanes as (0, 1) and (2, 3), then that with what was there."""
    for partial in partials:
        reduction = partial.reduction
        for turn, cells in zip(group, partial.cells, strict=True):
            vectors = [Value(reduction.type, node=state.cell(cell)) for cell in cells]
            total = vectors[0]
            for other in vectors[1:]:
                total = combined(state, reduction, total, other)
            assert total.node
            shape = "f32" if reduction.type == "float32" else "i32"
            lane = [
                Value(
                    reduction.type,
                    node=state.nodes.make(f"{shape}x4.extract_lane", total.node, data=number),
                )
                for number in range(LANES)
            ]
            low, high = (combined(state, reduction, lane[k], lane[k + 1]) for k in (0, 2))
            both = combined(state, reduction, low, high)
            assign(state, turn, reduction.name, combined(state, reduction, read(state, reduction.name, turn), both))


def combined(state: State, reduction: Reduction, one: Value, other: Value) -> Value:
    """The combination of two results: `one` is the name's value, and `other` the new value."""
    if reduction.combine is None:
        shape = "f32" if reduction.type == "float32" else "i32"
        if one.is_vector:
            node = state.nodes.make(f"{shape}x4.add", vector(state, one), vector(state, other))
            return Value(reduction.type, node=node)
        node = state.nodes.make(f"{shape}.add", scalar(state, one), scalar(state, other))
        return Value("float32", node=node) if shape == "f32" else state.opaque(reduction.name, node)

    def part(expression: Expression) -> Value:
        return left if isinstance(expression, Name) and expression.name == reduction.name else right

    left, right = simple(state, one), simple(state, other)
    match reduction.combine:
        case Binary(_, _, operator, first, second):
            return extremum(state, operator, part(first), part(second))
        case Select(_, _, Compare(_, _, operator, first, second), yes, no):
            condition = compare(state, operator, part(first), part(second))
            return select(state, condition, part(yes), part(no))
    raise AssertionError(f"no such reduction: {reduction.combine}")


def simple(state: State, value: Value) -> Value:
    """The value in a local, so that several expressions can use it."""
    if value.affine is not None or value.node is None:
        return value
    if value.type == "int32" and not value.is_vector:
        return state.opaque("lane", value.node)
    return Value(value.type, node=state.in_local(value.node, "lane"))
