"""Labelled grey images, validated."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from scnn.checks import MAX_CLASSES, require_integer, require_names
from scnn.data.images import grey_levels, integers
from scnn.data.split import first_of_each
from scnn.errors import ConfigError, DataError, ShapeError

__all__ = ["CLASSES", "Digits"]

CLASSES = tuple("0123456789")


@dataclass(frozen=True, init=False)
class Digits:
    """Grey images with their classes. Raises DataError for counts that differ and invalid labels, ShapeError for an
    array with other rows and columns, ConfigError for sizes below 1 and invalid class names.

    `pixels` is [image, row, column], one byte each, from 0 (paper) to 255 (ink). `labels` is one byte per image, the
    index of its class in `classes`. Both accept bytes, nested lists, and arrays of numpy, PyTorch and other libraries
    on the CPU; floats and bools are pixels from 0 to 1. Warns with DataWarning if all pixels are integers 0 and 1.

    >>> one = Digits([[[0.0, 1.0], [0.4, 0.0]]], [3], rows=2, columns=2)
    >>> one
    <Digits: 1 of 2×2 pixels, classes 0 1 2 3 4 5 6 7 8 9>
    >>> one.pixels
    b'\\x00\\xfff\\x00'
    """

    pixels: bytes
    labels: bytes
    rows: int
    columns: int
    classes: tuple[str, ...]

    def __init__(
        self,
        pixels: object,
        labels: object,
        rows: int = 28,
        columns: int = 28,
        classes: Sequence[str] = CLASSES,
    ) -> None:
        require_integer("an image's rows", rows, 1)
        require_integer("an image's columns", columns, 1)
        names = require_names(classes)
        if not 1 <= len(names) <= MAX_CLASSES:
            raise ConfigError(f"expected 1 to {MAX_CLASSES} classes (a label is one byte), got {len(names)}")
        fields = {"pixels": grey_levels(pixels, (1, rows, columns)), "labels": label_bytes(labels, len(names))}
        for name, value in {**fields, "rows": rows, "columns": columns, "classes": names}.items():
            object.__setattr__(self, name, value)  # as frozen dataclasses do
        wanted = len(self.labels) * self.rows * self.columns
        if len(self.pixels) != wanted:
            raise DataError(
                f"{len(self)} images of {self.rows}×{self.columns} need {wanted} pixels, got {len(self.pixels)}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"<Digits: {len(self)} of {self.rows}×{self.columns} pixels, classes {' '.join(self.classes)}>"

    def require_input(self, shape: tuple[int, ...], name: str = "digits") -> None:
        """Raises ShapeError unless a network's input has this shape; `name` names the images in the message."""
        own = (1, self.rows, self.columns)
        if own != shape:
            raise ShapeError(f"the shape of the {name} is {own}, and the network's input is {shape}")

    def fingerprint(self) -> str:
        """SHA-256 of sizes, class names, labels and pixels."""
        digest = hashlib.sha256(json.dumps([len(self), self.rows, self.columns, self.classes]).encode())
        digest.update(self.labels)
        digest.update(self.pixels)
        return digest.hexdigest()

    def image(self, index: int) -> bytes:
        """The pixels of one image, [row, column]."""
        size = self.rows * self.columns
        return self.pixels[index * size : (index + 1) * size]

    def select(self, classes: Sequence[int], per_class: int) -> "Digits":
        """The first `per_class` images of each of these classes; labels count the classes given from 0."""
        chosen = self.take(first_of_each(self.labels, classes, per_class))
        labels = bytes(label for label in range(len(classes)) for _ in range(per_class))
        return Digits(chosen.pixels, labels, self.rows, self.columns, tuple(self.classes[label] for label in classes))

    def take(self, indices: Sequence[int]) -> "Digits":
        """The images at these indices, in that order, with their labels and all class names."""
        pixels = b"".join(map(self.image, indices))
        labels = bytes(self.labels[index] for index in indices)
        return Digits(pixels, labels, self.rows, self.columns, self.classes)


def label_bytes(labels: object, classes: int) -> bytes:
    """Labels as bytes; raises DataError unless all are class indices."""
    numbers = labels if isinstance(labels, bytes) else integers(labels, "labels")
    for index, label in enumerate(numbers):
        if not 0 <= label < classes:
            raise DataError(f"image {index} has the label {label}; expected 0 to {classes - 1}")
    return bytes(numbers)
