"""Drawings, as strokes or as pixels, brought to the form of MNIST's digits: a small one in a corner is read too.

MNIST's digits were scaled, keeping their proportions, into a box of 20×20 with anti-aliasing, and placed on
28×28 with their centre of mass in the middle (Y. LeCun et al., "Gradient-based learning applied to document
recognition", 1998, section III.A). The same is done here. The middle is the pixel of row and column 14: in
all bundled digits the centre of mass lies within half a pixel of that pixel's centre.

Strokes are scaled and centred as strokes, and inked afterwards, so that the pen has the thickness of MNIST's
however large the drawing was. Images have only their pixels, which are scaled with the pen that made them.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from scnn.errors import DrawingError, EmptyDrawingError

__all__ = ["BOX", "SIDE", "normalise_pixels", "normalise_strokes"]

SIDE = 28
BOX = 20
MIDDLE = 14
PEN = 2.6  # the pen's width in pixels, between the points where its soft edge is half grey
DOT = 0.03  # what is smaller than this share of the canvas is no digit
SCRIBBLE = 0.6  # nor is what covers more than this share of the box
MAX_POINTS = 20_000
FAINT = 32  # grey levels up to this are paper: smudges and the outermost rim of anti-aliasing

Rows = list[list[float]]
Point = tuple[float, float]
Stroke = Sequence[Point]


def normalise_strokes(strokes: Sequence[Stroke]) -> bytes:
    """The 28×28 grey levels, [row, column], of strokes: each its points (x, y), in shares of the canvas's side.

    Raises EmptyDrawingError where there is no stroke, only a dot, or a scribble that covers everything, and
    DrawingError where a point is not two finite numbers, or there are more than 20,000 points.
    """
    points = [point for stroke in strokes for point in stroke]
    if len(points) > MAX_POINTS:
        raise DrawingError(f"a drawing has at most {MAX_POINTS} points, not {len(points)}")
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        raise DrawingError("the points of a drawing are finite numbers")
    if not points:
        raise EmptyDrawingError("there is no stroke on the drawing")
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    longest = max(right - left, bottom - top)
    if longest < DOT:
        raise EmptyDrawingError("there is only a dot on the drawing")
    scale = (BOX - PEN) / longest
    scaled = [simplify([((x - left) * scale, (y - top) * scale) for x, y in stroke]) for stroke in strokes if stroke]
    x_centre, y_centre = centre_of(scaled)
    x_shift = within(MIDDLE + 0.5 - x_centre, (right - left) * scale)
    y_shift = within(MIDDLE + 0.5 - y_centre, (bottom - top) * scale)
    image = ink([[(x + x_shift, y + y_shift) for x, y in stroke] for stroke in scaled])
    if sum(image) > SCRIBBLE * 255 * BOX * BOX:
        raise EmptyDrawingError("there is a scribble on the drawing")
    return image


def simplify(stroke: Stroke) -> list[Point]:
    """Leaves out points nearer than a third of a pixel to the one before, but never the last."""
    kept = [stroke[0]]
    for point in stroke[1:]:
        if math.dist(kept[-1], point) >= 1 / 3:
            kept.append(point)
    if len(stroke) > 1 and kept[-1] != stroke[-1]:
        kept.append(stroke[-1])
    return kept


def centre_of(strokes: Sequence[Stroke]) -> Point:
    """The centre of mass of the ink: every segment weighs as much as it is long, and a dot as a pen's width."""
    x_sum = y_sum = mass = 0.0
    for stroke in strokes:
        for (x0, y0), (x1, y1) in segments(stroke):
            weight = math.dist((x0, y0), (x1, y1)) or PEN
            x_sum += weight * (x0 + x1) / 2
            y_sum += weight * (y0 + y1) / 2
            mass += weight
    return x_sum / mass, y_sum / mass


def segments(stroke: Stroke) -> list[tuple[Point, Point]]:
    """From each point to the next; a lone point to itself."""
    return list(pairwise(stroke)) or [(stroke[0], stroke[0])]


def within(shift: float, extent: float) -> float:
    """The shift, or the nearest one with which no ink leaves the image."""
    rim = PEN / 2 + 0.5
    return min(max(shift, rim), SIDE - rim - extent)


def ink(strokes: Sequence[Stroke]) -> bytes:
    """Draws the strokes, in pixels, with a round pen: full inside, fading over one pixel at its edge."""
    reach = PEN / 2 + 0.5
    image = [0.0] * (SIDE * SIDE)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in segments(stroke):
            dx, dy = x1 - x0, y1 - y0
            square = dx * dx + dy * dy or 1.0
            columns = range(max(0, int(min(x0, x1) - reach)), min(SIDE, int(max(x0, x1) + reach) + 1))
            for row in range(max(0, int(min(y0, y1) - reach)), min(SIDE, int(max(y0, y1) + reach) + 1)):
                for column in columns:
                    x, y = column + 0.5 - x0, row + 0.5 - y0  # from the segment's start to the pixel's middle
                    along = min(1.0, max(0.0, (x * dx + y * dy) / square))
                    level = reach - math.hypot(x - along * dx, y - along * dy)
                    at = row * SIDE + column
                    if level > image[at]:
                        image[at] = min(level, 1.0)
    return bytes(round(255 * level) for level in image)


def normalise_pixels(pixels: bytes, width: int, height: int) -> bytes:
    """The 28×28 grey levels, [row, column], of a drawing of height × width ones; 0 is paper, 255 ink.

    Raises EmptyDrawingError where there is no ink, DrawingError where the counts do not fit.
    """
    if width < 1 or height < 1 or len(pixels) != width * height:
        raise DrawingError(f"a drawing of {width}×{height} has {width * height} pixels, not {len(pixels)}")
    ink = crop(pixels, width, height)
    longest = max(len(ink), len(ink[0]))
    across = shrink(len(ink[0]), max(1, round(len(ink[0]) * BOX / longest)))
    down = shrink(len(ink), max(1, round(len(ink) * BOX / longest)))
    narrow = [[sum(row[at] * weight for at, weight in taps) for taps in across] for row in ink]
    columns = list(zip(*narrow, strict=True))
    box = [[sum(column[at] * weight for at, weight in taps) for column in columns] for taps in down]
    return place(box)


def crop(pixels: bytes, width: int, height: int) -> list[bytes]:
    """The rows of the smallest rectangle that holds all ink."""
    inked = [row for row in range(height) if max(pixels[row * width : (row + 1) * width]) > FAINT]
    if not inked:
        raise EmptyDrawingError("there is no ink on the drawing")
    rows = [pixels[row * width : (row + 1) * width] for row in range(inked[0], inked[-1] + 1)]
    left, right = width, 0
    for row in rows:
        columns = [column for column, level in enumerate(row) if level > FAINT]
        if columns:
            left, right = min(left, columns[0]), max(right, columns[-1] + 1)
    return [row[left:right] for row in rows]


def shrink(size: int, new: int) -> list[list[tuple[int, float]]]:
    """For each of `new` cells, the pixels of `size` that lie under it, weighted by the share they cover."""
    scale = size / new
    cells = []
    for cell in range(new):
        start, end = cell * scale, (cell + 1) * scale
        covered = range(int(start), min(size, int(end) + 1))
        taps = [(at, (min(at + 1, end) - max(at, start)) / scale) for at in covered]
        cells.append([(at, weight) for at, weight in taps if weight > 0])
    return cells


def place(box: Rows) -> bytes:
    """The box on 28×28, its centre of mass as near to the middle as whole pixels allow, no ink cut off."""
    height, width = len(box), len(box[0])
    mass = sum(map(sum, box))
    row_centre = sum(at * sum(row) for at, row in enumerate(box)) / mass
    column_centre = sum(at * level for row in box for at, level in enumerate(row)) / mass
    top = min(max(nearest(MIDDLE - row_centre), 0), SIDE - height)
    left = min(max(nearest(MIDDLE - column_centre), 0), SIDE - width)
    image = bytearray(SIDE * SIDE)
    for at, row in enumerate(box):
        start = (top + at) * SIDE + left
        image[start : start + width] = bytes(min(255, round(level)) for level in row)
    return bytes(image)


def nearest(number: float) -> int:
    """The nearest whole number; what lies in the middle goes up, though sums may have rounded it a little."""
    return int(number + 0.5 + 1e-6)
