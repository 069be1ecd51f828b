"""Memory that belongs to other libraries, by its address: DLPack tensors, and strided arrays.

Separate from array_protocols, since few programs need it, and ctypes with it. Source:
https://dmlc.github.io/dlpack/latest/c_api.html.
"""

import ctypes
from collections.abc import Sequence
from math import prod

__all__ = ["dlpack_tensor", "row_major"]

KINDS = {0: "i", 1: "u", 2: "f", 6: "b"}  # `DLDataTypeCode`, as array interfaces name them


class DLTensor(ctypes.Structure):
    """`DLTensor` of dlpack.h, with which `DLManagedTensor` begins."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    )


def dlpack_tensor(capsule: object) -> tuple[str, tuple[int, ...], memoryview]:
    """The element type, such as f4, the shape, and the bytes in row-major order of a DLPack capsule on the CPU; an
    unknown element type begins with "?". The capsule is not consumed, so that its own destructor frees it."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    tensor = DLTensor.from_address(pointer(capsule, b"dltensor"))
    size = tensor.bits * tensor.lanes // 8
    kind = f"{KINDS[tensor.code]}{size}" if tensor.code in KINDS and tensor.lanes == 1 else f"?{tensor.code}"
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = [step * size for step in tensor.strides[: tensor.ndim]] if tensor.strides else None
    address = (tensor.data or 0) + tensor.byte_offset
    return kind, shape, row_major(address, shape, strides, size, capsule)


def row_major(
    address: int, shape: tuple[int, ...], strides: Sequence[int] | None, size: int, owner: object
) -> memoryview:
    """The bytes of an array in memory, in row-major order; without strides they are contiguous, and are not copied.
    `strides` are in bytes; the first element is at `address`, which `owner` keeps alive."""
    if not prod(shape):
        return memoryview(b"")
    contiguous = tuple(size * prod(shape[axis + 1 :]) for axis in range(len(shape)))
    steps = contiguous if strides is None else tuple(strides)
    if all(step == usual or count == 1 for step, usual, count in zip(steps, contiguous, shape, strict=True)):
        block = (ctypes.c_ubyte * (prod(shape) * size)).from_address(address)
        block.owner = owner  # type: ignore[attr-defined]
        return memoryview(block).cast("B")
    offsets = [0]
    for count, step in zip(shape, steps, strict=True):
        offsets = [offset + position * step for offset in offsets for position in range(count)]
    return memoryview(b"".join(ctypes.string_at(address + offset, size) for offset in offsets))
