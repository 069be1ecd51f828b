"""Reads arrays of other libraries by the protocols that they offer, without importing those libraries.

In this order: Python's buffer protocol, numpy's `__array_interface__`, DLPack, and `__array__`. Arrays in a GPU's
memory are rejected. Source: https://numpy.org/doc/stable/reference/arrays.interface.html.
"""

import sys
from dataclasses import dataclass
from math import prod
from typing import Any

from scnn.errors import DataError

__all__ = ["Elements", "elements_of"]

CODES = "?bBhHiIlLqQnNefd"  # the `struct` codes of bools, integers and floats
CPU = 1  # `kDLCPU` of dlpack.h
STRUCT_CODES = {"b1": "?", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}
STRUCT_CODES |= {"f2": "e", "f4": "f", "f8": "d"}


@dataclass(frozen=True)
class Elements:
    """An array's numbers: a `struct` code with its byte order, the shape, and contiguous bytes in row-major order."""

    format: str
    shape: tuple[int, ...]
    data: memoryview


def elements_of(values: object, name: str) -> Elements | None:
    """The elements of an array, without a copy if they are contiguous; None for an object that offers no protocol.

    Raises DataError, in which `name` names the array, for element types other than bools, integers and floats, and
    for arrays that their library does not pass on, such as those in a GPU's memory.
    """
    try:
        return from_buffer(memoryview(values), values, name)  # type: ignore[arg-type]
    except TypeError:  # it has no buffer
        pass
    except (ValueError, BufferError):  # numpy has types without a buffer, such as dates
        raise unreadable_type(name, getattr(values, "dtype", "an unknown type")) from None
    if isinstance(values, type):
        return None
    try:
        if hasattr(values, "__dlpack_device__") and (device := int(values.__dlpack_device__()[0])) != CPU:
            raise DataError(f"{name} are in the memory of a GPU or another device ({device}): copy them to the CPU")
        if hasattr(values, "__cuda_array_interface__"):
            raise DataError(f"{name} are in a GPU's memory: copy them to the CPU")
        if hasattr(values, "__array_interface__"):
            return from_interface(values.__array_interface__, values, name)
        if hasattr(values, "__dlpack__"):
            return from_dlpack(values, name)
        if hasattr(values, "__array__"):
            return from_buffer(memoryview(values.__array__()), values, name)
    except DataError:
        raise
    except Exception as error:  # the other library's own, of whatever kind
        raise DataError(f"{name} of type {type(values).__name__} cannot be read as an array: {error}") from error
    return None


def from_buffer(view: memoryview, values: object, name: str) -> Elements:
    if view.format.lstrip("@=<>!") not in tuple(CODES):
        raise unreadable_type(name, getattr(values, "dtype", f"format {view.format!r}"))
    contiguous = view if view.c_contiguous else memoryview(view.tobytes())
    return Elements(view.format, view.shape or (), contiguous.cast("B") if view.nbytes else memoryview(b""))


def from_interface(interface: dict[str, Any], values: object, name: str) -> Elements:
    """The elements that an `__array_interface__` describes."""
    order, kind, shape = interface["typestr"][0], interface["typestr"][1:], tuple(interface["shape"])
    if kind not in STRUCT_CODES or interface.get("mask") is not None:
        raise unreadable_type(name, interface["typestr"] + (" with a mask" if interface.get("mask") else ""))
    size = int(kind[1:])
    data: Any = interface.get("data")
    if isinstance(data, tuple):
        from scnn.data.foreign_memory import row_major

        memory = row_major(data[0], shape, interface.get("strides"), size, values)
    else:
        start = interface.get("offset", 0)
        memory = memoryview(data).cast("B")[start : start + prod(shape) * size]
    native = "<" if sys.byteorder == "little" else ">"
    return Elements(("" if order in ("|", native) else order) + STRUCT_CODES[kind], shape, memory)


def from_dlpack(values: Any, name: str) -> Elements:
    from scnn.data.foreign_memory import dlpack_tensor

    kind, shape, memory = dlpack_tensor(values.__dlpack__())
    if kind not in STRUCT_CODES:
        raise unreadable_type(name, getattr(values, "dtype", f"DLPack's type {kind}"))
    return Elements(STRUCT_CODES[kind], shape, memory)


def unreadable_type(name: str, found: object) -> DataError:
    return DataError(f"expected {name} as bytes, integers, bools or floats, got numbers of {found}")
