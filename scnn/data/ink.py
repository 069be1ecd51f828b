"""Finds ink in photographs: how much each pixel differs from the paper around it, and which pixels are writing.

The paper's level at a pixel is the morphological closing (for ink darker than its paper) or opening (for lighter
ink): everything thinner than a window takes the level around it. It follows shadows, even with hard edges, lamps and
glare, and a table around the sheet (the top-hat transform: J. Serra, "Image analysis and mathematical morphology",
1982). Levels are logarithms, because illumination multiplies: ink in a shadow differs from its paper as much as ink
in the sun.

The difference from the paper is thresholded at several levels. The best candidate is strong, of a good size, as
slender as writing, and surrounded by paper: the edge of a table, the edge of a shadow and a crease have paper on one
side only.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scnn.data.components import Component, components
from scnn.data.lanes import FULL, Lanes
from scnn.errors import EmptyDrawingError

__all__ = ["Candidate", "Side", "best_candidate", "sides_of"]

WINDOW = 0.27  # share of the picture's shorter side: wider than any pen
MAX_WINDOW = 127  # pixels
DARKNESS = 32  # added to levels before the logarithm, so that a camera's noise in dark areas is not taken for ink
LOGARITHM = bytes(
    round(FULL * math.log((level + DARKNESS) / DARKNESS) / math.log((255 + DARKNESS) / DARKNESS))
    for level in range(256)
)
CUTS = (88, 72, 58, 46, 36, 28, 21, 16, 12, 9)  # thresholds, from strong to faint
MIN_LENGTH = 0.07  # of a digit's longer side, as a share of the picture's shorter side
LARGE = 0.35  # share of the picture's shorter side: size beyond this does not raise the score
MAX_PEN_RATIO = 0.42  # pen width divided by the longer side: a larger ratio is a blot
MIN_SURROUNDED = 0.75  # share of a digit's outline that has paper beyond it
MAX_CANDIDATES = 40  # examined closely


@dataclass
class Side:
    """One interpretation of a picture: its ink is darker, or lighter, than the paper around it."""

    lanes: Lanes
    ink: int  # difference of each pixel from its paper
    values: Sequence[int]  # the channels, inverted for lighter ink

    @cached_property
    def levels(self) -> bytes:
        return self.lanes.padded(self.ink)

    @cached_property
    def steps(self) -> int:
        """Difference of each pixel from the darkest one near it: high just outside ink."""
        highest = 0
        for value in self.values:
            highest = self.lanes.maximum(highest, value - self.lanes.eroded(value, 9, 9))
        return highest

    def parts(self, cut: int, bridge: int = 1) -> list[Component]:
        """The connected components of the ink that is at least `cut` strong; gaps of less than `bridge` pixels are
        closed."""
        mask = self.lanes.at_least(self.ink, self.lanes.even(cut))
        if bridge > 1:
            mask = self.lanes.closed(mask, bridge, bridge)
        return components(self.lanes.padded(mask), self.lanes.stride)

    def strength(self, part: Component) -> int:
        """The third quartile of the ink's strength on its pixels."""
        stride = self.lanes.stride
        levels = sorted(b"".join(self.levels[row * stride + a : row * stride + b] for row, a, b in part.runs))
        return levels[len(levels) * 3 // 4]

    def surrounded(self, part: Component, cut: int) -> float:
        """The share of its outline with a step of more than half the threshold up to the paper beyond it."""
        lanes = self.lanes
        inner = lanes.dilated(self.mask([part]), 5, 5)
        outline = lanes.dilated(inner, 3, 3) & ~inner
        step = lanes.at_least(self.steps, lanes.even(max(1, round(0.6 * cut))))
        length = lanes.count(outline)
        return lanes.count(outline & step) / length if length else 0.0

    def mask(self, parts: Sequence[Component]) -> int:
        """A picture with the highest level on these parts and 0 elsewhere."""
        stride = self.lanes.stride
        mask = bytearray(stride * self.lanes.height)
        for part in parts:
            for row, first, end in part.runs:
                mask[row * stride + first : row * stride + end] = b"\x7f" * (end - first)
        return int.from_bytes(mask, "little")

    def cut_out(self, parts: Sequence[Component]) -> bytes:
        """The ink of these parts and of the pixels next to them, which are the ink's edge; each row with its
        padding."""
        return self.lanes.padded(self.ink & self.lanes.dilated(self.mask(parts), 3, 3))

    def on_rim(self, part: Component) -> int:
        """The number of its pixels on the picture's border."""
        width, height = self.lanes.width, self.lanes.height
        if part.left > 0 and part.top > 0 and part.right < width and part.bottom < height:
            return 0
        count = 0
        for row, first, end in part.runs:
            count += end - first if row in (0, height - 1) else (first == 0) + (end == width)
        return count


@dataclass(frozen=True)
class Candidate:
    """A component that may be a digit, with its score and its threshold."""

    score: float
    side: Side
    cut: int
    part: Component


def sides_of(planes: Sequence[bytes], width: int, height: int) -> list[Side]:
    """Darker and lighter ink of a picture of one or three channels, each [row, column], 0 to 255."""
    window = max(3, min(MAX_WINDOW, round(WINDOW * min(width, height))) | 1)
    lanes = Lanes(width, height, window)
    dark = light = 0
    values = []
    for plane in planes:
        value = lanes.smoothed(lanes.pack(plane.translate(LOGARITHM)))
        dark = lanes.maximum(dark, lanes.closed(value, window, window) - value)
        light = lanes.maximum(light, value - lanes.opened(value, window, window))
        values.append(value)
    return [Side(lanes, dark, values), Side(lanes, light, [lanes.inverse(value) for value in values])]


def best_candidate(sides: Sequence[Side]) -> Candidate:
    """The component that looks most like writing; raises EmptyDrawingError if there is none."""
    ranked = sorted((one for side in sides for one in candidates(side)), key=lambda one: -one.score)
    best: Candidate | None = None
    for one in ranked[:MAX_CANDIDATES]:
        if best and one.score <= best.score:
            break
        share = one.side.surrounded(one.part, one.cut)
        score = one.score * share**4
        if share > MIN_SURROUNDED and (best is None or score > best.score):
            best = Candidate(score, one.side, one.cut, one.part)
    if best is None:
        raise EmptyDrawingError("there is no ink on the picture")
    return best


def candidates(side: Side) -> Iterator[Candidate]:
    width, height = side.lanes.width, side.lanes.height
    short = min(width, height)
    for cut in CUTS:
        parts = side.parts(cut)
        if sum(part.area for part in parts) > 0.5 * width * height:
            return
        for part in parts:
            if part.longest < max(8, MIN_LENGTH * short) or part.slender > MAX_PEN_RATIO:
                continue
            score = cut * min(part.longest, LARGE * short) * min(1.0, max(0.1, (0.45 - part.slender) / 0.27))
            rim = side.on_rim(part) / (2 * (width + height))
            if rim:  # a digit cut off at the border, or the area around the sheet
                score *= 0.5 * max(0.0, 1 - 2 * rim)
            if score:
                yield Candidate(score, side, cut, part)
