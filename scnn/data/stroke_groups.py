"""Groups the strokes of a drawing into digits, in reading order.

Two groups of strokes are separate digits if there is a gap between them and both are tall enough: the bar of a 5 and
the cross of a 7 belong to the strokes next to them. In doubt, a drawing is one digit.
"""

from collections.abc import Callable, Sequence

from scnn.data.drawing import Point, Stroke

__all__ = ["split_strokes"]

GAP = 0.18  # share of the tallest group's height: smaller gaps do not separate digits
FLAT = 0.3  # share of the widest stroke's width: a lower group is a bar
TALL = 0.5  # share of the tallest group's height: a lower group is part of the digit next to it


def split_strokes(strokes: Sequence[Stroke]) -> list[list[Stroke]]:
    """The strokes of each digit: rows from top to bottom, each from left to right. One group unless there are clearly
    several."""
    drawn = [stroke for stroke in strokes if stroke]
    rows = parted(drawn, lambda point: point[1])
    return [group for row in rows for group in parted(row, lambda point: point[0])] or [[]]


def parted(strokes: Sequence[Stroke], along: Callable[[Point], float]) -> list[list[Stroke]]:
    """The groups of strokes that gaps along one direction separate."""
    tallest = max((height(group) for group in chained(strokes, along, 0.0)), default=0.0)
    groups = chained(strokes, along, GAP * tallest)
    while len(groups) > 1:
        lowest = min(range(len(groups)), key=lambda at: (not is_flat(groups[at]), height(groups[at])))
        if height(groups[lowest]) >= TALL * tallest and not is_flat(groups[lowest]):
            break
        gaps = [at for at in (lowest - 1, lowest) if 0 <= at < len(groups) - 1]  # to the group before and after it
        at = min(gaps, key=lambda at: gap(groups[at], groups[at + 1], along))
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    return groups


def chained(strokes: Sequence[Stroke], along: Callable[[Point], float], least: float) -> list[list[Stroke]]:
    """The strokes, in groups with gaps of more than `least` between them."""
    groups: list[list[Stroke]] = []
    end = 0.0
    for stroke in sorted(strokes, key=lambda stroke: span([stroke], along)):
        first, last = span([stroke], along)
        if groups and first - end <= least:
            groups[-1].append(stroke)
            end = max(end, last)
        else:
            groups.append([stroke])
            end = last
    return groups


def is_flat(strokes: Sequence[Stroke]) -> bool:
    """Whether the strokes are only horizontal bars, as in an equals sign: no digit looks like that."""
    widest = max(last - first for first, last in (span([stroke], lambda point: point[0]) for stroke in strokes))
    return height(strokes) < FLAT * widest


def gap(before: Sequence[Stroke], after: Sequence[Stroke], along: Callable[[Point], float]) -> float:
    return span(after, along)[0] - span(before, along)[1]


def span(strokes: Sequence[Stroke], along: Callable[[Point], float]) -> tuple[float, float]:
    positions = [along(point) for stroke in strokes for point in stroke]
    return min(positions), max(positions)


def height(strokes: Sequence[Stroke]) -> float:
    first, last = span(strokes, lambda point: point[1])
    return last - first
