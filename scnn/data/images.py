"""Converts images from nested lists, bytes, numpy arrays and other objects with the buffer protocol."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import prod

from scnn.errors import DataError, ShapeError

__all__ = ["grey_levels", "images_of", "integers"]

NATIVE = "?bBhHiIlLqQnNfd"  # the `struct` codes of bools, integers and floats that memoryview can read
FLOATS = "efd"  # e, float16, is one that it cannot


def images_of(images: object, shape: tuple[int, ...]) -> Iterator["array[float]"]:
    """Yields each image as float32 numbers in row-major order, from 0 (paper) to 1 (ink).

    Bytes and integers are grey levels from 0 to 255; floats and the bools of an array are from 0 to 1. There can be
    one image or several. Raises, before the first image, ShapeError unless the count is a multiple of `shape`'s size,
    and DataError for NaN and numbers out of range.
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
    try:
        return memoryview(values).shape or ()  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return ()


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
    if isinstance(numbers, bytes):
        return numbers, 255.0
    largest = 255.0 if are_integers(numbers) else 1.0
    for index, number in enumerate(numbers):
        if not 0 <= number <= largest:  # also True for NaN
            raise DataError(f"number {index} of the images is {number}; expected 0 to {largest:g}")
    return numbers, largest


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
    """The numbers of an object with the buffer protocol, without a copy if possible; None for other objects."""
    if isinstance(values, bytes):
        return values
    try:
        view = memoryview(values)  # type: ignore[arg-type]
        kind = view.format
    except TypeError:
        return None
    except (ValueError, BufferError):  # numpy has types without a buffer, such as dates
        kind = ""
    code = kind.lstrip("@=<>!")
    if len(code) != 1 or code not in NATIVE + FLOATS:
        named = getattr(values, "dtype", f"format {kind!r}")
        raise DataError(f"expected {name} as bytes, integers, bools or floats, got numbers of {named}")
    if code == "B" or not view.nbytes:
        return view.tobytes()
    if code in NATIVE and kind in (code, "@" + code):
        return (view if view.c_contiguous else memoryview(view.tobytes())).cast("B").cast(code)  # type: ignore[call-overload, no-any-return]
    return [number for (number,) in struct.iter_unpack(kind, view.tobytes())]


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
