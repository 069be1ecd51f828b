"""Digits from IDX files: MNIST, and similar datasets whose numbers, shapes and labels differ."""

import os
from array import array
from collections.abc import Iterator, Sequence
from math import isqrt
from pathlib import Path
from typing import Any, BinaryIO

from scnn.checks import warn
from scnn.data.dataset import CLASSES, Digits
from scnn.data.names import class_names
from scnn.errors import DataError, IdxError
from scnn.formats.idx import name_of, opened, read, read_idx

__all__ = ["load_idx", "read_digits"]

EMNIST_LABELS = (
    (1, 26),
    (0, 46),
    (0, 61),
)  # smallest and largest label of its letters, balanced and by-class datasets


def load_idx(
    images: str | Path | bytes,
    labels: str | Path | bytes,
    *,
    classes: str | Sequence[str] | None = None,
    transposed: bool = False,
) -> Digits:
    """Images and labels from two IDX files, by path or as bytes, plain or gzipped.

    Images are [image, row, column], [image, 1, row, column] or, if they are square, [image, pixel]: integers
    from 0 to 255 or floats from 0 to 1, of any type. Labels are [image] or, as in QMNIST, [image, column], where
    the first column is the class. `classes` names the classes (0 to 9 unless given) or
    a dataset whose class names are known, such as "fashion-mnist" (`scnn.data.names`); labels may count them from 1.
    `transposed` exchanges the rows and columns of each image, as EMNIST needs; without it, a dataset that looks like
    EMNIST gives a DataWarning.

    Files can be pipes. Raises IdxError, naming the file, if a file is truncated, corrupt, of another type or longer
    than its header states, if the counts differ, and if a label is not a class.
    """
    image_name, label_name = name_of(images, "the images' file"), name_of(labels, "the labels' file")
    with opened(images) as image_stream, opened(labels) as label_stream:
        digits = read_digits(image_stream, label_stream, image_name, label_name, classes, transposed)
        for stream, name in ((image_stream, image_name), (label_stream, label_name)):
            if read(stream, 1, name):
                raise IdxError(f"{name} has extra data after its last element")
    return digits


def read_digits(
    images: BinaryIO,
    labels: BinaryIO,
    image_name: str,
    label_name: str,
    classes: str | Sequence[str] | None = None,
    transposed: bool = False,
) -> Digits:
    shape, numbers = read_idx(images, "images", image_name)
    rows, columns = sides_of(shape, image_name)
    label_shape, label_numbers = read_idx(labels, "labels", label_name)
    if shape[0] != label_shape[0]:
        raise IdxError(f"{image_name} and {label_name} do not match: {shape[0]} images, {label_shape[0]} labels")
    found = classes_of(label_numbers, label_shape, label_name)
    if not transposed and looks_like_emnist(found, image_name):
        warn(
            f"{image_name} looks like EMNIST, whose images have rows and columns exchanged: "
            "pass transposed=True (--transposed) if they appear rotated"
        )
    names = CLASSES if classes is None else class_names(classes)
    if classes is not None and min(found, default=0) >= 1 and max(found) == len(names):
        found = [label - 1 for label in found]  # they count from 1
    pixels = grey_bytes(numbers, image_name)
    if transposed:
        pixels = b"".join(transpose(pixels, rows, columns))
        rows, columns = columns, rows
    try:
        return Digits(pixels, found, rows, columns, names)
    except DataError as error:
        largest = max(found, default=0)
        remedy = (
            f" (the largest label is {largest}: name the classes, classes=[…] or --classes)"
            if classes is None
            else ""
        )
        raise IdxError(f"{image_name} and {label_name} are invalid: {error}{remedy}") from None


def sides_of(shape: tuple[int, ...], name: str) -> tuple[int, int]:
    """Rows and columns of each image; raises IdxError if the shape does not determine them."""
    if len(shape) == 2:
        side = isqrt(shape[1])
        if side * side != shape[1]:
            raise IdxError(
                f"{name} has images of {shape[1]} numbers, which is not a square; expected rows and columns"
            )
        return side, side
    if len(shape) == 4 and shape[1] != 1:
        raise IdxError(f"{name} has images of {shape[1]} channels; expected one, grey")
    return shape[-2], shape[-1]


def classes_of(numbers: "array[Any]", shape: tuple[int, ...], name: str) -> list[int]:
    """The class of each image: the numbers, or their first column."""
    found = numbers[:: shape[1]] if len(shape) == 2 else numbers
    for index, label in enumerate(found):
        if label != int(label) or not 0 <= label <= 255:
            raise IdxError(f"{name}: label {index} is {label}; expected an integer from 0 to 255")
    return [int(label) for label in found]


def grey_bytes(numbers: "array[Any]", name: str) -> bytes:
    """Grey levels, 0 to 255, from integers from 0 to 255 or floats from 0 to 1; raises IdxError for others."""
    if numbers.typecode == "B" or not numbers:
        return numbers.tobytes()
    least, largest = min(numbers), max(numbers)
    if numbers.typecode in "fd" and least >= 0 and largest <= 1:
        return bytes(round(255 * number) for number in numbers)
    if least >= 0 and largest <= 255 and all(number == int(number) for number in numbers):
        return bytes(int(number) for number in numbers)
    raise IdxError(
        f"{name} has numbers from {least} to {largest}; expected integers from 0 to 255, or floats from 0 to 1"
    )


def transpose(pixels: bytes, rows: int, columns: int) -> Iterator[bytes]:
    """Each image with rows and columns exchanged."""
    for first in range(0, len(pixels), rows * columns):
        image = pixels[first : first + rows * columns]
        yield b"".join(image[column::columns] for column in range(columns))


def looks_like_emnist(labels: Sequence[int], name: str) -> bool:
    """Recognised by the file's name, or by labels that only EMNIST has."""
    ends = (min(labels, default=0), max(labels, default=0))
    return "emnist" in os.path.basename(name).lower() or ends in EMNIST_LABELS
