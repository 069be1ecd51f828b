"""Arrays of other libraries: each protocol gives the same numbers, and what cannot be read is named."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scnn.data.array_protocols import elements_of
from scnn.data.dataset import Digits
from scnn.errors import DataError


class Interface:
    """An array that offers numpy's array interface alone."""

    def __init__(self, values: Any) -> None:
        self.values = values

    @property
    def __array_interface__(self) -> object:
        return self.values.__array_interface__


class DLPack:
    """An array that offers DLPack alone, as PyTorch's tensors do where there is no numpy."""

    dtype = "the type of its library"

    def __init__(self, values: Any) -> None:
        self.values = values

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0

    def __dlpack__(self) -> object:
        return self.values.__dlpack__()


class Array:
    """An array that offers `__array__` alone, as pandas does."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self) -> Any:
        return self.values


def native(values: Any) -> Any:
    return values


FORMS: list[Callable[[Any], Any]] = [native, Interface, DLPack, Array]
GREY = np.arange(24, dtype="uint8").reshape(2, 3, 4)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"])
def test_every_protocol_gives_every_number(form: Callable[[Any], Any], kind: str) -> None:
    """Integers and floats of every width."""
    values = GREY.astype(kind) / np.dtype(kind).type(23) if kind[0] == "f" else GREY.astype(kind)
    expected = bytes(round(float(value) * 255) for value in values.flat) if kind[0] == "f" else GREY.tobytes()
    assert Digits(form(values), [0, 1], 3, 4).pixels == expected


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "view",
    [
        lambda values: values.transpose(2, 0, 1),
        lambda values: values[::-1, :, ::-1],
        lambda values: values[:, ::2, 1:3],
        lambda values: np.broadcast_to(values[:1], (3, 3, 4)),
        lambda values: values[:0],
        np.asfortranarray,
    ],
)
def test_strides_of_every_kind(form: Callable[[Any], Any], view: Callable[[Any], Any]) -> None:
    """Exchanged axes, reversed and repeated rows, gaps, and empty arrays come in row-major order."""
    values = view(GREY.astype("int32"))
    if form is DLPack and not values.flags.writeable:
        values = values.copy()  # numpy exports no read-only array
    found = elements_of(form(values), "images")
    assert found and found.shape == values.shape and bytes(found.data) == values.tobytes()


def test_the_memory_outlives_its_array() -> None:
    """Elements that are not copied keep their owner alive."""
    for form in (Interface, DLPack):
        found = elements_of(form(np.arange(10_000, dtype="int32")), "images")
        for _ in range(20):
            np.full(10_000, 7, dtype="int32")  # reuses memory that was freed
        assert found and list(found.data.cast("i")) == list(range(10_000))


@pytest.mark.parametrize("form", FORMS)
def test_bools_are_paper_and_ink(form: Callable[[Any], Any]) -> None:
    """True is 255, since an array of bools is from 0 to 1."""
    assert Digits(form(GREY > 11), [0, 1], 3, 4).pixels == bytes(255 * (level > 11) for level in range(24))


@pytest.mark.parametrize("form", FORMS)
def test_labels_are_arrays_too(form: Callable[[Any], Any]) -> None:
    """Also those of another byte order."""
    assert Digits(GREY, form(np.array([3, 1])), 3, 4).labels == b"\3\1"
    if form is not DLPack:
        assert Digits(GREY, form(np.array([3, 1], dtype=">i4")), 3, 4).labels == b"\3\1"


def test_a_list_of_arrays() -> None:
    """Each of its elements is read by its own protocol."""
    assert Digits([DLPack(GREY[0]), Interface(GREY[1])], [0, 1], 3, 4).pixels == GREY.tobytes()


def test_pictures_of_pillow() -> None:
    """Their array interface has bytes instead of an address."""
    assert Digits(Image.fromarray(GREY[0]), [0], 3, 4).pixels == GREY[0].tobytes()


class OnAnotherDevice(DLPack):
    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, 0


class OnAGpu:
    __cuda_array_interface__ = {"shape": (3, 4), "typestr": "|u1"}  # noqa: RUF012 - as numba's device arrays have it


class Unwilling(DLPack):
    def __dlpack__(self) -> object:
        raise RuntimeError("can't export tensors that require gradient")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (OnAnotherDevice(GREY), r"images are in the memory of a GPU or another device \(2\): copy them to the CPU"),
        (OnAGpu(), "images are in a GPU's memory: copy them to the CPU"),
        (Unwilling(GREY), "images of type Unwilling cannot be read as an array: can't export tensors that require"),
        (DLPack(GREY.astype("complex64")), "floats, got numbers of the type of its library"),
        (Interface(GREY.astype("complex64")), "floats, got numbers of <c8"),
        (Interface(GREY.astype("datetime64[s]")), r"floats, got numbers of <M8\[s\]"),
        (Array(GREY.astype("datetime64[s]")), "cannot be read as an array"),
        (GREY.astype("datetime64[s]"), r"got numbers of datetime64\[s\]"),
        ([DLPack(GREY[0]), OnAGpu()], "images are in a GPU's memory"),
    ],
)
def test_what_cannot_be_read_is_named(values: object, words: str) -> None:
    """Memory of other devices, numbers of other kinds, and what the library itself refuses to pass on."""
    with pytest.raises(DataError, match=words):
        Digits(values, [0], 3, 4)


def test_objects_without_a_protocol() -> None:
    """Are no arrays, and neither are classes of arrays."""
    for value in (None, 7, "text", object(), np.ndarray, [1, 2]):
        assert elements_of(value, "images") is None


def test_no_program_pays_for_it() -> None:
    """ctypes is imported only for arrays whose memory is found by its address."""
    words = "import sys, scnn; scnn.Digits(bytes(4), [0], 2, 2); print('ctypes' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
