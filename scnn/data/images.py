"""Converts images from nested lists, bytes, and arrays of numpy, PyTorch and other libraries."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import prod

from scnn.checks import warn
from scnn.data.array_protocols import elements_of
from scnn.errors import DataError, ShapeError

__all__ = ["grey_levels", "images_of", "integers"]

NATIVE = "?bBhHiIlLqQnNfd"  # the `struct` codes that memoryview can read: not e, which is float16
FLOATS = "efd"


def images_of(images: object, shape: tuple[int, ...]) -> Iterator["array[float]"]:
    """Yields each image as float32 numbers in row-major order, from 0 (paper) to 1 (ink).

    Bytes and integers are grey levels from 0 to 255; floats and the bools of an array are from 0 to 1. There can be
    one image or several. Warns with DataWarning if all pixels are the integers 0 and 1. Raises, before the first
    image, ShapeError unless the count is a multiple of `shape`'s size, and DataError for NaN or numbers out of range.
    """
    size = prod(shape)
    require_rows_of(images, shape)
    numbers, largest = levels_of(images)
    if not len(numbers):
        raise ShapeError(f"expected images of {shape} with {size} numbers each, got none")
    if len(numbers) % size:
        raise ShapeError(f"expected images of {shape}: a multiple of {size} numbers, got {len(numbers)}")
    return (
        array("f", [number / largest for number in numbers[first : first + size]])
        for first in range(0, len(numbers), size)
    )


def require_rows_of(images: object, shape: tuple[int, ...]) -> None:
    """Raises ShapeError unless an array or nested lists have the shape of an image or of several images; numbers are
    never regrouped. A single channel can be omitted or come last, and images can be flat."""
    try:
        found = shape_of(images)
    except RecursionError:
        raise DataError("images are nested in themselves") from None
    kinds = [shape, (prod(shape),)] + ([shape[1:], (*shape[1:], 1)] if shape[0] == 1 else [])
    if len(found) > 1 and not any(found in (kind, (found[0], *kind)) for kind in kinds):
        raise ShapeError(f"expected images of {shape}, got an array of {found}")


def shape_of(values: object) -> tuple[int, ...]:
    """The shape of an array or nested lists; raises ShapeError if rows differ in length."""
    if isinstance(values, list | tuple):
        if not values or isinstance(values[0], int | float):
            return (len(values),)
        inner = {shape_of(value) for value in values}
        if len(inner) > 1:
            raise ShapeError(f"the rows of nested lists differ in shape: {' and '.join(map(str, sorted(inner)[:2]))}")
        return (len(values), *inner.pop())
    found = elements_of(values, "images")
    return found.shape if found else ()


def grey_levels(images: object, shape: tuple[int, ...]) -> bytes:
    """Images as bytes in row-major order, from 0 (paper) to 255 (ink). Raises ShapeError and DataError."""
    require_rows_of(images, shape)
    numbers, largest = levels_of(images)
    if isinstance(numbers, bytes):
        return numbers
    return bytes(round(number * 255 / largest) for number in numbers)


def integers(values: object, name: str) -> list[int]:
    """A list of integers from integers or bools; raises DataError, in which `name` names them."""
    numbers = numbers_of(values, name)
    for index, number in enumerate(numbers):
        if not isinstance(number, int):
            raise DataError(f"{name} must be integers; number {index} is {number}")
    return [int(number) for number in numbers]


def levels_of(images: object) -> tuple[Sequence[float], float]:
    """All numbers in row-major order, and their maximum: 255 for integers, else 1."""
    numbers = numbers_of(images, "images")
    largest = 255.0 if isinstance(numbers, bytes) or are_integers(numbers) else 1.0
    if not isinstance(numbers, bytes):
        for index, number in enumerate(numbers):
            if not 0 <= number <= largest:  # also True for NaN
                raise DataError(f"number {index} of the images is {number}; expected 0 to {largest:g}")
    if largest == 255.0 and are_black_and_white(numbers):
        warn(
            "all pixels are the integers 0 and 1, and integers are grey levels from 0 (paper) to 255 (ink): for "
            "images of 0 and 1, pass floats or an array of bools, or multiply by 255"
        )
    return numbers, largest


def are_black_and_white(numbers: Sequence[float]) -> bool:
    """Whether integers from 0 to 255 are 0 and 1 alone, with at least one 1."""
    if isinstance(numbers, bytes):
        return not numbers.lstrip(b"\0\1") and 1 in numbers  # `lstrip` ends at the first number above 1
    return all(number <= 1 for number in numbers) and 1 in numbers


def are_integers(numbers: Sequence[float]) -> bool:
    """Whether they are integers, and not all bools."""
    if isinstance(numbers, memoryview):
        return numbers.format not in ("?", *FLOATS)
    return all(isinstance(number, int) for number in numbers) and not all(isinstance(one, bool) for one in numbers)


def numbers_of(values: object, name: str) -> Sequence[float]:
    """The numbers of a buffer or of nested sequences, in row-major order; bytes stay bytes."""
    found = buffered(values, name)
    try:
        return list(flat(values, name)) if found is None else found
    except RecursionError:
        raise DataError(f"{name} are nested in themselves") from None


def buffered(values: object, name: str) -> Sequence[float] | None:
    """The numbers of an array, without a copy if possible; None for objects that are no arrays."""
    if isinstance(values, bytes):
        return values
    found = elements_of(values, name)
    if found is None:
        return None
    code = found.format.lstrip("@=<>!")
    if code == "B" or not found.data:
        return found.data.tobytes()
    if code in NATIVE and found.format in (code, "@" + code):
        return found.data.cast(code)  # type: ignore[call-overload, no-any-return]
    return [number for (number,) in struct.iter_unpack(found.format, found.data)]


def flat(values: object, name: str) -> Iterator[float]:
    """The numbers of nested sequences, in order."""
    if isinstance(values, bool | str):
        raise DataError(f"{name} must be numbers, got {values!r}")
    if isinstance(values, int | float):
        yield values
        return
    found = buffered(values, name)
    if found is not None:
        yield from found
    elif isinstance(values, Iterable):
        for part in values:
            yield from flat(part, name)
    else:
        raise DataError(f"expected {name} as nested lists, bytes or arrays of numbers, got {type(values).__name__}")
