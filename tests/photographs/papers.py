"""What a digit is written on: papers, and the tables that they lie on."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.photographs.scene import Array, Colour, Scene, dark, white

__all__ = [
    "grey_squares",
    "light_table",
    "lines",
    "margin",
    "outside",
    "paper_lines",
    "plain",
    "ruled",
    "squared",
    "table",
    "wood",
]


def plain(s: Scene) -> Array:
    return s.write(s.sheet(white(s)), dark(s))


def lines(s: Scene, picture: Array, colour: Colour, gap: float, width: float, both: bool, turn: float) -> Array:
    """Ruled or squared paper, its lines rotated by this many radians."""
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
