"""Drawings of several digits are parted where a person sees a gap, and nowhere else."""

from collections.abc import Sequence
from random import Random

import pytest

from scnn.data.drawing import Point, Stroke
from scnn.data.stroke_groups import split_strokes
from tests.strokes import DIGITS, draw_digit


def moved(strokes: list[list[Point]], left: float, top: float, size: float) -> list[list[Point]]:
    """The drawing with this corner and height."""
    points = [point for stroke in strokes for point in stroke]
    x0, y0 = min(x for x, _ in points), min(y for _, y in points)
    scale = size / (max(y for _, y in points) - y0)
    return [[(left + (x - x0) * scale, top + (y - y0) * scale) for x, y in stroke] for stroke in strokes]


def same(group: Sequence[Stroke], strokes: Sequence[Stroke]) -> bool:
    """Whether they hold the same strokes, in whatever order."""
    return sorted(map(tuple, group)) == sorted(map(tuple, strokes))


@pytest.mark.parametrize("name", DIGITS)
def test_a_single_digit_is_never_parted(name: str) -> None:
    """Drawn by 300 hands, of one to three strokes."""
    random = Random(f"single {name}")
    for _ in range(300):
        strokes = draw_digit(name, random)
        (group,) = split_strokes(strokes)
        assert same(group, strokes)


def test_digits_side_by_side_and_in_rows() -> None:
    """Two rows of three, drawn in any order of strokes."""
    random = Random("rows")
    for _ in range(100):
        digits = [
            moved(draw_digit(random.choice(list(DIGITS)), random), 0.02 + 0.33 * column, 0.05 + 0.5 * row, 0.22)
            for row in range(2)
            for column in range(3)
        ]
        strokes = [stroke for digit in digits for stroke in digit]
        random.shuffle(strokes)
        groups = split_strokes(strokes)
        assert len(groups) == len(digits) and all(map(same, groups, digits))


def test_a_bar_and_a_dot_belong_to_their_digit() -> None:
    """A 5 whose bar stands off to the right; a dot after a 1."""
    body = [(0.3, 0.2), (0.28, 0.45), (0.45, 0.5), (0.3, 0.8)]
    bar = [(0.6, 0.2), (0.8, 0.19)]
    assert split_strokes([body, bar]) == [[body, bar]]
    one, dot = [(0.3, 0.1), (0.3, 0.9)], [(0.6, 0.9)]
    assert split_strokes([dot, one]) == [[one, dot]]
    bars = [[(0.2, 0.2), (0.8, 0.2)], [(0.2, 0.8), (0.8, 0.8)]]
    assert split_strokes(bars) == [bars]


def test_nothing_is_one_empty_drawing() -> None:
    """So that it is refused as one."""
    assert split_strokes([]) == [[]] == split_strokes([[]])
