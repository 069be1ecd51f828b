"""Photographs of writing: their digits are found, cut out, and brought to the form of MNIST's.

RGBA ──▶ channels ──▶ ink against its paper ──▶ components ──▶ figures ──▶ 28×28
         (here)       ink.py                    components.py  figures.py  pen.py
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scnn.data.drawing import normalise_pixels
from scnn.data.figures import MAX_DIGITS, Figure, box_of, figures_of
from scnn.data.ink import Side, best_candidate, sides_of
from scnn.data.pen import halved, written
from scnn.errors import DataError, EmptyDrawingError

__all__ = ["MAX_PICTURE_SIDE", "MAX_DIGITS", "FoundDigit", "find_digits", "find_figure"]

MAX_PICTURE_SIDE = 640  # pixels: a larger picture is reduced to this or less before it is looked at
SMALL = 48  # pixels: a smaller picture is a digit already, as MNIST's are
CLEAN = 200  # pixels along the longer side of a picture that may be a figure on even paper
EVEN = 24  # grey levels by which the pixels of a picture of one colour differ at most
SHADES = 40  # by which one pen's opaque pixels differ


@dataclass(frozen=True)
class FoundDigit:
    """A digit in a picture: as the network takes it, and where it was found."""

    image: bytes  # 28×28 grey levels, [row, column], 255 for ink
    left: int  # of its box in the picture, in the pixels that were given
    top: int
    width: int
    height: int
    ink: bytes  # how strong its ink is, 0 to 255, [row, column], for showing
    ink_width: int
    ink_height: int


def find_digits(pixels: bytes, width: int, height: int) -> list[FoundDigit]:
    """The digits of a picture of four bytes a pixel (red, green, blue, alpha), in the order of reading.

    Raises EmptyDrawingError where there is no ink, DataError where the counts do not fit or there are more than 40
    figures: that is a page of text.
    """
    planes, wide, high, times = channels(pixels, width, height)
    if max(wide, high) <= SMALL or all_ink(planes, wide, high):
        ink = plain_ink(planes, wide, high)
        return [FoundDigit(normalise_pixels(ink, wide, high), 0, 0, width, height, ink, wide, high)]
    best = best_candidate(sides_of(planes, wide, high))
    figures, strength = figures_of(best)
    return [found(best.side, figure, strength, times) for figure in figures]


def find_figure(pixels: bytes, width: int, height: int) -> bytes:
    """All ink of a picture as one figure of 28×28 grey levels: a digit, a letter, a sign of several parts.

    Raises EmptyDrawingError where there is no ink, DataError where the counts do not fit.
    """
    planes, wide, high, times = channels(pixels, width, height)
    if (
        max(wide, high) <= SMALL
        or all_ink(planes, wide, high)
        or (max(wide, high) <= CLEAN and is_clean(planes, wide))
    ):
        return normalise_pixels(plain_ink(planes, wide, high), wide, high)
    best = best_candidate(sides_of(planes, wide, high))
    figures, strength = figures_of(best)
    return found(best.side, [part for figure in figures for part in figure], strength, times).image


def found(side: Side, figure: Figure, strength: int, times: int) -> FoundDigit:
    left, top, right, bottom = box_of(figure)
    left, top = max(0, left - 1), max(0, top - 1)  # with the edge of the ink
    right, bottom = min(side.lanes.width, right + 1), min(side.lanes.height, bottom + 1)
    width, height, stride = right - left, bottom - top, side.lanes.stride
    levels = side.cut_out(figure)
    ink = b"".join(levels[row * stride + left : row * stride + right] for row in range(top, bottom))
    pen = max(part.pen for part in figure)
    shown = ink.translate(bytes(min(255, level * 255 // strength) for level in range(256)))
    box = (left * times, top * times, width * times, height * times)
    return FoundDigit(written(ink, width, height, pen), *box, shown, width, height)


def channels(pixels: bytes, width: int, height: int) -> tuple[list[bytes], int, int, int]:
    """One channel of a grey picture or three of a coloured one, on paper where it was transparent; their width and
    height, at most 640, and how many times smaller that is."""
    if width < 1 or height < 1 or len(pixels) != 4 * width * height:
        expected = f"expected 4 bytes for each pixel of a picture of {width}×{height}, {4 * width * height}"
        raise DataError(f"{expected}, not {len(pixels)}")
    planes, times = [pixels[channel::4] for channel in range(4)], 1
    wide, high = width, height
    while max(wide, high) > MAX_PICTURE_SIDE:
        reduced = [halved(plane, wide, high) for plane in planes]
        planes, wide, high = [plane for plane, *_ in reduced], reduced[0][1], reduced[0][2]
        times *= 2
    alpha = planes.pop()
    if min(alpha) < 255:
        planes = opaque(planes, alpha)
    return (planes[:1] if planes[0] == planes[1] == planes[2] else planes), wide, high, times


def opaque(planes: Sequence[bytes], alpha: bytes) -> list[bytes]:
    """Transparent pixels become paper. Strokes on a transparent ground are ink whatever their colour is: white ones
    too. A sheet that was cut out gets more of its own paper around it."""
    solid = [bytes(level for level, seen in zip(plane, alpha, strict=True) if seen >= 128) for plane in planes]
    count = len(solid[0])
    if not count:
        raise EmptyDrawingError("there is no ink on the picture: all of it is transparent")
    ordered = [sorted(plane) for plane in solid]
    few = count // 200  # pixels of edges may be of any colour
    of_one_pen = all(levels[-1 - few] - levels[few] < SHADES for levels in ordered)
    if count < 0.98 * len(alpha) and (of_one_pen or count < 0.4 * len(alpha)):
        return [bytes(255 - seen for seen in alpha)] * 3
    return [on_paper(plane, alpha, levels[count // 2]) for plane, levels in zip(planes, ordered, strict=True)]


def on_paper(plane: bytes, alpha: bytes, paper: int) -> bytes:
    """A channel over paper of one level."""
    return bytes((level * seen + paper * (255 - seen)) // 255 for level, seen in zip(plane, alpha, strict=True))


def all_ink(planes: Sequence[bytes], width: int, height: int) -> bool:
    """Whether the picture is a one that was cut off at its ink: dark, of one colour, and tall."""
    even = all(max(plane) - min(plane) < EVEN for plane in planes)
    return even and height >= 3 * width and max(max(plane) for plane in planes) < 128


def is_clean(planes: Sequence[bytes], width: int) -> bool:
    """Whether the picture's rim is even paper, and all else darker than it, or all lighter."""
    for plane in planes:
        rim = plane[:width] + plane[-width:] + plane[::width] + plane[width - 1 :: width]
        darker, lighter = min(rim) - min(plane), max(plane) - max(rim)
        if max(rim) - min(rim) > 8 or min(darker, lighter) > 8 + max(darker, lighter) // 8:
            return False
    return True


def plain_ink(planes: Sequence[bytes], width: int, height: int) -> bytes:
    """How far each pixel is from the paper, which is what most of the picture's rim looks like; 0 to 255."""
    if all_ink(planes, width, height):
        return b"\xff" * (width * height)
    apart = []
    for plane in planes:
        rim = plane[:width] + plane[-width:] + plane[::width] + plane[width - 1 :: width]
        paper = sorted(rim)[len(rim) // 2]
        apart.append(plane.translate(bytes(abs(level - paper) for level in range(256))))
    ink = bytes(map(max, *apart)) if len(apart) > 1 else apart[0]
    strongest = max(ink)
    if not strongest:
        raise EmptyDrawingError("the picture is of one colour: there is nothing to read on it")
    return ink.translate(bytes(min(255, level * 255 // strongest) for level in range(256)))
