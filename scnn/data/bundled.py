"""The bundled digits: 5,000 of MNIST's, in one compressed file."""

import io
import lzma
from functools import lru_cache

from scnn.data.dataset import Digits
from scnn.data.idx_digits import read_digits
from scnn.errors import DataError

__all__ = ["load_digits"]


@lru_cache
def load_digits() -> tuple[Digits, Digits]:
    """The bundled 4,000 training and 1,000 test digits: 400 and 100 of each class, class by class. Read once.

    They are part of MNIST's training set; digits.md states source, licence and hashes. Raises DataError if the file
    is missing or corrupt.

    >>> training, test = load_digits()
    >>> len(training), len(test), test.labels[150]
    (4000, 1000, 1)
    """
    from importlib.resources import files  # imported when needed, so that the page starts sooner

    try:
        stream = io.BytesIO(lzma.decompress(files("scnn.data").joinpath("digits.xz").read_bytes()))
    except (OSError, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(f"the bundled digits, digits.xz, cannot be read ({reason})") from None
    names = ("the images in digits.xz", "the labels in digits.xz")
    return read_digits(stream, stream, *names), read_digits(stream, stream, *names)
