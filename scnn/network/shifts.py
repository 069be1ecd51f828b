"""What a network computes for images, also as the mean over each image and its shifted copies.

A network is not quite indifferent to where a digit is, so the mean of several looks may be right more often.
"""

from array import array
from collections.abc import Iterable, Sequence
from math import prod

from scnn.engines.engine import Engine
from scnn.layers.layer import Shape

__all__ = ["outputs_of", "shifted_copies"]


def outputs_of(
    engine: Engine, images: Iterable[Sequence[float]], shape: Shape, buffer: str, shift: int
) -> list[list[float]]:
    """The numbers in a buffer after each image; with a shift, their mean over `shifted_copies`."""
    rows = []
    for image in images:
        looks = []
        for copy in shifted_copies(image, shape, shift):
            engine.write("input", copy)
            engine.run("infer")
            looks.append([float(value) for value in engine.read(buffer)])
        rows.append([sum(column) / len(looks) for column in zip(*looks, strict=True)] if shift else looks[0])
    return rows


def shifted_copies(image: Sequence[float], shape: Shape, pixels: int) -> list["array[float]"]:
    """The image [channel, row, column], and its copies shifted up, down, left and right by so many pixels; the pixels
    at the border are repeated. With 0 pixels the image alone."""
    directions = [(0, 0), (-pixels, 0), (pixels, 0), (0, -pixels), (0, pixels)] if pixels else [(0, 0)]
    return [shifted(image, shape, down, right) for down, right in directions]


def shifted(image: Sequence[float], shape: Shape, down: int, right: int) -> "array[float]":
    _, height, width = shape
    columns = [min(max(column - right, 0), width - 1) for column in range(width)]
    copy = array("f")
    for first in range(0, prod(shape), height * width):
        for row in range(height):
            start = first + min(max(row - down, 0), height - 1) * width
            copy.extend(image[start + column] for column in columns)
    return copy
