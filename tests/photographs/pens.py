"""What a digit is written with, and hands."""

import numpy as np
from PIL import Image, ImageDraw

from tests.photographs.light import spot
from tests.photographs.papers import plain
from tests.photographs.scene import Array, Scene, dark, white

__all__ = ["blue_pen", "chalk", "coloured", "hands", "inverted", "kraft", "pencil", "whiteboard"]


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
