"""Loops: their turns one after the other, written out, or together, as each loop asks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from scnn.compiler.analysis.affine import LANE, LANES, Affine
from scnn.compiler.analysis.independence import require_independent
from scnn.compiler.analysis.varying import varying_names
from scnn.compiler.errors import KernelError
from scnn.compiler.tree import Expression, Repeat
from scnn.compiler.wasm.expand.expressions import evaluate
from scnn.compiler.wasm.expand.reductions import Partial, begin_reductions, end_reductions
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import LoopTurn, Value
from scnn.compiler.wasm.ir import Loop

__all__ = ["repeat"]

WRITTEN_OUT = 16  # the most turns that are: beyond it the code grows, and nothing is won


def repeat(state: State, loop: Repeat, group: list[LoopTurn]) -> None:
    bounds = [constant(state, bound, group) for bound in loop.bounds]
    if len(bounds) == 3 and not bounds[2]:
        raise state.error(loop.bounds[2].node, "a loop by steps of 0 has no end", "a step that is not 0")
    numbers = range(*bounds)
    by = constant(state, loop.by, group) if loop.by else LANES
    kind = loop.kind if getattr(state.options, loop.kind, True) else "range"
    if loop.kind in ("lanes", "blocked"):
        try:
            require_turns_together(state, loop, len(numbers), by, group)
        except KernelError as error:  # raised in the end, with what else there is
            state.errors += error.errors
            kind = "range"
    with state.in_loop(loop, len(numbers), by, form_of(kind, len(numbers))):
        run_loop(state, loop, kind, numbers, by, group)


def form_of(kind: str, turns: int) -> str:
    """What becomes of a loop."""
    if kind == "lanes" and turns < LANES:
        return "single turns"
    if kind in ("lanes", "blocked"):
        return kind
    if turns < 2:
        return "once" if turns else "never"
    return "written out" if kind == "unrolled" and turns <= WRITTEN_OUT else "plain"


def run_loop(state: State, loop: Repeat, kind: str, numbers: range, by: int, group: list[LoopTurn]) -> None:
    state.lanes += loop.kind == "lanes"
    if kind in ("lanes", "blocked"):
        with varying_in(state, loop):
            (lanes if kind == "lanes" else blocked)(state, loop, len(numbers), by, group)
    elif kind == "unrolled" and len(numbers) <= WRITTEN_OUT:
        for number in numbers:
            run_turns(state, loop, [0], group, vector=False, at=Affine(number))
    else:
        over(state, loop, numbers, lambda at: run_turns(state, loop, [0], group, vector=False, at=at))
    state.lanes -= loop.kind == "lanes"


def constant(state: State, bound: Expression, group: list[LoopTurn]) -> int:
    """A bound, which is known, and the same for all turns that run together."""
    values = [evaluate(state, bound, turn).affine for turn in group]
    found = [value.constant for value in values if value is not None and value.is_constant]
    if len(found) < len(group):
        raise state.error(bound.node, "a loop's bound is not constant", "sizes, and arithmetic on them")
    if len(set(found)) > 1:
        raise state.error(
            bound.node, "a loop's bound differs between turns that run together", "a bound that is the same for all"
        )
    return found[0]


def require_turns_together(state: State, loop: Repeat, turns: int, by: int, group: list[LoopTurn]) -> None:
    """Raises KernelError unless the turns of the loop may run together."""
    if loop.kind == "lanes" and state.lanes:
        raise state.error(loop.node, "lanes is used inside lanes", "range(…) for one of the two loops")
    if loop.kind == "lanes" and (by < LANES or by % LANES):
        assert loop.by
        raise state.error(loop.by.node, f"{by} turns do not fill whole vectors", "a multiple of 4")
    if by < 1:
        assert loop.by
        raise state.error(loop.by.node, f"{by} turns cannot run together", "a `by` of at least 1")
    frame, seen = state.frame, set()
    for turn in group:
        names = {name: value.affine if isinstance(value, Value) else None for name, value in turn.names.items()}
        key = frozenset((name, value.key if value else None) for name, value in names.items())
        if key not in seen:
            seen.add(key)
            work = require_independent(loop, turns, frame.function, names, frame.buffers, state.ranges)
            state.count(loop.node, work)


@contextmanager
def varying_in(state: State, loop: Repeat) -> Iterator[None]:
    frame = state.frame
    outer, frame.varying = frame.varying, varying_names(loop.body, {loop.name} | frame.varying)
    yield
    frame.varying = outer


def over(state: State, loop: Repeat, numbers: range, body: Callable[[Affine], None]) -> None:
    """The body once for all the numbers, in a loop; or as it is, where there is one alone."""
    if len(numbers) == 1:
        body(Affine(numbers[0]))
    elif len(numbers) > 1:
        local = state.fresh(loop.name)
        atom = state.nodes.local(local, "i32")
        state.ranges[atom] = (min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1]))
        with state.into() as block:
            body(Affine(0, {atom: 1}))
        state.block.append(Loop(local, numbers[0], numbers[-1] + numbers.step, numbers.step, block))


def run_turns(
    state: State,
    loop: Repeat,
    shifts: Sequence[int],
    group: list[LoopTurn],
    vector: bool,
    at: Affine,
    partials: Sequence[Partial] = (),
) -> None:
    """One pass through the body, `shifts` telling the turns that run together, counted from `at`."""
    state.count(loop.node, len(group) * len(shifts))
    lane = Affine(0, {LANE: 1} if vector else {})
    tagged = len(shifts) > 1 or vector
    inner = []
    for number, turn in enumerate(group):
        for position, shift in enumerate(shifts):
            turned = turn.turned(loop.name, at + Affine(shift) + lane, f".{shift}" if tagged else "", vector)
            for partial_ in partials:
                turned.names[partial_.reduction.name] = partial_.cells[number][position]
            inner.append(turned)
    state.run_statements(state, loop.body, inner)


def blocked(state: State, loop: Repeat, count: int, by: int, group: list[LoopTurn]) -> None:
    whole = count // by * by
    body = partial(run_turns, state, loop, range(by), group, False)
    over(state, loop, range(0, whole, by), body)
    if whole < count:
        run_turns(state, loop, range(count - whole), group, vector=False, at=Affine(whole))


def lanes(state: State, loop: Repeat, count: int, by: int, group: list[LoopTurn]) -> None:
    """Groups of `by` turns as vectors, then what is left of whole vectors, then single turns."""
    whole, vectors = count // by * by, count // LANES * LANES
    reductions, width = state.reductions[id(loop)], min(by, vectors) // LANES
    state.count(loop.node, len(reductions) * len(group) * width)
    partials = begin_reductions(state, reductions, group, width)

    def body(width: int, at: Affine) -> None:
        run_turns(state, loop, range(0, width, LANES), group, True, at, partials)

    over(state, loop, range(0, whole, by), partial(body, by))
    if whole < vectors:
        body(vectors - whole, Affine(whole))
    end_reductions(state, partials, group)
    if vectors < count:
        run_turns(state, loop, range(count - vectors), group, vector=False, at=Affine(vectors))
