"""How a sheet is lit."""

import numpy as np
from PIL import Image, ImageFilter

from tests.photographs.scene import Array, Scene, dark, white

__all__ = ["crumpled", "glare", "half_plane", "lamp", "shadow", "soft_shadow", "spot"]


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


def crumpled(s: Scene) -> Array:
    """Facets of paper, each in a light of its own, with creases between."""
    centres = [(s.random.random(), s.random.random(), s.between(0.82, 1.06)) for _ in range(s.random.randint(15, 40))]
    rows, columns = s.grid()
    away = np.stack([(rows - y) ** 2 + (columns - x) ** 2 for y, x, _ in centres])
    light = np.array([level for *_, level in centres])[away.argmin(0)]
    light = np.asarray(Image.fromarray((light * 200).astype("uint8")).filter(ImageFilter.GaussianBlur(3))) / 200
    return s.write(s.sheet(white(s)), dark(s)) * light[..., None]
