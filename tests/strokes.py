"""Drawings of digits as a person might draw them: strokes with a varied hand, for measuring how drawings are read.

Each digit has one to three ways of being written, as curves on a square of side 1, y downwards. A hand varies slant
(up to 14 degrees), rotation (8 degrees), width (a fifth), size (a fifth to nine tenths of the canvas), place (wherever it
fits), the curves' own points (by 4 % of the digit), tremor, and speed (how far apart its points lie).
"""

from collections.abc import Sequence
from random import Random

__all__ = ["DIGITS", "draw_digit"]

Point = tuple[float, float]
Curve = Sequence[Point]  # control points, which a smooth line passes through

DIGITS: dict[str, list[list[Curve]]] = {
    "0": [
        [[(0.55, 0.02), (0.2, 0.2), (0.12, 0.55), (0.3, 0.92), (0.6, 0.95), (0.85, 0.6), (0.8, 0.2), (0.5, 0.02)]],
        [[(0.5, 0.0), (0.75, 0.1), (0.85, 0.5), (0.7, 0.9), (0.45, 1.0), (0.2, 0.85), (0.15, 0.4), (0.3, 0.08), (0.55, 0.0)]],
    ],
    "1": [
        [[(0.5, 0.0), (0.5, 0.5), (0.5, 1.0)]],
        [[(0.3, 0.22), (0.42, 0.12), (0.54, 0.0)], [(0.54, 0.0), (0.53, 0.5), (0.52, 1.0)]],
    ],
    "2": [
        [[(0.15, 0.25), (0.3, 0.05), (0.6, 0.0), (0.82, 0.2), (0.7, 0.5), (0.4, 0.78), (0.12, 1.0)],
         [(0.12, 1.0), (0.5, 0.98), (0.9, 0.97)]],
        [[(0.2, 0.2), (0.45, 0.0), (0.78, 0.15), (0.75, 0.4), (0.45, 0.75), (0.2, 0.95), (0.25, 0.8), (0.45, 0.85),
          (0.65, 0.98), (0.9, 0.9)]],
    ],
    "3": [
        [[(0.2, 0.12), (0.45, 0.0), (0.75, 0.12), (0.7, 0.36), (0.42, 0.47), (0.72, 0.55), (0.85, 0.78), (0.6, 0.98),
          (0.3, 0.97), (0.12, 0.83)]],
        [[(0.15, 0.05), (0.45, 0.03), (0.8, 0.03)], [(0.8, 0.03), (0.6, 0.22), (0.42, 0.42)],
         [(0.42, 0.42), (0.75, 0.5), (0.85, 0.75), (0.6, 0.97), (0.3, 0.97), (0.12, 0.85)]],
    ],
    "4": [
        [[(0.45, 0.0), (0.3, 0.32), (0.1, 0.62)], [(0.1, 0.62), (0.5, 0.6), (0.92, 0.6)], [(0.68, 0.28), (0.66, 0.6), (0.64, 1.0)]],
        [[(0.2, 0.02), (0.17, 0.3), (0.2, 0.48)], [(0.2, 0.48), (0.5, 0.5), (0.78, 0.45)], [(0.8, 0.0), (0.78, 0.5), (0.75, 1.0)]],
    ],
    "5": [
        [[(0.8, 0.02), (0.5, 0.02), (0.28, 0.03)], [(0.28, 0.03), (0.25, 0.2), (0.22, 0.42)],
         [(0.22, 0.42), (0.5, 0.36), (0.78, 0.5), (0.82, 0.75), (0.6, 0.97), (0.3, 0.97), (0.12, 0.85)]],
    ],
    "6": [
        [[(0.7, 0.02), (0.42, 0.2), (0.22, 0.55), (0.25, 0.85), (0.5, 1.0), (0.75, 0.88), (0.77, 0.65), (0.55, 0.53),
          (0.32, 0.62), (0.24, 0.78)]],
        [[(0.5, 0.0), (0.3, 0.3), (0.2, 0.65), (0.32, 0.95), (0.62, 0.97), (0.76, 0.75), (0.6, 0.57), (0.35, 0.62), (0.22, 0.8)]],
    ],
    "7": [
        [[(0.12, 0.04), (0.5, 0.03), (0.85, 0.02)], [(0.85, 0.02), (0.65, 0.45), (0.45, 1.0)]],
        [[(0.12, 0.06), (0.5, 0.04), (0.85, 0.03)], [(0.85, 0.03), (0.62, 0.45), (0.42, 1.0)], [(0.4, 0.52), (0.58, 0.5), (0.78, 0.5)]],
    ],
    "8": [
        [[(0.72, 0.12), (0.48, 0.0), (0.26, 0.14), (0.32, 0.36), (0.55, 0.5), (0.78, 0.68), (0.74, 0.92), (0.48, 1.0),
          (0.24, 0.9), (0.25, 0.68), (0.48, 0.5), (0.7, 0.34), (0.73, 0.14)]],
    ],
    "9": [
        [[(0.75, 0.2), (0.55, 0.02), (0.3, 0.1), (0.24, 0.34), (0.42, 0.5), (0.66, 0.42), (0.76, 0.2)],
         [(0.76, 0.2), (0.73, 0.6), (0.66, 1.0)]],
        [[(0.76, 0.14), (0.5, 0.0), (0.26, 0.2), (0.34, 0.46), (0.62, 0.46), (0.76, 0.18), (0.75, 0.55), (0.66, 0.88), (0.42, 0.98)]],
    ],
}  # fmt: skip


def draw_digit(name: str, random: Random) -> list[list[Point]]:
    """One drawing of a digit: strokes, each its points (x, y) in shares of the canvas's side."""
    way = DIGITS[name][int(random.random() * len(DIGITS[name]))]
    slant, turn = between(random, -0.25, 0.25), between(random, -0.14, 0.14)
    wide, tall = between(random, 0.5, 0.75), 1.0
    size = between(random, 0.2, 0.9)
    tremor = between(random, 0.0, 0.006)
    gap = between(random, 0.01, 0.06)  # how far the points lie apart: a fast hand's are far
    strokes = []
    moved: dict[Point, Point] = {}  # where strokes meet, they still meet
    for curve in way:
        for x, y in curve:
            if (x, y) not in moved:
                moved[x, y] = (x + between(random, -0.04, 0.04), y + between(random, -0.04, 0.04))
        points = []
        for x, y in smooth([moved[point] for point in curve], gap / max(size, 0.3)):
            x, y = (
                (x - 0.5) * wide + between(random, -tremor, tremor),
                (y - 0.5) * tall + between(random, -tremor, tremor),
            )
            x -= slant * y
            points.append((x - turn * y, y + turn * x))
        strokes.append(points)
    return placed(strokes, size, random)


def placed(strokes: list[list[Point]], size: float, random: Random) -> list[list[Point]]:
    """The drawing at its size, somewhere on the canvas."""
    points = [point for stroke in strokes for point in stroke]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    longest = max(max(x for x, _ in points) - left, max(y for _, y in points) - top)
    scale = size / longest
    width = (max(x for x, _ in points) - left) * scale
    height = (max(y for _, y in points) - top) * scale
    across, down = between(random, 0.03, 0.97 - width), between(random, 0.03, 0.97 - height)
    return [[((x - left) * scale + across, (y - top) * scale + down) for x, y in stroke] for stroke in strokes]


def smooth(points: Sequence[Point], gap: float) -> list[Point]:
    """Points about `gap` apart on the Catmull-Rom spline through these."""
    padded = [points[0], *points, points[-1]]
    out = [points[0]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        length = ((c[0] - b[0]) ** 2 + (c[1] - b[1]) ** 2) ** 0.5
        steps = max(1, int(length / gap))
        for step in range(1, steps + 1):
            t = step / steps
            out.append((spline(a[0], b[0], c[0], d[0], t), spline(a[1], b[1], c[1], d[1], t)))
    return out


def spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)


def between(random: Random, low: float, high: float) -> float:
    return low + (high - low) * random.random()
