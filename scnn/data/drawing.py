"""Normalises drawings, strokes or pixels, to the form of MNIST's digits, whatever their size and position.

MNIST's digits were scaled, keeping their proportions, into a box of 20×20 with anti-aliasing, and placed on
28×28 with their centre of mass in the middle (Y. LeCun et al., "Gradient-based learning applied to document
recognition", 1998, section III.A). This module does the same. The middle is the pixel of row and column 14: in
all bundled digits the centre of mass lies within half a pixel of that pixel's centre.

Strokes are scaled and centred before they are drawn, so that the pen has MNIST's thickness however large the drawing
was. Images consist of pixels alone, so scaling them scales the pen's thickness too.
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
DOT = 0.03  # share of the canvas: a smaller drawing is rejected as a dot
SCRIBBLE = 0.6  # share of the box: a drawing that covers more is rejected as a scribble
MAX_POINTS = 20_000
FAINT = 32  # grey levels up to this count as paper: smudges, and the outer edge of anti-aliasing

Rows = list[list[float]]
Point = tuple[float, float]
Stroke = Sequence[Point]


def normalise_strokes(strokes: Sequence[Stroke]) -> bytes:
    """The 28×28 grey levels, [row, column], of strokes, each a sequence of points (x, y) as fractions of the canvas's
    side.

    Raises EmptyDrawingError if there is no stroke, only a dot, or a scribble that covers everything, and DrawingError
    if a point is not two finite numbers, or if there are more than 20,000 points.
    """
    points = [point for stroke in strokes for point in stroke]
    if len(points) > MAX_POINTS:
        raise DrawingError(f"expected a drawing of at most {MAX_POINTS} points, got {len(points)}")
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        raise DrawingError("expected finite numbers as the points of a drawing")
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
    """Drops points less than a third of a pixel from the one before, except the last point."""
    points = [stroke[0]]
    for point in stroke[1:]:
        if math.dist(points[-1], point) >= 1 / 3:
            points.append(point)
    if len(stroke) > 1 and points[-1] != stroke[-1]:
        points.append(stroke[-1])
    return points


def centre_of(strokes: Sequence[Stroke]) -> Point:
    """The centre of mass of the ink: a segment's mass is its length, a dot's mass is the pen's width."""
    x_sum = y_sum = mass = 0.0
    for stroke in strokes:
        for (x0, y0), (x1, y1) in segments(stroke):
            weight = math.dist((x0, y0), (x1, y1)) or PEN
            x_sum += weight * (x0 + x1) / 2
            y_sum += weight * (y0 + y1) / 2
            mass += weight
    return x_sum / mass, y_sum / mass


def segments(stroke: Stroke) -> list[tuple[Point, Point]]:
    """The segments from each point to the next; a single point gives one segment of length 0."""
    return list(pairwise(stroke)) or [(stroke[0], stroke[0])]


def within(shift: float, extent: float) -> float:
    """The shift, limited so that no ink leaves the image."""
    rim = PEN / 2 + 0.5
    return min(max(shift, rim), SIDE - rim - extent)


def ink(strokes: Sequence[Stroke]) -> bytes:
    """Draws strokes, in pixels, with a round pen whose edge fades over one pixel."""
    radius = PEN / 2 + 0.5
    image = [0.0] * (SIDE * SIDE)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in segments(stroke):
            dx, dy = x1 - x0, y1 - y0
            square = dx * dx + dy * dy or 1.0
            columns = range(max(0, int(min(x0, x1) - radius)), min(SIDE, int(max(x0, x1) + radius) + 1))
            for row in range(max(0, int(min(y0, y1) - radius)), min(SIDE, int(max(y0, y1) + radius) + 1)):
                for column in columns:
                    x, y = column + 0.5 - x0, row + 0.5 - y0  # from the segment's start to the pixel's middle
                    along = min(1.0, max(0.0, (x * dx + y * dy) / square))
                    level = radius - math.hypot(x - along * dx, y - along * dy)
                    at = row * SIDE + column
                    if level > image[at]:
                        image[at] = min(level, 1.0)
    return bytes(round(255 * level) for level in image)


def normalise_pixels(pixels: bytes, width: int, height: int) -> bytes:
    """The 28×28 grey levels, [row, column], of a drawing of height × width pixels; 0 is paper, 255 ink.

    Raises EmptyDrawingError if there is no ink, DrawingError if the number of pixels is not height × width.
    """
    if width < 1 or height < 1 or len(pixels) != width * height:
        raise DrawingError(f"expected {width * height} pixels for a drawing of {width}×{height}, got {len(pixels)}")
    ink = crop(pixels, width, height)
    longest = max(len(ink), len(ink[0]))
    across = shrink(len(ink[0]), max(1, round(len(ink[0]) * BOX / longest)))
    down = shrink(len(ink), max(1, round(len(ink) * BOX / longest)))
    narrow = [[sum(row[at] * weight for at, weight in taps) for taps in across] for row in ink]
    columns = list(zip(*narrow, strict=True))
    box = [[sum(column[at] * weight for at, weight in taps) for column in columns] for taps in down]
    return centred(box)


def crop(pixels: bytes, width: int, height: int) -> list[bytes]:
    """The rows of the smallest rectangle that contains all ink."""
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
    """For each of `new` cells, the pixels of `size` that overlap it, weighted by the share of the cell they cover."""
    scale = size / new
    cells = []
    for cell in range(new):
        start, end = cell * scale, (cell + 1) * scale
        covered = range(int(start), min(size, int(end) + 1))
        taps = [(at, (min(at + 1, end) - max(at, start)) / scale) for at in covered]
        cells.append([(at, weight) for at, weight in taps if weight > 0])
    return cells


def centred(box: Rows) -> bytes:
    """The box on 28×28, with its centre of mass as close to the middle as whole pixels allow, and no ink cut off."""
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
    """The nearest integer; halves are rounded up, even if rounding errors made them slightly smaller."""
    return int(number + 0.5 + 1e-6)
