"""Normalises cut-out ink to the form of MNIST's digits: of even strength, and with their pen width."""

from scnn.data.drawing import BOX, normalise_pixels
from scnn.data.lanes import FULL, Lanes

__all__ = ["halved", "written"]

ENOUGH = 110  # pixels along the longer side: larger figures are reduced first
THIN = 1.5  # pen width in pixels of the 20×20 box: thinner strokes are widened
THICKENED = 2.0  # to this width
PAPER, INK = 0.25, 0.8  # shares of the strongest ink nearby: paper is below the first, ink above the second
HALF = bytes(level >> 1 for level in range(256))
DOUBLE = bytes(min(255, 2 * level) for level in range(256))


def written(ink: bytes, width: int, height: int, pen: float) -> bytes:
    """The 28×28 grey levels, [row, column], of ink from 0 to 127, whose strokes are `pen` pixels wide.

    Each pixel is compared with the strongest ink within a pen's width, so that ink bleached by glare still counts.
    """
    ink = ink.translate(DOUBLE)
    while max(width, height) > ENOUGH and min(width, height) > 1:
        ink, width, height = halved(ink, width, height)
        pen /= 2
    widen = 0
    thickness = pen * BOX / max(width, height)
    if thickness < THIN:
        widen = round((THICKENED - thickness) / 2 * max(width, height) / BOX)
    width, height, ink = width + 2 * widen, height + 2 * widen, framed(ink, width, widen)
    window = max(3, round(pen) | 1)
    lanes = Lanes(width, height, max(window, 2 * widen + 1))
    levels = lanes.pack(ink.translate(HALF))
    strongest = lanes.unpack(lanes.dilated(levels, window, window))
    even = bytes(map(evened, lanes.unpack(levels), strongest))
    if widen:
        even = lanes.unpack(rounded(lanes, lanes.pack(even), widen))
    return normalise_pixels(even.translate(DOUBLE), width, height)


def evened(level: int, strongest: int) -> int:
    share = (level / strongest - PAPER) / (INK - PAPER) if strongest else 0.0
    return min(FULL, max(0, round(FULL * share)))


def rounded(lanes: Lanes, picture: int, radius: int) -> int:
    """The maximum within an octagon of this radius."""
    narrow = round(0.4 * radius) * 2 + 1
    wide = 2 * radius + 1
    return lanes.maximum(lanes.dilated(picture, wide, narrow), lanes.dilated(picture, narrow, wide))


def framed(levels: bytes, width: int, rim: int) -> bytes:
    """The image with `rim` pixels of paper on each side."""
    if not rim:
        return levels
    rows = b"".join(bytes(rim) + levels[at : at + width] + bytes(rim) for at in range(0, len(levels), width))
    edge = bytes(rim * (width + 2 * rim))
    return edge + rows + edge


def halved(plane: bytes, width: int, height: int) -> tuple[bytes, int, int]:
    """The means of 2×2 pixels, and the size of the new plane; an odd last row or column is dropped."""
    wide, high = max(1, width // 2), max(1, height // 2)
    if width & 1 and width > 1:
        plane = b"".join(plane[at : at + width - 1] for at in range(0, len(plane), width))
    narrow = mean(plane[0::2], plane[1::2]) if width > 1 else plane
    rows = [narrow[at : at + wide] for at in range(0, len(narrow), wide)]
    low = mean(b"".join(rows[0 : 2 * high : 2]), b"".join(rows[1 : 2 * high : 2])) if height > 1 else narrow
    return low, wide, high


def mean(one: bytes, other: bytes) -> bytes:
    """The mean of each two bytes, rounded down: the bits that both have, plus half of the bits that only one has."""
    a, b = int.from_bytes(one, "little"), int.from_bytes(other, "little")
    low = int.from_bytes(b"\x7f" * len(one), "little")
    return ((a & b) + (((a ^ b) >> 1) & low)).to_bytes(len(one), "little")
