"""NPY arrays and NPZ archives, against numpy; and files that are invalid."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from scnn.errors import DataError
from scnn.formats.npy import read_npy, read_npz


def npy(values: object) -> bytes:
    """An array as numpy writes it."""
    stream = io.BytesIO()
    np.save(stream, np.asarray(values))
    return stream.getvalue()


@pytest.mark.parametrize(
    "dtype", ["u1", "i1", "<u2", ">i2", "<i4", ">u4", "<i8", "<u8", "<f4", ">f4", "<f8", ">f8", "?"]
)
def test_numbers_of_any_type(dtype: str) -> None:
    """Shape and numbers are numpy's."""
    values = (np.arange(12) % 2 if dtype == "?" else np.arange(12)).reshape(2, 3, 2).astype(dtype)
    shape, numbers = read_npy(npy(values), "it")
    assert shape == (2, 3, 2) and list(numbers) == [float(value) for value in values.ravel()]


def test_an_archive(tmp_path: Path) -> None:
    """Compressed or not, arrays are found by their names."""
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", one=np.arange(3), two=np.ones((2, 2)))
        found = read_npz(tmp_path / "a.npz")
        assert {name: (shape, list(numbers)) for name, (shape, numbers) in found.items()} == {
            "one": ((3,), [0, 1, 2]),
            "two": ((2, 2), [1, 1, 1, 1]),
        }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no NPY array"),
        (b"\x93NUMPY\x09\x00" + bytes(20), "no NPY array"),
        (npy([1, 2, 3])[:-1], "states 24 bytes of numbers, and there are 23"),
        (npy([1, 2, 3]) + b"x", "and there are 25"),
        (npy(np.array([None], dtype=object)), r"type '\|O'; expected integers or floats"),
        (npy(np.array(["a"])), "expected integers or floats"),
        (npy(np.array([1j])), "expected integers or floats"),
        (npy(np.asfortranarray(np.ones((2, 3)))), "column-major"),
        (npy([1]).replace(b"'shape': (1,)", b"'shape': (-1)"), "expected sizes|invalid"),
        (npy([1]).replace(b"'shape': (1,), }", b"'shape': [1], }"), "expected sizes|invalid"),
        (npy([1]).replace(b"'fortran_order'", b"__import__('os')"), "invalid"),
    ],
)
def test_invalid_arrays(data: bytes, message: str) -> None:
    """Each is refused by name, and nothing in it is executed."""
    with pytest.raises(DataError, match=message):
        read_npy(data, "it")


def test_invalid_archives(tmp_path: Path) -> None:
    """A file that is none, that is missing, truncated, or larger than it may be once unpacked."""
    file = tmp_path / "a.npz"
    with pytest.raises(DataError, match=r"a\.npz cannot be read"):
        read_npz(file)
    file.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match="cannot be read"):
        read_npz(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy(np.zeros(1000)))
    content = bytearray(file.read_bytes())
    content[60:80] = bytes(20)
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.npz"):
        read_npz(file)
