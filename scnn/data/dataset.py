"""Labelled images, grey or in colour, validated."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod, sqrt

from scnn.checks import MAX_CLASSES, require_integer, require_names
from scnn.data.images import grey_levels, integers
from scnn.data.split import first_of_each
from scnn.errors import ConfigError, DataError, ShapeError

__all__ = ["CLASSES", "Digits", "ImageDataset"]

CLASSES = tuple("0123456789")


@dataclass(frozen=True, init=False)
class ImageDataset:
    """Images with their classes. Raises DataError for counts that differ and invalid labels, ShapeError for an array
    of another shape, ConfigError for sizes below 1 and invalid class names.

    `pixels` is [image, channel, row, column], one byte each, from 0 to 255; `shape` is (channels, rows, columns).
    `labels` is one byte per image, the index of its class in `classes`. Both accept bytes, nested lists, and arrays
    of numpy, PyTorch and other libraries on the CPU; floats and bools are pixels from 0 to 1. Warns with DataWarning
    if all pixels are integers 0 and 1.

    >>> one = ImageDataset([[[[255]], [[128]], [[0]]]], [1], shape=(3, 1, 1), classes=("red", "orange"))
    >>> one
    <ImageDataset: 1 of 3×1×1 pixels, classes red orange>
    """

    pixels: bytes
    labels: bytes
    shape: tuple[int, int, int]
    classes: tuple[str, ...]

    def __init__(self, pixels: object, labels: object, shape: Sequence[int], classes: Sequence[str]) -> None:
        if len(shape) != 3:
            raise ConfigError(f"an image's shape is (channels, rows, columns), got {tuple(shape)}")
        for name, size in zip(("channels", "rows", "columns"), shape, strict=True):
            require_integer(f"an image's {name}", size, 1)
        names = require_names(classes)
        if not 1 <= len(names) <= MAX_CLASSES:
            raise ConfigError(f"expected 1 to {MAX_CLASSES} classes (a label is one byte), got {len(names)}")
        fields = {"pixels": grey_levels(pixels, tuple(shape)), "labels": label_bytes(labels, len(names))}
        for name, value in {**fields, "shape": tuple(shape), "classes": names}.items():
            object.__setattr__(self, name, value)  # as frozen dataclasses do
        wanted = len(self.labels) * prod(shape)
        if len(self.pixels) != wanted:
            raise DataError(f"{len(self)} images of {self.size_text} need {wanted} pixels, got {len(self.pixels)}")

    @property
    def channels(self) -> int:
        """1 for grey, 3 for red, green and blue."""
        return self.shape[0]

    @property
    def rows(self) -> int:
        return self.shape[1]

    @property
    def columns(self) -> int:
        return self.shape[2]

    @property
    def size_text(self) -> str:
        """Rows and columns, after the number of channels unless it is one: 28×28, 3×32×32."""
        return "×".join(map(str, self.shape if self.channels > 1 else self.shape[1:]))

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"<{kind}: {len(self)} of {self.size_text} pixels, classes {' '.join(self.classes)}>"

    def require_input(self, shape: tuple[int, ...], name: str = "images") -> None:
        """Raises ShapeError unless a network's input has this shape; `name` names the images in the message."""
        if self.shape != shape:
            raise ShapeError(f"the shape of the {name} is {self.shape}, and the network's input is {shape}")

    def fingerprint(self) -> str:
        """SHA-256 of sizes, class names, labels and pixels."""
        sizes = self.shape if self.channels > 1 else self.shape[1:]
        digest = hashlib.sha256(json.dumps([len(self), *sizes, self.classes]).encode())
        digest.update(self.labels)
        digest.update(self.pixels)
        return digest.hexdigest()

    def image(self, index: int) -> bytes:
        """The pixels of one image, [channel, row, column]."""
        size = prod(self.shape)
        return self.pixels[index * size : (index + 1) * size]

    def select(self, classes: Sequence[int], per_class: int) -> "ImageDataset":
        """The first `per_class` images of each of these classes; labels count the classes given from 0."""
        chosen = self.take(first_of_each(self.labels, classes, per_class))
        labels = bytes(label for label in range(len(classes)) for _ in range(per_class))
        return self.replaced(chosen.pixels, labels, [self.classes[label] for label in classes])

    def take(self, indices: Sequence[int]) -> "ImageDataset":
        """The images at these indices, in that order, with their labels and all class names."""
        pixels = b"".join(map(self.image, indices))
        return self.replaced(pixels, bytes(self.labels[index] for index in indices))

    def joined(self, *others: "ImageDataset") -> "ImageDataset":
        """These images and then the others', which have the same shape and classes."""
        parts = (self, *others)
        return self.replaced(b"".join(part.pixels for part in parts), b"".join(part.labels for part in parts))

    def replaced(self, pixels: object, labels: object, classes: Sequence[str] | None = None) -> "ImageDataset":
        """Other images of the same shape, with the same class names unless others are given."""
        return ImageDataset(pixels, labels, self.shape, self.classes if classes is None else classes)

    def statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation of each channel's pixels, from 0 to 1."""
        area = self.rows * self.columns
        sums, squares = [0] * self.channels, [0] * self.channels
        for at in range(len(self) * self.channels):
            plane = self.pixels[at * area : (at + 1) * area]
            sums[at % self.channels] += sum(plane)
            squares[at % self.channels] += sum(level * level for level in plane)
        count = max(1, len(self) * area)
        means = [total / count for total in sums]
        deviations = [
            sqrt(max(0.0, square / count - mean * mean)) for square, mean in zip(squares, means, strict=True)
        ]
        return tuple(mean / 255 for mean in means), tuple(deviation / 255 for deviation in deviations)


class Digits(ImageDataset):
    """Grey images with their classes: an ImageDataset of one channel, by rows and columns.

    `pixels` is [image, row, column], from 0 (paper) to 255 (ink).

    >>> one = Digits([[[0.0, 1.0], [0.4, 0.0]]], [3], rows=2, columns=2)
    >>> one
    <Digits: 1 of 2×2 pixels, classes 0 1 2 3 4 5 6 7 8 9>
    >>> one.pixels
    b'\\x00\\xfff\\x00'
    """

    def __init__(
        self,
        pixels: object,
        labels: object,
        rows: int = 28,
        columns: int = 28,
        classes: Sequence[str] = CLASSES,
    ) -> None:
        super().__init__(pixels, labels, (1, rows, columns), classes)

    def replaced(self, pixels: object, labels: object, classes: Sequence[str] | None = None) -> "Digits":
        return Digits(pixels, labels, self.rows, self.columns, self.classes if classes is None else classes)


def label_bytes(labels: object, classes: int) -> bytes:
    """Labels as bytes; raises DataError unless all are class indices."""
    numbers = labels if isinstance(labels, bytes) else integers(labels, "labels")
    for index, label in enumerate(numbers):
        if not 0 <= label < classes:
            raise DataError(f"image {index} has the label {label}; expected 0 to {classes - 1}")
    return bytes(numbers)
