"""Groups a picture's components into digits, in reading order.

It starts from the best candidate; other digits are similar to it in size, pen width and strength. Smaller components
belong to the nearest digit: a 5 with a detached bar is one figure. Rows are read from top to bottom, each from left
to right.
"""

from collections.abc import Sequence

from scnn.data.components import Component
from scnn.data.ink import MAX_PEN_RATIO, MIN_SURROUNDED, Candidate, Side
from scnn.errors import DataError

__all__ = ["MAX_DIGITS", "Figure", "box_of", "figures_of"]

Figure = list[Component]
Box = tuple[int, int, int, int]  # left, top, right, bottom

NEAR = 0.15  # share of the best candidate's longer side: a component closer than this belongs to a digit
TINY = 0.02  # share of the best candidate's area: smaller components are noise
MAX_DIGITS = 40
MAX_BRIDGE = 9  # pixels: a crease or a glint across a stroke does not split it
SHARES = (0.42, 0.5, 0.6, 0.7, 0.8, 0.9)  # thresholds, as shares of the ink's strength


def figures_of(best: Candidate) -> tuple[list[Figure], int]:
    """The digits in reading order, and the strength of their ink; raises DataError if there are more than 40."""
    side, strength = best.side, best.side.strength(best.part)
    cut, parts, main = cut_of(best, strength)
    figures, bits = [[main]], []
    for part in parts:
        if part is main or side.on_rim(part) or side.strength(part) < 0.6 * strength:
            continue
        if part.longest < 0.5 * main.longest:
            bits.append(part)
        elif (
            is_like(main, part)
            and side.strength(part) < 1.4 * strength
            and side.surrounded(part, cut) > MIN_SURROUNDED
        ):
            figures.append([part])
            if len(figures) > MAX_DIGITS:
                raise DataError(
                    f"there are more than {MAX_DIGITS} figures on the picture; expected at most {MAX_DIGITS}"
                )
    for bit in bits:
        if bit.area > TINY * main.area:
            gap, figure = min(((gap_of(bit, figure), figure) for figure in figures), key=lambda pair: pair[0])
            if gap <= NEAR * main.longest:
                figure.append(bit)
    return in_order(figures), strength


def cut_of(best: Candidate, strength: int) -> tuple[int, list[Component], Component]:
    """The lowest threshold at which the candidate is still a digit and has not merged with its surroundings; the
    components at this threshold; and the candidate's component."""
    side = best.side
    bridge = min(MAX_BRIDGE, round(best.part.pen / 2) | 1)
    row, column, _ = best.part.runs[len(best.part.runs) // 2]
    for share in SHARES:
        cut = min(best.cut, max(4, round(strength * share)))
        parts = side.parts(cut, bridge)
        main = next(part for part in parts if part.holds(row, column))
        if cut == best.cut or is_digit(side, main, cut, bool(side.on_rim(best.part))):
            break
    return cut, parts, main


def is_digit(side: Side, part: Component, cut: int, rim: bool) -> bool:
    inside = rim or not side.on_rim(part)
    return inside and part.slender < MAX_PEN_RATIO and side.surrounded(part, cut) > MIN_SURROUNDED


def is_like(main: Component, part: Component) -> bool:
    """Whether a component is similar enough to the best candidate to be a digit."""
    tall = 0.55 * main.longest < part.height < 1.8 * main.longest
    return tall and 0.5 < part.pen / main.pen < 2 and part.slender < MAX_PEN_RATIO


def box_of(figure: Sequence[Component]) -> Box:
    return (
        min(part.left for part in figure),
        min(part.top for part in figure),
        max(part.right for part in figure),
        max(part.bottom for part in figure),
    )


def gap_of(bit: Component, figure: Figure) -> int:
    left, top, right, bottom = box_of(figure)
    return max(0, left - bit.right, bit.left - right, top - bit.bottom, bit.top - bottom)


def in_order(figures: list[Figure]) -> list[Figure]:
    """Rows from top to bottom; two figures are in one row if they overlap by two fifths of the lower one's height."""
    rows: list[list[Figure]] = []
    for figure in sorted(figures, key=lambda figure: box_of(figure)[1]):
        for row in rows:
            if beside(box_of(row[0]), box_of(figure)):
                row.append(figure)
                break
        else:
            rows.append([figure])
    return [figure for row in rows for figure in sorted(row, key=lambda figure: box_of(figure)[0])]


def beside(one: Box, other: Box) -> bool:
    shared = min(one[3], other[3]) - max(one[1], other[1])
    return shared > 0.4 * min(one[3] - one[1], other[3] - other[1])
