"""What generated programs call: loops, the turns that run together, the order of reductions, and the count of steps.

A frame is a list with the numbers of one lane of one loop turn; a group is a list of frames (see "Turns that run
together" in LANGUAGE.md). Its slot 0 marks the loop turn: the lanes of one have the same mark. A number that a loop
over lanes carries is in a list of its own in its slot (a cell), so that several frames can use it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from scnn.compiler.errors import KernelError, Label, division_error, outside_error, steps_error
from scnn.compiler.reference.carried import Carried, Frame
from scnn.compiler.tree import Function
from scnn.errors import ScnnError

__all__ = [
    "LANES",
    "Memory",
    "Run",
    "Site",
    "Watcher",
    "blocks",
    "by_turn",
    "earlier",
    "lanes",
    "rest_of_turn",
    "same",
    "turns",
]

LANES = 4
MAX_FRAMES = 4096  # frames in a group


@dataclass(frozen=True, eq=False)
class Memory:
    """A buffer: its name in the plan, and its elements."""

    name: str
    view: Any  # of float32, int32 or bytes; rounds what is stored, as array and memoryview do


@dataclass(frozen=True, eq=False)
class Site:
    """A site in a kernel: `node` is an expression or a statement of its typed tree; `order` numbers them."""

    function: Function
    node: Any
    order: int

    @property
    def label(self) -> Label:
        return self.function.source.stop_label(self.node.node)

    def error(self, reason: str, allowed: str) -> KernelError:
        return self.function.source.error(self.node.node, reason, allowed)

    def outside(self, memory: Memory) -> NoReturn:
        raise self.stop(outside_error(self.label, memory.name, len(memory.view)))

    def divided(self) -> NoReturn:
        raise self.stop(division_error(self.label))

    def stop(self, error: ScnnError) -> ScnnError:
        error.site = self.order  # type: ignore[attr-defined]
        return error


class Watcher(Protocol):
    """What looks on as a program runs, and may choose the turns of a loop; see scnn.compiler.trace."""

    def chosen(self, site: Site, numbers: range) -> Iterable[int] | None: ...
    def turn(self, site: Site, number: int) -> None: ...
    def combined(self, site: Site, name: str, before: float, partial: list[float], total: float) -> None: ...


class Run:
    """One call of a kernel, and the steps it has left. A step is a statement of a function or of a loop's body;
    those of a loop are counted before it begins, so that one with too many is refused at once."""

    __slots__ = ("left", "steps", "watcher")

    def __init__(self, steps: int, watcher: Watcher | None = None) -> None:
        self.steps = self.left = steps
        self.watcher = watcher

    def charge(self, site: Site, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise steps_error(site.label, self.steps)


def turns(run: Run, site: Site, weight: int, *bounds: int) -> Iterable[int]:
    """The turns of range(…) and unrolled(…); `weight` is how many steps a turn has."""
    if len(bounds) == 3 and not bounds[2]:
        raise site.error("a loop by steps of 0 has no end", "a step that is not 0")
    numbers = range(*bounds)
    if run.watcher:
        return watched(run, run.watcher, site, numbers, weight)
    run.charge(site, len(numbers) * weight)
    return numbers


def watched(run: Run, watcher: Watcher, site: Site, numbers: range, weight: int) -> Iterator[int]:
    chosen = watcher.chosen(site, numbers)
    for number in numbers if chosen is None else chosen:
        run.charge(site, weight)
        watcher.turn(site, number)
        yield number


def blocks(
    run: Run, site: Site, weight: int, group: list[Frame], slot: int, count: int, by: int
) -> Iterator[list[Frame]]:
    """The groups of blocked(count, by): of `by` turns each, and then what is left."""
    if by < 1:
        raise site.error(f"{by} turns cannot run together", "a `by` of at least 1")
    count = begin(run, site, weight, group, count, by)
    for start in chosen_or(run, site, count, by):
        numbers = range(start, min(start + by, count)) if isinstance(start, int) else start
        yield group_of(run, site, group, slot, numbers, 1)


def lanes(
    run: Run,
    site: Site,
    weight: int,
    group: list[Frame],
    slot: int,
    carried: Sequence[Carried],
    count: int,
    by: int = LANES,
) -> Iterator[list[Frame]]:
    """The groups of lanes(count, by): of `by` turns each, then the vectors of four that are left, then single turns.

    Each reduction has `by` partial results; up to the last whole vector, turn t goes into partial result t % by. They
    are combined as end_of_vectors does; the turns left then use the name itself.
    """
    if by < LANES or by % LANES:
        raise site.error(f"{by} turns do not fill whole vectors", "a multiple of 4")
    if len(by_turn(group)) != len(group):
        raise site.error("lanes is used inside lanes", "range(…) for one of the two loops")
    count = begin(run, site, weight, group, count, by)
    chosen = run.watcher.chosen(site, range(count)) if run.watcher else None
    if chosen is not None:  # a loop that carries nothing: one turn after the other
        for number in chosen:
            yield group_of(run, site, group, slot, range(number, number + 1), 1)
        return
    vectors = count // LANES * LANES
    whole = count // by * by
    partial = {
        one.slot: [[[one.start(frame)] for _ in range(min(by, vectors))] for frame in group] for one in carried
    }
    for start in range(0, whole, by):
        yield group_of(run, site, group, slot, range(start, start + by), LANES, partial)
    if whole < vectors:
        yield group_of(run, site, group, slot, range(whole, vectors), LANES, partial)
    if vectors:
        for one in carried:
            end_of_vectors(run, site, group, one, partial[one.slot])
    if vectors < count:
        yield group_of(run, site, group, slot, range(vectors, count), 1)


def begin(run: Run, site: Site, weight: int, group: list[Frame], count: int, by: int) -> int:
    """Counts the loop's steps; the number of its turns."""
    count = max(count, 0)
    if min(by, count) * len(group) > MAX_FRAMES:
        raise site.error(f"{min(by, count) * len(group)} turns would run together", f"at most {MAX_FRAMES}")
    run.charge(site, count * weight * len(group))
    return count


def chosen_or(run: Run, site: Site, count: int, by: int) -> Iterable[int | range]:
    """The first turns of a loop's groups, or those turns that a watcher has chosen, each alone."""
    chosen = run.watcher.chosen(site, range(count)) if run.watcher else None
    return range(0, count, by) if chosen is None else [range(number, number + 1) for number in chosen]


def group_of(
    run: Run,
    site: Site,
    group: list[Frame],
    slot: int,
    numbers: range,
    width: int,
    partial: dict[int, list[list[Frame]]] | None = None,
) -> list[Frame]:
    """Frames for these turns of each loop turn of a group, in loop turns of `width` lanes."""
    inner = []
    for at, old in enumerate(by_turn(group)):
        for shift in range(0, len(numbers), width):
            turn = object()
            for lane in range(shift, shift + width):
                for frame in old:
                    copy = frame[:]
                    copy[0], copy[slot] = turn, numbers[lane]
                    for position, cells in (partial or {}).items():
                        copy[position] = cells[at][lane]
                    inner.append(copy)
    if run.watcher:
        run.watcher.turn(site, numbers[0])
    return inner


def end_of_vectors(run: Run, site: Site, group: list[Frame], carried: Carried, partial: list[list[Frame]]) -> None:
    """Combines the partial results, vector by vector in their order, then the lanes as (0, 1) and (2, 3) and those
    two, then what the name held before with the total."""
    combine = carried.combine
    for frame, cells in zip(group, partial, strict=True):
        lane = [cell[0] for cell in cells[:LANES]]
        for start in range(LANES, len(cells), LANES):
            lane = [combine(one, cell[0]) for one, cell in zip(lane, cells[start : start + LANES], strict=True)]
        total = combine(combine(lane[0], lane[1]), combine(lane[2], lane[3]))
        before = frame[carried.slot][0]
        frame[carried.slot][0] = combine(before, total)
        if run.watcher:
            values = [cell[0] for cell in cells]
            run.watcher.combined(site, carried.reduction.name, before, values, frame[carried.slot][0])


def by_turn(group: list[Frame]) -> list[list[Frame]]:
    """The loop turns of a group: the frames with the same mark in slot 0."""
    found: list[list[Frame]] = []
    for frame in group:
        if found and found[-1][0][0] is frame[0]:
            found[-1].append(frame)
        else:
            found.append([frame])
    return found


def rest_of_turn(group: list[Frame], frame: Frame) -> list[Frame]:
    """A frame, and the lanes of its loop turn behind it."""
    at = next(index for index, other in enumerate(group) if other is frame)
    return [other for other in group[at:] if other[0] is frame[0]]


Stop = tuple[int, int, ScnnError]


def earlier(one: Stop | None, operation: int, error: ScnnError) -> Stop:
    """The stop by the earlier operation, of the one before and this one."""
    other = (operation, int(error.site), error)  # type: ignore[attr-defined]
    return other if one is None or other[:2] < one[:2] else one


def same(site: Site, bounds: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The bounds that a loop has in all frames of a group."""
    if any(one != bounds[0] for one in bounds):
        raise site.error(
            "the turns of this loop differ between turns that run together", "sizes, and arithmetic on them"
        )
    return bounds[0]
