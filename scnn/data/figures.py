"""Figures: which of a picture's components belong to its digits, and in which order these are read.

The surest digit is given; another one is like it in size, pen and strength. Smaller parts belong to the digit that
they are near to: a 5 whose bar stands off is one figure. Rows are read from top to bottom, each from left to right.
"""

from collections.abc import Sequence

from scnn.data.components import Component
from scnn.data.ink import BROADEST, SURROUNDED, Candidate, Side
from scnn.errors import DataError

__all__ = ["MAX_DIGITS", "Figure", "box_of", "figures_of"]

Figure = list[Component]
Box = tuple[int, int, int, int]  # left, top, right, bottom

NEAR = 0.15  # of the surest digit's longer side: a part nearer than this belongs to a digit
TINY = 0.02  # of the surest digit's area: what is smaller is noise
MAX_DIGITS = 40
MAX_BRIDGE = 9  # pixels: a crease or a glint across a stroke does not part it
SHARES = (0.42, 0.5, 0.6, 0.7, 0.8, 0.9)  # of the ink's strength: where it is cut


def figures_of(best: Candidate) -> tuple[list[Figure], int]:
    """The digits in the order of reading, and the strength of their ink; raises DataError for more than 40."""
    side, strength = best.side, best.side.strength(best.part)
    cut, parts, main = cut_of(best, strength)
    figures, bits = [[main]], []
    for part in parts:
        if part is main or side.on_rim(part) or side.strength(part) < 0.6 * strength:
            continue
        if part.longest < 0.5 * main.longest:
            bits.append(part)
        elif is_like(main, part) and side.strength(part) < 1.4 * strength and side.surrounded(part, cut) > SURROUNDED:
            figures.append([part])
            if len(figures) > MAX_DIGITS:
                raise DataError(f"more than {MAX_DIGITS} figures are on the picture; expected at most {MAX_DIGITS}")
    for bit in bits:
        if bit.area > TINY * main.area:
            gap, figure = min(((gap_of(bit, figure), figure) for figure in figures), key=lambda pair: pair[0])
            if gap <= NEAR * main.longest:
                figure.append(bit)
    return in_order(figures), strength


def cut_of(best: Candidate, strength: int) -> tuple[int, list[Component], Component]:
    """The lowest cut at which the candidate is still a digit, and has not grown into what is around it; the parts at
    this cut, and the candidate's."""
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
    return inside and part.slender < BROADEST and side.surrounded(part, cut) > SURROUNDED


def is_like(main: Component, part: Component) -> bool:
    """Whether a component may be a digit beside the surest one."""
    tall = 0.55 * main.longest < part.height < 1.8 * main.longest
    return tall and 0.5 < part.pen / main.pen < 2 and part.slender < BROADEST


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
    """Rows from top to bottom; figures are in one row if two fifths of the lower one stand beside each other."""
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
