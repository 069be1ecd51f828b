"""Images from wherever they are: nested lists, bytes, numpy arrays and whatever else has the buffer protocol."""

import math
import struct
from array import array
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from scnn.data import Digits
from scnn.errors import DataError, ShapeError

__all__ = ["images_of"]


def images_of(images: object, shape: tuple[int, ...]) -> list["array[float]"]:
    """Each image as float32 numbers in row order, 0 for paper to 1 for ink.

    Bytes and whole numbers are grey levels from 0 to 255; floats go from 0 to 1. One image or many: what there is
    must be a multiple of `shape`. Raises ShapeError where it is not, DataError for NaN and what is out of range.
    """
    size = prod(shape)
    levels = (
        array("f", (level / 255.0 for level in images.pixels)) if isinstance(images, Digits) else levels_of(images)
    )
    if not levels or len(levels) % size:
        raise ShapeError(f"images of {shape} have {size} numbers each, and {len(levels)} are no multiple of that")
    return [levels[first : first + size] for first in range(0, len(levels), size)]


def levels_of(images: Any) -> "array[float]":
    """All numbers in row order, from 0 to 1."""
    try:
        view = memoryview(images)
    except TypeError:
        numbers = list(flat(images))
        whole = all(isinstance(number, int) for number in numbers)
        return scaled(numbers, 255.0 if whole else 1.0)
    code = view.format.lstrip("@=<")
    if code == "B":
        return scaled(view.tobytes(), 255.0)
    if code not in ("e", "f", "d"):
        raise DataError(f"images come as bytes or floats, not as numbers of format {view.format!r}")
    return scaled((number for (number,) in struct.iter_unpack(f"={code}", view.tobytes())), 1.0)


def scaled(numbers: Iterable[float], largest: float) -> "array[float]":
    levels = array("f")
    for place, number in enumerate(numbers):
        if not 0 <= number <= largest or not math.isfinite(number):
            raise DataError(f"number {place} of the images is {number}, and they go from 0 to {largest:g}")
        levels.append(number / largest)
    return levels


def flat(images: object) -> Iterator[float]:
    """The numbers of nested sequences, in order."""
    if isinstance(images, bool | str):
        raise DataError(f"images are numbers, not {images!r}")
    if isinstance(images, int | float):
        yield images
    elif isinstance(images, Iterable):
        for part in images:
            yield from flat(part) if not isinstance(part, bytes | bytearray) else part
    else:
        raise DataError(f"images are nested lists, bytes or arrays of numbers, not {type(images).__name__}")
