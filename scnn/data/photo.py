"""Finds the digits in photographs of writing, and normalises them to the form of MNIST's digits.

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

MAX_PICTURE_SIDE = 640  # pixels: larger pictures are halved until they are no larger than this
SMALL = 48  # pixels: a smaller picture is a single digit, as MNIST's are
CLEAN = 200  # pixels along the longer side: up to this a picture may be a single figure on even paper
EVEN = 24  # grey levels: the range of a picture of one colour is below this
SHADES = 40  # grey levels: the range of one pen's opaque pixels is below this


@dataclass(frozen=True)
class FoundDigit:
    """A digit in a picture: the network's input, and where it was found."""

    image: bytes  # 28×28 grey levels, [row, column], 255 for ink
    left: int  # of its box, in the pixels of the original picture
    top: int
    width: int
    height: int
    ink: bytes  # strength of its ink, 0 to 255, [row, column], for display
    ink_width: int
    ink_height: int


def find_digits(pixels: bytes, width: int, height: int) -> list[FoundDigit]:
    """The digits of a picture of four bytes a pixel (red, green, blue, alpha), in reading order.

    Raises EmptyDrawingError if there is no ink, DataError if the number of bytes does not match width and height, or
    if there are more than 40 figures, as on a page of text.
    """
    planes, wide, high, times = channels(pixels, width, height)
    if max(wide, high) <= SMALL or all_ink(planes, wide, high):
        ink = plain_ink(planes, wide, high)
        return [FoundDigit(normalise_pixels(ink, wide, high), 0, 0, width, height, ink, wide, high)]
    best = best_candidate(sides_of(planes, wide, high))
    figures, strength = figures_of(best)
    return [found(best.side, figure, strength, times) for figure in figures]


def find_figure(pixels: bytes, width: int, height: int) -> bytes:
    """All ink of a picture as one figure of 28×28 grey levels: a digit, a letter, or a sign of several parts.

    Raises EmptyDrawingError if there is no ink, DataError if the number of bytes does not match width and height.
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
    left, top = max(0, left - 1), max(0, top - 1)  # include the edge of the ink
    right, bottom = min(side.lanes.width, right + 1), min(side.lanes.height, bottom + 1)
    width, height, stride = right - left, bottom - top, side.lanes.stride
    levels = side.cut_out(figure)
    ink = b"".join(levels[row * stride + left : row * stride + right] for row in range(top, bottom))
    pen = max(part.pen for part in figure)
    shown = ink.translate(bytes(min(255, level * 255 // strength) for level in range(256)))
    box = (left * times, top * times, width * times, height * times)
    return FoundDigit(written(ink, width, height, pen), *box, shown, width, height)


def channels(pixels: bytes, width: int, height: int) -> tuple[list[bytes], int, int, int]:
    """One channel of a grey picture or three of a coloured one, with transparent pixels replaced by paper; their
    width and height, at most 640; and the factor by which they were reduced."""
    if width < 1 or height < 1 or len(pixels) != 4 * width * height:
        expected = f"expected 4 bytes for each pixel of a picture of {width}×{height}, {4 * width * height}"
        raise DataError(f"{expected}, got {len(pixels)}")
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
    """Replaces transparent pixels by paper. Strokes on a transparent background are ink whatever their colour, even
    white; a cut-out sheet is surrounded with its own paper."""
    solid = [bytes(level for level, seen in zip(plane, alpha, strict=True) if seen >= 128) for plane in planes]
    count = len(solid[0])
    if not count:
        raise EmptyDrawingError("there is no ink on the picture: all of it is transparent")
    ordered = [sorted(plane) for plane in solid]
    few = count // 200  # pixels at edges may have any colour
    of_one_pen = all(levels[-1 - few] - levels[few] < SHADES for levels in ordered)
    if count < 0.98 * len(alpha) and (of_one_pen or count < 0.4 * len(alpha)):
        return [bytes(255 - seen for seen in alpha)] * 3
    return [on_paper(plane, alpha, levels[count // 2]) for plane, levels in zip(planes, ordered, strict=True)]


def on_paper(plane: bytes, alpha: bytes, paper: int) -> bytes:
    """A channel drawn over paper of one level."""
    return bytes((level * seen + paper * (255 - seen)) // 255 for level, seen in zip(plane, alpha, strict=True))


def all_ink(planes: Sequence[bytes], width: int, height: int) -> bool:
    """Whether the picture is a digit 1 cropped to its ink: dark, of one colour, and tall."""
    even = all(max(plane) - min(plane) < EVEN for plane in planes)
    return even and height >= 3 * width and max(max(plane) for plane in planes) < 128


def is_clean(planes: Sequence[bytes], width: int) -> bool:
    """Whether the picture's border is even paper, and everything else is either darker or lighter than it."""
    for plane in planes:
        rim = plane[:width] + plane[-width:] + plane[::width] + plane[width - 1 :: width]
        darker, lighter = min(rim) - min(plane), max(plane) - max(rim)
        if max(rim) - min(rim) > 8 or min(darker, lighter) > 8 + max(darker, lighter) // 8:
            return False
    return True


def plain_ink(planes: Sequence[bytes], width: int, height: int) -> bytes:
    """The difference of each pixel from the paper, 0 to 255; the paper's level is the median of the picture's
    border."""
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
