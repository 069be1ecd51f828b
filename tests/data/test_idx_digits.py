"""IDX files of datasets like MNIST: other types, shapes and labels; files in other formats."""

import gzip
import struct
import warnings

import numpy as np
import pytest

from scnn.data.idx_digits import load_idx
from scnn.errors import IdxError

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
IMAGES = np.arange(12).reshape(3, 2, 2) * 10
LABELS = np.array([2, 0, 1])


def idx(values: np.typing.NDArray[np.generic], dtype: str) -> bytes:
    """An IDX file of a numpy array."""
    head = bytes([0, 0, CODES[dtype], values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return head + values.astype(f">{dtype}").tobytes()


PLAIN = load_idx(idx(IMAGES, "u1"), idx(LABELS, "u1"))


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "f4", "f8"])
def test_numbers_of_any_type(dtype: str) -> None:
    """Integers from 0 to 255 are grey levels in any type; labels can have any type, too."""
    assert load_idx(idx(IMAGES, dtype), idx(LABELS, dtype)) == PLAIN


def test_floats_from_0_to_1() -> None:
    """Floats from 0 to 1 are multiplied by 255."""
    assert load_idx(idx(IMAGES / 255, "f4"), idx(LABELS, "u1")) == PLAIN


@pytest.mark.parametrize("shape", [(3, 1, 2, 2), (3, 4)])
def test_images_with_a_channel_or_flat(shape: tuple[int, ...]) -> None:
    """[image, 1, row, column] and [image, pixel] are the same images."""
    assert load_idx(idx(IMAGES.reshape(shape), "u1"), idx(LABELS, "u1")) == PLAIN


def test_labels_of_qmnist() -> None:
    """QMNIST's labels have eight columns of int32; the first one is the class."""
    columns = np.column_stack([LABELS, *[np.full(3, 99)] * 7])
    assert load_idx(idx(IMAGES, "u1"), idx(columns, "i4")) == PLAIN


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (
            idx(IMAGES - 50, "i2"),
            "numbers from -50 to 60; expected integers from 0 to 255, or",
        ),
        (idx(IMAGES * 2.5, "f4"), "numbers from 0.0 to 275.0"),
        (idx(np.zeros((3, 3, 2, 2)), "u1"), "images of 3 channels; expected one, grey"),
        (idx(np.zeros((3, 5)), "u1"), "images of 5 numbers, which is not a square"),
    ],
)
def test_meanings_that_are_not_plain(images: bytes, words: str) -> None:
    """They are rejected; the error says what was found and what is expected."""
    with pytest.raises(IdxError, match=words):
        load_idx(images, idx(LABELS, "u1"))


def test_letters() -> None:
    """Labels from 1 and a name for each class; the set is recognised as EMNIST's, whose images are transposed."""
    labels, names = np.array([1, 26, 3]), [chr(ord("A") + index) for index in range(26)]
    with pytest.warns(UserWarning, match="looks like EMNIST.*transposed=True"):
        upright = load_idx(idx(IMAGES, "u1"), idx(labels, "u1"), classes=names)
    assert list(upright.labels) == [0, 25, 2] and upright.classes[25] == "Z"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = load_idx(idx(IMAGES, "u1"), idx(labels, "u1"), classes=names, transposed=True)
    assert found.pixels == IMAGES.transpose(0, 2, 1).astype("u1").tobytes()
    with pytest.warns(UserWarning), pytest.raises(IdxError, match="the largest label is 26: name the classes"):
        load_idx(idx(IMAGES, "u1"), idx(labels, "u1"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html>404</html>", "is a web page, perhaps an error page"),
        (b"PK\x03\x04rest of a zip archive", "is a zip archive: unpack it first"),
        (b"5,0,0,12,255\n3,1,1,1,1\n", "is a CSV table"),
        (b"\x93NUMPY\x01\x00", "is an .npy file of numpy"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "is a Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG picture"),
        (b"nothing known", "is not an IDX file .it starts with 0x6e6f7468"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_other_files_are_called_by_their_name(content: bytes, words: str, pack: type) -> None:
    """Each is named, as images and as labels, gzipped or not."""
    with pytest.raises(IdxError, match=f"the images' file {words}.*expected an IDX file of images"):
        load_idx(pack(content), idx(LABELS, "u1"))
    with pytest.raises(IdxError, match=f"the labels' file {words}.*expected an IDX file of labels"):
        load_idx(idx(IMAGES, "u1"), pack(content))
