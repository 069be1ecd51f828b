"""The kinds of photographs, and how each is made."""

from collections.abc import Callable
from random import Random

from PIL import Image

from scnn.data.dataset import Digits
from tests.photographs.light import crumpled, glare, lamp, shadow, soft_shadow
from tests.photographs.papers import grey_squares, light_table, margin, plain, ruled, squared, table
from tests.photographs.pens import blue_pen, chalk, coloured, hands, inverted, kraft, pencil, whiteboard
from tests.photographs.scene import Array, Scene, scene, taken

__all__ = ["KINDS", "photograph"]

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
    index = random.randrange(len(digits))
    draw, size, camera = KINDS[kind]
    one = scene(digits.image(index), random, **size)
    return taken(one, draw(one), **camera), digits.labels[index]
