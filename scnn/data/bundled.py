"""The bundled images: digits of MNIST's and drawn shapes in colour, each in one compressed file."""

import io
import lzma
from collections.abc import Iterator
from functools import lru_cache

from scnn.data.dataset import Digits, ImageDataset
from scnn.data.idx_digits import read_digits
from scnn.errors import DataError
from scnn.formats.idx import read_idx

__all__ = ["SHAPES", "load_digits", "load_shapes"]

SHAPES = tuple(
    f"{colour} {texture} {form}"
    for form in ("disc", "square", "triangle")
    for texture in ("plain", "striped")
    for colour in ("warm", "cool")
)


@lru_cache
def load_digits() -> tuple[Digits, Digits]:
    """The bundled 4,000 training and 1,000 test digits: 400 and 100 of each class, class by class. Read once.

    They are part of MNIST's training set; digits.md states source, licence and hashes. Raises DataError if the file
    is missing or corrupt.

    >>> training, test = load_digits()
    >>> len(training), len(test), test.labels[150]
    (4000, 1000, 1)
    """
    stream = unpacked("digits")
    names = ("the images in digits.xz", "the labels in digits.xz")
    return read_digits(stream, stream, *names), read_digits(stream, stream, *names)


@lru_cache
def load_shapes() -> tuple[ImageDataset, ImageDataset]:
    """The bundled 2,400 training and 600 test pictures of 3×32×32 pixels: 200 and 50 of each class, class by class.
    Read once.

    A picture shows a disc, a square or a triangle, plain or striped, in a warm or a cool colour: 12 classes. They are
    drawn as shapes.md says. Raises DataError if the file is missing or corrupt.

    >>> training, test = load_shapes()
    >>> len(training), test.shape, test.classes[:2]
    (2400, (3, 32, 32), ('warm plain disc', 'cool plain disc'))
    """
    stream = unpacked("shapes")
    return read_shapes(stream), read_shapes(stream)


def unpacked(name: str) -> io.BytesIO:
    """The content of a bundled file; raises DataError if it is missing or corrupt."""
    from importlib.resources import files  # imported when needed, so that the page starts sooner

    try:
        return io.BytesIO(lzma.decompress(files("scnn.data").joinpath(f"{name}.xz").read_bytes()))
    except (OSError, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(f"the bundled {name}, {name}.xz, cannot be read ({reason})") from None


def read_shapes(stream: io.BytesIO) -> ImageDataset:
    """Pictures whose pixels are numbers of colours, [image, row, column], palettes, [image, number × channel], and
    labels: three IDX arrays, one after another."""
    (_, rows, columns), numbers = read_idx(stream, "images", "the pixels in shapes.xz")
    _, palettes = read_idx(stream, "images", "the palettes in shapes.xz")
    _, labels = read_idx(stream, "labels", "the labels in shapes.xz")
    planes = coloured(numbers.tobytes(), palettes.tobytes(), rows * columns)
    return ImageDataset(b"".join(planes), labels.tobytes(), (3, rows, columns), SHAPES)


def coloured(numbers: bytes, palettes: bytes, size: int) -> Iterator[bytes]:
    """The red, the green and the blue pixels of each picture; a palette has four colours."""
    for index in range(len(numbers) // size):
        picture, palette = numbers[index * size : (index + 1) * size], palettes[12 * index : 12 * (index + 1)]
        for channel in range(3):
            yield picture.translate(palette[channel::3].ljust(256, b"\0"))
