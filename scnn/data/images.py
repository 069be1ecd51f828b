"""Images from wherever they are: nested lists, bytes, numpy arrays and whatever else has the buffer protocol."""

import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import prod

from scnn.errors import DataError, ShapeError

__all__ = ["grey_levels", "images_of", "whole_numbers"]

NATIVE = "?bBhHiIlLqQnNfd"  # bools, whole numbers and floats, as `struct` names them, that a memoryview reads
FLOATS = "efd"  # e: half floats, which it does not


def images_of(images: object, shape: tuple[int, ...]) -> Iterator["array[float]"]:
    """Each image as float32 numbers in row order, 0 for paper to 1 for ink, made as it is asked for.

    Bytes and whole numbers are grey levels from 0 to 255; floats go from 0 to 1, and so do the bools of an array. One
    image or many: what there is must be a multiple of `shape`. Raises ShapeError where it is not, DataError for NaN
    and what is out of range, at once.
    """
    size = prod(shape)
    require_rows_of(images, shape)
    numbers, largest = levels_of(images)
    if not len(numbers):
        raise ShapeError(f"what was given is empty, and images of {shape} have {size} numbers each")
    if len(numbers) % size:
        raise ShapeError(f"images of {shape} have {size} numbers each, and {len(numbers)} are no multiple of that")
    return (
        array("f", [number / largest for number in numbers[first : first + size]])
        for first in range(0, len(numbers), size)
    )


def require_rows_of(images: object, shape: tuple[int, ...]) -> None:
    """Raises ShapeError for an array or nested lists that are neither an image nor a row of images: they are not
    regrouped. A single channel may be left out or stand last; images may be flat."""
    try:
        found = shape_of(images)
    except RecursionError:
        raise DataError("images are nested without end") from None
    kinds = [shape, (prod(shape),)] + ([shape[1:], (*shape[1:], 1)] if shape[0] == 1 else [])
    if len(found) > 1 and not any(found in (kind, (found[0], *kind)) for kind in kinds):
        raise ShapeError(f"images of {shape} do not come as an array of {found}")


def shape_of(values: object) -> tuple[int, ...]:
    """Of an array or nested lists; raises ShapeError where their rows differ in length."""
    if isinstance(values, list | tuple):
        if not values or isinstance(values[0], int | float):
            return (len(values),)
        inner = {shape_of(value) for value in values}
        if len(inner) > 1:
            raise ShapeError(f"the rows of nested lists differ: {' and '.join(map(str, sorted(inner)[:2]))} numbers")
        return (len(values), *inner.pop())
    try:
        return memoryview(values).shape or ()  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return ()


def grey_levels(images: object, shape: tuple[int, ...]) -> bytes:
    """The same images as bytes in row order, 0 for paper to 255 for ink. Raises ShapeError and DataError."""
    require_rows_of(images, shape)
    numbers, largest = levels_of(images)
    if isinstance(numbers, bytes):
        return numbers
    return bytes(round(number * 255 / largest) for number in numbers)


def whole_numbers(values: object, name: str) -> list[int]:
    """Whole numbers or bools in order; raises DataError for others. `name` is what they are called."""
    numbers = numbers_of(values, name)
    for place, number in enumerate(numbers):
        if not isinstance(number, int):
            raise DataError(f"{name} are whole numbers, and number {place} of them is {number}")
    return [int(number) for number in numbers]


def levels_of(images: object) -> tuple[Sequence[float], float]:
    """All numbers in row order, and what the largest may be: 255 for whole numbers, else 1."""
    numbers = numbers_of(images, "images")
    if isinstance(numbers, bytes):
        return numbers, 255.0
    largest = 255.0 if are_whole(numbers) else 1.0
    for place, number in enumerate(numbers):
        if not 0 <= number <= largest:  # NaN is in no interval
            raise DataError(f"number {place} of the images is {number}, and they go from 0 to {largest:g}")
    return numbers, largest


def are_whole(numbers: Sequence[float]) -> bool:
    """Whether they are whole numbers, and not bools alone."""
    if isinstance(numbers, memoryview):
        return numbers.format not in ("?", *FLOATS)
    return all(isinstance(number, int) for number in numbers) and not all(isinstance(one, bool) for one in numbers)


def numbers_of(values: object, name: str) -> Sequence[float]:
    """The numbers of a buffer or of nested sequences, in row order; bytes stay bytes."""
    found = buffered(values, name)
    try:
        return list(flat(values, name)) if found is None else found
    except RecursionError:
        raise DataError(f"{name} are nested without end") from None


def buffered(values: object, name: str) -> Sequence[float] | None:
    """The numbers of what has the buffer protocol, where they are if they lie in row order; else None."""
    if isinstance(values, bytes):
        return values
    try:
        view = memoryview(values)  # type: ignore[arg-type]
        kind = view.format
    except TypeError:
        return None
    except (ValueError, BufferError):  # numpy has kinds, such as dates, that it gives no buffer of
        kind = ""
    code = kind.lstrip("@=<>!")
    if len(code) != 1 or code not in NATIVE + FLOATS:
        named = getattr(values, "dtype", f"format {kind!r}")
        raise DataError(f"{name} come as bytes, whole numbers, bools or floats, not as numbers of {named}")
    if code == "B" or not view.nbytes:
        return view.tobytes()
    if code in NATIVE and kind in (code, "@" + code):
        return (view if view.c_contiguous else memoryview(view.tobytes())).cast("B").cast(code)  # type: ignore[call-overload, no-any-return]
    return [number for (number,) in struct.iter_unpack(kind, view.tobytes())]


def flat(values: object, name: str) -> Iterator[float]:
    """The numbers of nested sequences, in order."""
    if isinstance(values, bool | str):
        raise DataError(f"{name} are numbers, not {values!r}")
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
        raise DataError(f"{name} are nested lists, bytes or arrays of numbers, not {type(values).__name__}")
