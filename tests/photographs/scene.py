"""A digit on a picture, before and after the camera."""

import io
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

__all__ = ["Array", "Colour", "Scene", "dark", "scene", "taken", "white"]

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
