"""Photographs of handwritten digits as a camera might take them: real digits on generated papers, in generated light.

A digit is one of the bundled test digits, enlarged smoothly and cut softly at half its grey, so that it has the edge
and the even tone of a pen. A kind says what it is written on, with what, and how it was lit; size (a seventh to four
fifths of the shorter side), place, turn, proportions and resolution (200 to 1,000 pixels), sensor noise, blur and
JPEG compression vary within each kind. `python -m tests.photographs FOLDER` writes some of each kind, to look at.
"""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from scnn.data.digits import Digits

__all__ = ["KINDS", "photograph"]

Array = npt.NDArray[np.float64]
Colour = tuple[float, float, float]


@dataclass
class Scene:
    """What a kind starts from: the picture's size, and where the digit's ink is, from 0 to 1, [row, column]."""

    random: Random
    noise: np.random.Generator
    width: int
    height: int
    mask: Array
    box: tuple[int, int, int, int]  # left, top, right, bottom of the ink

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.random.random()

    def grid(self) -> tuple[Array, Array]:
        """Each pixel's row and column, from 0 to 1."""
        rows, columns = np.mgrid[0 : self.height, 0 : self.width]
        return rows / self.height, columns / self.width

    def sheet(self, colour: Colour) -> Array:
        """Even paper, [row, column, channel]."""
        return np.full((self.height, self.width, 3), colour, np.float64)

    def write(self, picture: Array, colour: Colour, strength: float = 1.0) -> Array:
        ink = (self.mask * strength)[..., None]
        return picture * (1 - ink) + np.array(colour) * ink

    def clouds(self, cells: int) -> Array:
        """A smooth random field from 0 to 1."""
        coarse = self.noise.random((cells + 2, cells + 2)) * 255
        image = Image.fromarray(coarse.astype("uint8")).resize((self.width, self.height), Image.Resampling.BICUBIC)
        return np.asarray(image, np.float64) / 255


def enlarged(digit: bytes, size: int, random: Random) -> Image.Image:
    """The digit's ink with the box of 20 pixels enlarged to `size`, turned a little, as grey levels."""
    scale = size / 20
    side = max(28, round(28 * scale))
    grey = Image.frombytes("L", (28, 28), digit).resize((side, side), Image.Resampling.BICUBIC)
    grey = grey.filter(ImageFilter.GaussianBlur(0.45 * scale))
    grey = grey.rotate(random.uniform(-8, 8), Image.Resampling.BICUBIC)
    levels = np.asarray(grey, "float64")
    cut = random.uniform(85, 135)
    sharp = Image.fromarray((np.clip((levels - cut) / 255 * 1.6 * scale + 0.5, 0, 1) * 255).astype("uint8"))
    box = sharp.getbbox()
    assert box
    return sharp.crop(box)


def scene(digit: bytes, random: Random, smallest: float = 0.2, largest: float = 0.8, rim: float = 0.06) -> Scene:
    """A picture's size and a digit somewhere on it, at least `rim` of the shorter side from its edge."""
    longest = random.randint(200, 1000)
    width, height = random.choice([(1, 1), (4, 3), (3, 4), (16, 9), (3, 2)])
    width, height = longest * width // max(width, height), longest * height // max(width, height)
    shorter = min(width, height)
    largest = min(largest, 1 - 2 * rim - 0.05)
    ink = enlarged(digit, max(28, round(shorter * random.uniform(smallest, largest))), random)
    if ink.height > shorter * (1 - 2 * rim) or ink.width > shorter * (1 - 2 * rim):
        ink.thumbnail((int(shorter * (1 - 2 * rim)),) * 2)
    edge = int(rim * shorter)
    left = random.randint(edge, max(edge, width - edge - ink.width))
    top = random.randint(edge, max(edge, height - edge - ink.height))
    mask = np.zeros((height, width))
    mask[top : top + ink.height, left : left + ink.width] = np.asarray(ink) / 255
    noise = np.random.default_rng(random.getrandbits(32))
    return Scene(random, noise, width, height, mask, (left, top, left + ink.width, top + ink.height))


def taken(scene: Scene, picture: Array, noise: float = 4, blur: float = 0.8) -> Image.Image:
    """The picture as a camera keeps it: a little out of focus, with the sensor's noise, compressed."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype("uint8"))
    image = image.filter(ImageFilter.GaussianBlur(scene.between(0, blur)))
    levels = np.asarray(image) + scene.noise.normal(0, scene.between(0, noise), (scene.height, scene.width, 1))
    levels = levels + scene.noise.normal(0, scene.between(0, noise / 2), (scene.height, scene.width, 3))
    image = Image.fromarray(np.clip(levels, 0, 255).astype("uint8"))
    if scene.random.random() < 0.5:
        return image
    file = io.BytesIO()
    image.save(file, "JPEG", quality=scene.random.randint(50, 95))
    return Image.open(file).convert("RGB")


def white(scene: Scene, low: float = 195) -> Colour:
    level = scene.between(low, 255)
    return level, level - scene.between(0, 6), level - scene.between(0, 18)


def dark(scene: Scene, most: float = 60) -> Colour:
    level = scene.between(5, most)
    return level, level + scene.between(-5, 8), level + scene.between(0, 40)


# ---------------------------------------------------------------------------------------------------- the kinds


def plain(s: Scene) -> Array:
    return s.write(s.sheet(white(s)), dark(s))


def lines(s: Scene, picture: Array, colour: Colour, gap: float, width: float, both: bool, turn: float) -> Array:
    """Ruled or squared paper, its lines turned by so many radians."""
    rows, columns = np.mgrid[0 : s.height, 0 : s.width]
    for angle in (turn, turn + np.pi / 2)[: 2 if both else 1]:
        across = rows * np.cos(angle) - columns * np.sin(angle) + s.between(0, gap)
        away = np.abs((across + gap / 2) % gap - gap / 2)
        line = np.clip(width / 2 + 0.5 - away, 0, 1)[..., None]
        picture = picture * (1 - line) + np.array(colour) * line
    return picture


def paper_lines(s: Scene, both: bool, darkest: float = 120) -> Array:
    short = min(s.width, s.height)
    gap = max(14, short * s.between(0.05, 0.14))
    colour = (s.between(darkest, 190), s.between(darkest + 30, 205), s.between(190, 235))
    width = max(1.0, s.between(0.8, 1.2) * short / 400)
    return lines(s, s.sheet(white(s, 215)), colour, gap, width, both, s.between(-0.08, 0.08))


def squared(s: Scene) -> Array:
    return s.write(paper_lines(s, True), dark(s))


def ruled(s: Scene) -> Array:
    return s.write(paper_lines(s, False), dark(s))


def margin(s: Scene) -> Array:
    """Ruled paper with a red margin line, and a ballpoint's blue."""
    picture = paper_lines(s, False)
    picture[:, int(s.width * 0.04) : int(s.width * 0.04) + 2] = (220, 90, 90)
    return s.write(picture, (s.between(10, 50), s.between(20, 70), s.between(110, 180)))


def grey_squares(s: Scene) -> Array:
    """Lines as dark as pencil, and a pencil."""
    short = min(s.width, s.height)
    grey = s.between(150, 180)
    picture = lines(
        s,
        s.sheet(white(s, 225)),
        (grey,) * 3,
        max(16, short * s.between(0.06, 0.12)),
        1.2,
        True,
        s.between(-0.05, 0.05),
    )
    return s.write(picture, (s.between(70, 105),) * 3)


def outside(s: Scene, rim: float) -> Array:
    """1 where a sheet, turned a little, does not lie, 0 where it lies; the digit is well inside."""
    left, top, right, bottom = s.box
    short = min(s.width, s.height)
    room = int(rim * short)
    corners = [
        (s.random.randint(0, max(0, left - room)), s.random.randint(0, max(0, top - room))),
        (s.random.randint(min(s.width, right + room), s.width), s.random.randint(0, max(0, top - room))),
        (
            s.random.randint(min(s.width, right + room), s.width),
            s.random.randint(min(s.height, bottom + room), s.height),
        ),
        (s.random.randint(0, max(0, left - room)), s.random.randint(min(s.height, bottom + room), s.height)),
    ]
    image = Image.new("L", (s.width, s.height), 255)
    ImageDraw.Draw(image).polygon(corners, fill=0)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)))[..., None] / 255


def wood(s: Scene, colour: Colour) -> Array:
    rows, _ = s.grid()
    grain = 1 + 0.12 * np.sin(40 * rows + 6 * s.clouds(4)) + 0.1 * (s.clouds(12) - 0.5)
    return s.sheet(colour) * grain[..., None]


def table(s: Scene) -> Array:
    """A sheet in perspective on a dark table of wood."""
    around = outside(s, 0.08)
    wooden = wood(s, (s.between(50, 110), s.between(35, 75), s.between(20, 50)))
    return s.write(s.sheet(white(s)) * (1 - around) + wooden * around, dark(s))


def light_table(s: Scene) -> Array:
    """A sticky note on a light desk."""
    around = outside(s, 0.08)
    note = (s.between(235, 255), s.between(215, 240), s.between(90, 150))
    desk = wood(s, (s.between(190, 225), s.between(170, 200), s.between(140, 175)))
    return s.write(s.sheet(note) * (1 - around) + desk * around, dark(s))


def half_plane(s: Scene, soft: float) -> Array:
    rows, columns = s.grid()
    angle = s.between(0, 2 * np.pi)
    away = (columns - s.between(0.2, 0.8)) * np.cos(angle) + (rows - s.between(0.2, 0.8)) * np.sin(angle)
    shade: Array = 1 / (1 + np.exp(-np.clip(away / soft, -50, 50)))
    return shade[..., None]


def shadow(s: Scene) -> Array:
    """A hard-edged shadow over a part of the sheet, and over the digit as it falls."""
    shade = half_plane(s, s.between(0.001, 0.01))
    return s.write(s.sheet(white(s)), dark(s)) * (1 - shade * s.between(0.3, 0.6))


def soft_shadow(s: Scene) -> Array:
    shade = half_plane(s, s.between(0.03, 0.1))
    return s.write(s.sheet(white(s)), dark(s)) * (1 - shade * s.between(0.3, 0.65))


def spot(s: Scene, radius: float) -> Array:
    rows, columns = s.grid()
    square = (columns - s.between(0.1, 0.9)) ** 2 + (rows - s.between(0.1, 0.9)) ** 2
    light: Array = np.exp(-square / radius**2)
    return light[..., None]


def glare(s: Scene) -> Array:
    """Light that a glossy sheet throws back, over everything."""
    picture = s.write(s.sheet((s.between(165, 210),) * 3), dark(s, 40))
    return picture + spot(s, s.between(0.15, 0.4)) * s.between(60, 130)


def lamp(s: Scene) -> Array:
    """A dark room and one warm lamp."""
    light = 0.22 + 0.78 * spot(s, s.between(0.4, 0.8))
    lit: Array = s.write(s.sheet(white(s)), dark(s)) * light * np.array((1, 0.9, 0.7))
    return lit


def pencil(s: Scene) -> Array:
    """Grey, grainy, on paper that has a tooth."""
    grain = 1 - 0.25 * s.noise.random((s.height, s.width))
    level = s.between(95, 145)
    s.mask = s.mask * grain
    return s.write(s.sheet(white(s, 205)), (level,) * 3)


def blue_pen(s: Scene) -> Array:
    return s.write(s.sheet(white(s)), (s.between(20, 70), s.between(40, 100), s.between(140, 220)))


def whiteboard(s: Scene) -> Array:
    """Red on a whiteboard with a lamp's reflection."""
    picture = s.write(
        s.sheet((s.between(215, 240),) * 3), (s.between(190, 225), s.between(20, 60), s.between(20, 60))
    )
    return picture + spot(s, s.between(0.15, 0.3)) * s.between(20, 40)


def crumpled(s: Scene) -> Array:
    """Facets of paper, each in a light of its own, with creases between."""
    centres = [(s.random.random(), s.random.random(), s.between(0.82, 1.06)) for _ in range(s.random.randint(15, 40))]
    rows, columns = s.grid()
    away = np.stack([(rows - y) ** 2 + (columns - x) ** 2 for y, x, _ in centres])
    light = np.array([level for *_, level in centres])[away.argmin(0)]
    light = np.asarray(Image.fromarray((light * 200).astype("uint8")).filter(ImageFilter.GaussianBlur(3))) / 200
    return s.write(s.sheet(white(s)), dark(s)) * light[..., None]


def inverted(s: Scene) -> Array:
    return s.write(s.sheet((s.between(0, 40),) * 3), (s.between(200, 255),) * 3)


def chalk(s: Scene) -> Array:
    """Chalk that skips, on a board that was wiped."""
    board = s.sheet((s.between(25, 50), s.between(45, 75), s.between(35, 60))) * (0.85 + 0.4 * s.clouds(5)[..., None])
    s.mask = s.mask * (1 - 0.4 * s.noise.random((s.height, s.width)))
    return s.write(board, (s.between(190, 240),) * 3)


def kraft(s: Scene) -> Array:
    """Black, or white, on brown paper."""
    paper = s.sheet((s.between(160, 195), s.between(120, 145), s.between(75, 100))) * (
        0.95 + 0.1 * s.clouds(30)[..., None]
    )
    return s.write(paper, (250, 250, 245) if s.random.random() < 0.5 else dark(s))


def coloured(s: Scene) -> Array:
    """Green, purple or orange on pastel paper."""
    paper = s.random.choice([(200, 225, 250), (250, 205, 215), (210, 245, 205), (245, 240, 190)])
    return s.write(s.sheet(paper), s.random.choice([(20, 110, 50), (110, 20, 130), (190, 70, 10)]))


def hands(s: Scene) -> Array:
    """Fingers that hold the sheet at its rim."""
    picture = plain(s)
    image = Image.fromarray(np.clip(picture, 0, 255).astype("uint8"))
    draw = ImageDraw.Draw(image)
    left, _, right, _ = s.box
    for _ in range(2):
        wide = int(min(s.width, s.height) * 0.09)
        reach = int(min(s.width, s.height) * 0.12)
        at = s.random.randint(0, s.height - 2 * wide)
        side = s.random.choice([0, s.width])
        if (left > reach + 5 and side == 0) or (right < s.width - reach - 5 and side):
            draw.ellipse((side - reach, at, side + reach, at + wide), fill=(205, 150, 120))
    return np.asarray(image, "float64")


CORNER = {"smallest": 0.14, "largest": 0.22}
SHEET = {"largest": 0.6, "rim": 0.12}

# Each kind with what its scene is made of, and how its camera differs.
KINDS: dict[str, tuple[Callable[[Scene], Array], dict[str, float], dict[str, float]]] = {
    "plain": (plain, {}, {}),
    "squared": (squared, {}, {}),
    "ruled": (ruled, {}, {}),
    "margin": (margin, {"rim": 0.1}, {}),
    "pencil on grey squares": (grey_squares, {"smallest": 0.3}, {"noise": 3}),
    "dark table": (table, SHEET, {}),
    "light table": (light_table, SHEET, {}),
    "shadow": (shadow, {}, {}),
    "soft shadow": (soft_shadow, {}, {}),
    "glare": (glare, {}, {}),
    "lamp": (lamp, {}, {"noise": 3}),
    "pencil": (pencil, {}, {"noise": 9}),
    "blue pen": (blue_pen, {}, {}),
    "whiteboard": (whiteboard, {}, {}),
    "corner": (plain, CORNER, {}),
    "crumpled": (crumpled, {}, {}),
    "inverted": (inverted, {}, {}),
    "chalk": (chalk, {}, {}),
    "kraft": (kraft, {}, {}),
    "coloured": (coloured, {}, {}),
    "noisy": (plain, {}, {"noise": 25}),
    "blurred": (plain, {}, {"blur": 3}),
    "hands": (hands, {"rim": 0.15, "largest": 0.6}, {}),
}


def photograph(kind: str, number: int, digits: Digits) -> tuple[Image.Image, int]:
    """Photograph `number` of a kind, and the digit on it: always the same for the same number."""
    random = Random(f"{kind} {number}")
    place = random.randrange(len(digits))
    draw, size, camera = KINDS[kind]
    one = scene(digits.image(place), random, **size)
    return taken(one, draw(one), **camera), digits.labels[place]


def main(folder: Path, each: int = 4) -> None:
    from scnn.data.bundled import load_digits

    _, test = load_digits()
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        for number in range(each):
            image, label = photograph(kind, number, test)
            image.save(folder / f"{kind.replace(' ', '_')}-{number}-{label}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
