"""Image datasets in NPZ archives: MedMNIST's, Keras', and others with the same names of arrays."""

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scnn.data.dataset import Digits, ImageDataset
from scnn.data.idx_digits import grey_bytes
from scnn.data.names import class_names
from scnn.errors import ConfigError, DataError
from scnn.formats.npy import read_npz

__all__ = ["load_npz"]

# The arrays' names: (training images, training labels, test images, test labels).
NAMES = (
    ("train_images", "train_labels", "test_images", "test_labels"),  # MedMNIST
    ("x_train", "y_train", "x_test", "y_test"),  # Keras
    ("images", "labels", None, None),
)
CHANNELS = (1, 3, 4)  # of images whose channels come last

Arrays = Mapping[str, tuple[tuple[int, ...], "array[Any]"]]


def load_npz(
    path: str | Path, classes: str | Sequence[str] | None = None
) -> tuple[ImageDataset, ImageDataset | None]:
    """Training and test images of an archive, as MedMNIST (`train_images`, `train_labels`, `test_images`, …) or Keras
    (`x_train`, `y_train`, …) name them, or `images` and `labels` without test images.

    Images are [image, row, column], [image, row, column, channel] or [image, channel, row, column]: integers from 0
    to 255 or floats from 0 to 1. Labels are [image] or [image, 1]. `classes` names the classes (0, 1, … unless given)
    or a dataset whose class names are known (`scnn.data.names`). Raises DataError, naming the file, for arrays that
    are missing or invalid.
    """
    arrays = read_npz(path)
    for names in NAMES:
        if all(name in arrays for name in names if name):
            break
    else:
        expected = "; or ".join(", ".join(name for name in names if name) for names in NAMES)
        raise DataError(f"{path} has the arrays {', '.join(arrays) or 'of nothing'}; expected {expected}")
    labels = [labels_of(arrays, name, path) for name in names[1::2] if name]
    count = 1 + max((label for part in labels for label in part), default=0)
    known = class_names(classes) if classes is not None else tuple(map(str, range(count)))
    found = [
        dataset(arrays, name, part, known, path) for name, part in zip(filter(None, names[::2]), labels, strict=True)
    ]
    return found[0], found[1] if len(found) > 1 else None


def labels_of(arrays: Arrays, name: str, path: str | Path) -> list[int]:
    """The class of each image; raises DataError."""
    shape, numbers = arrays[name]
    if len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
        raise DataError(f"{path}: {name} has the shape {shape}; expected one label for each image")
    for index, label in enumerate(numbers):
        if label != int(label) or not 0 <= label <= 255:
            raise DataError(f"{path}: label {index} of {name} is {label}; expected an integer from 0 to 255")
    return [int(label) for label in numbers]


def dataset(arrays: Arrays, name: str, labels: list[int], classes: tuple[str, ...], path: str | Path) -> ImageDataset:
    """The images of an array with their labels, channels first; raises DataError."""
    shape, numbers = arrays[name]
    if len(shape) not in (3, 4) or shape[0] != len(labels) or 0 in shape[1:]:
        raise DataError(f"{path}: {name} has the shape {shape}; expected {len(labels)} images, one for each label")
    pixels = grey_bytes(numbers, f"{path}: {name}")
    try:
        if len(shape) == 3:
            return Digits(pixels, labels, shape[1], shape[2], classes)
        if shape[3] in CHANNELS and shape[1] not in CHANNELS:
            pixels = channels_first(pixels, shape[3], shape[1] * shape[2])
            return ImageDataset(pixels, labels, (shape[3], shape[1], shape[2]), classes)
        return ImageDataset(pixels, labels, shape[1:], classes)
    except (DataError, ConfigError) as error:
        raise DataError(f"{path}: {name}: {error}") from None


def channels_first(pixels: bytes, channels: int, area: int) -> bytes:
    """Images [row, column, channel] as [channel, row, column]."""
    size = channels * area
    return b"".join(
        pixels[first + channel : first + size : channels]
        for first in range(0, len(pixels), size)
        for channel in range(channels)
    )
