"""`python build.py shapes`: makes scnn/data/shapes.xz again, small pictures in colour, drawn by the rules below.

A picture has 32×32 pixels of four colours: a background with a second shade, and on it a figure with a second shade.
Its class is the figure's form (disc, square or triangle), texture (plain or striped) and colour (warm or cool).
Everything else is random: index, size, angle, the background's colour (warm as often as cool) and pattern, how light
both are, and the direction and width of the stripes. So neither a pixel nor the mean colour tells the class.
"""

import lzma
from array import array
from collections.abc import Callable, Iterator
from random import Random

from builder.command import say, sha256
from builder.paths import ROOT

from scnn.data.bundled import SHAPES

__all__ = ["make_shapes", "packed"]

FILE = ROOT / "scnn" / "data" / "shapes.xz"
SIDE = 32
TRAINING, TEST = 200, 50  # of each class
COLOURS = ("warm", "cool")

# Directions (cosine, sine) from Pythagorean triples, so that no picture depends on a mathematics library.
STRAIGHT = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
DIRECTIONS = [*STRAIGHT, *((a / c, b / c) for a, b, c in ((3, 4, 5), (4, 3, 5), (-3, 4, 5), (-4, 3, 5)))]

Inside = Callable[[float, float], bool]


def make_shapes() -> None:
    """Writes the file, and says what is in it."""
    FILE.write_bytes(packed())
    say(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size} bytes, SHA-256 {sha256(FILE)}")


def packed(training: int = TRAINING, test: int = TEST) -> bytes:
    """The file's bytes: for training and test images each three IDX arrays, the pixels' colours as numbers
    [image, row, column], the palettes [image, number × channel] and the labels, compressed by LZMA."""
    parts = [*arrays("training", training), *arrays("test", test)]
    return lzma.compress(b"".join(parts), preset=9 | lzma.PRESET_EXTREME)


def arrays(part: str, count: int) -> Iterator[bytes]:
    """The three arrays of `count` images of each class, class by class. An image's random numbers depend on its part,
    class and index alone, so that the first ones are the same for any count."""
    pixels, palettes, labels = bytearray(), bytearray(), bytearray()
    for label, name in enumerate(SHAPES):
        for index in range(count):
            random = Random(f"{part} {label} {index}")
            colour, texture, form = name.split()
            pixels += drawn(random, form, texture)
            palettes += palette(random, colour)
            labels.append(label)
    yield idx((len(labels), SIDE, SIDE), pixels)
    yield idx((len(labels), 12), palettes)
    yield idx((len(labels),), labels)


def idx(shape: tuple[int, ...], numbers: bytes | bytearray) -> bytes:
    """An IDX array of bytes."""
    sizes = array("B", b"".join(size.to_bytes(4, "big") for size in shape)).tobytes()
    return bytes([0, 0, 8, len(shape)]) + sizes + bytes(numbers)


def drawn(random: Random, form: str, texture: str) -> bytes:
    """The number of each pixel's colour: 0 and 1 for the background, 2 and 3 for the figure."""
    size = random.uniform(9.0, 13.0)
    x, y = (random.uniform(size, SIDE - size) for _ in range(2))
    inside = figure(form, size, *random.choice(STRAIGHT))
    behind = stripes(random, random.choice((0.0, 0.0, 0.2)))
    across = stripes(random, 0.45 if texture == "striped" else 0.0)
    numbers = bytearray()
    for row in range(SIDE):
        for column in range(SIDE):
            if inside(column + 0.5 - x, row + 0.5 - y):
                numbers.append(3 if across(column, row) else 2)
            else:
                numbers.append(1 if behind(column, row) else 0)
    return bytes(numbers)


def figure(form: str, size: float, cosine: float, sine: float) -> Inside:
    """Whether a point, relative to the figure's middle, lies in it. All forms have about the same area."""

    def turned(x: float, y: float) -> tuple[float, float]:
        return cosine * x + sine * y, cosine * y - sine * x

    def disc(x: float, y: float) -> bool:
        return x * x + y * y < 0.64 * size * size

    def square(x: float, y: float) -> bool:
        along, across = turned(x, y)
        return max(abs(along), abs(across)) < 0.71 * size

    def triangle(x: float, y: float) -> bool:
        along, across = turned(x, y)
        return along > -0.6 * size and 1.73 * abs(across) < 1.2 * size - along

    return {"disc": disc, "square": square, "triangle": triangle}[form]


def stripes(random: Random, share: float) -> Inside:
    """Whether a pixel lies in a stripe, where stripes take this share of the plane."""
    cosine, sine = random.choice(DIRECTIONS)
    period, start = random.uniform(4.0, 6.5), random.random()

    def striped(x: float, y: float) -> bool:
        turns = (cosine * x + sine * y) / period + start
        return turns % 1.0 < share

    return striped


def palette(random: Random, colour: str) -> bytes:
    """Red, green and blue of the background, its second shade, the figure and its second shade."""
    behind = random.choice(COLOURS)
    ground = own = hue(random, colour)
    while sum(abs(one - other) for one, other in zip(ground, own, strict=True)) < 140:  # too alike to be told apart
        ground, own = hue(random, behind), hue(random, colour)
    return bytes([*ground, *shade(random, ground), *own, *shade(random, own)])


def hue(random: Random, colour: str) -> tuple[int, int, int]:
    """A warm colour, from red to yellow, or a cool one, from green to blue; light or dark."""
    strong, middle, weak = random.randrange(150, 250), random.randrange(40, 160), random.randrange(0, 60)
    if colour == "warm":
        return strong, middle, weak
    return (weak, middle, strong) if random.random() < 0.5 else (weak, strong, middle)


def shade(random: Random, colour: tuple[int, int, int]) -> tuple[int, ...]:
    """The same colour, clearly darker or lighter."""
    if random.random() < 0.5:
        return tuple(level * 2 // 5 for level in colour)
    return tuple(level + (255 - level) * 3 // 5 for level in colour)
