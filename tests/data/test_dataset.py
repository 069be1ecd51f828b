"""Digits: the bundled ones, valid and invalid IDX files, and invalid images and labels."""

import contextlib
import gzip
import hashlib
import lzma
import re
import struct
from array import array
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.data.bundled import load_digits
from scnn.data.dataset import Digits, ImageDataset
from scnn.data.idx_digits import load_idx
from scnn.errors import ConfigError, DataError, IdxError, ShapeError


def images_file(count: int = 3, rows: int = 2, columns: int = 2, data: bytes | None = None) -> bytes:
    pixels = bytes(range(count * rows * columns)) if data is None else data
    return struct.pack(">4I", 0x803, count, rows, columns) + pixels


def labels_file(labels: bytes = b"\x00\x01\x02", count: int | None = None) -> bytes:
    return struct.pack(">2I", 0x801, len(labels) if count is None else count) + labels


def test_the_bundled_files_hashes() -> None:
    """The hashes of digits.xz and of its content are those in digits.md; the file is smaller than 750 KB."""
    packed = files("scnn.data").joinpath("digits.xz").read_bytes()
    stated = files("scnn.data").joinpath("digits.md").read_text()
    assert hashlib.sha256(packed).hexdigest() in stated
    assert hashlib.sha256(lzma.decompress(packed)).hexdigest() in stated
    assert len(packed) < 750_000


def test_the_bundled_digits() -> None:
    """They have 400 and 100 images of each class, 28×28, and share no image; ink is 255."""
    training, test = load_digits()
    for digits, per_class in ((training, 400), (test, 100)):
        assert (digits.rows, digits.columns) == (28, 28)
        assert [digits.labels.count(k) for k in range(10)] == [per_class] * 10
    assert not {training.image(k) for k in range(4000)} & {test.image(k) for k in range(1000)}
    assert 30 < sum(training.pixels) / len(training.pixels) < 37  # MNIST's mean grey level is 33.3


def test_select_takes_the_first_of_each_class() -> None:
    """Labels are renumbered in the requested order, and the classes keep their names."""
    training, _ = load_digits()
    chosen = training.select((7, 2), 3)
    assert chosen.labels == bytes([0, 0, 0, 1, 1, 1]) and chosen.classes == ("7", "2")
    assert chosen.image(0) == training.image(training.labels.index(7))
    with pytest.raises(ConfigError, match="class 3 has 400 images; expected at least 401"):
        training.select((3,), 401)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_idx_files_are_read(pack: type, tmp_path: Path) -> None:
    """IDX files can be plain or gzipped, bytes or paths, with any file name."""
    digits = load_idx(pack(images_file()), pack(labels_file()))
    assert len(digits) == 3 and digits.image(1) == bytes([4, 5, 6, 7]) and digits.labels == b"\x00\x01\x02"
    (tmp_path / "images.what").write_bytes(pack(images_file()))
    (tmp_path / "labels").write_bytes(pack(labels_file()))
    assert load_idx(tmp_path / "images.what", str(tmp_path / "labels")) == digits


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (b"", labels_file(), "images.*expected at least 4 bytes, got 0"),
        (images_file()[:10], labels_file(), "ends in its header"),
        (images_file()[:-1], labels_file(), "states 12 bytes, and the file has 11"),
        (images_file() + b"x", labels_file(), "extra data after its last element"),
        (
            labels_file(),
            labels_file(),
            "images' file is an IDX file of labels .it starts with 0x00000801",
        ),
        (
            images_file(),
            images_file(),
            "the labels' file is an IDX file of images .*; expected an IDX file of labels",
        ),
        (b"hello", labels_file(), "images' file is not an IDX file .it starts with 0x68656c6c"),
        (images_file(4), labels_file(), "the images' file and the labels' file do not match: 4 images, 3 labels"),
        (images_file(), labels_file()[:-1], "states 3 bytes, and the file has 2"),
        (images_file(), labels_file(b"\x00\x01\x0a"), "image 2 has the label 10"),
        (images_file(2**31, 2**31, 2**31, b""), labels_file(), "which is invalid"),
        (images_file(3, 0, 2, b""), labels_file(), "which is invalid"),
        (images_file(2**20, 28, 28, b"abc"), labels_file(), "states 822083584 bytes, and the file has 3"),
        (gzip.compress(images_file(), mtime=0)[:-6], labels_file(), "corrupt or truncated"),
        (b"\x1f\x8b" + bytes(30), labels_file(), "corrupt or truncated"),
    ],
)
def test_broken_idx_files_are_refused(images: bytes, labels: bytes, words: str) -> None:
    """Each error says what was expected and what was found."""
    with pytest.raises(DataError, match=words):
        load_idx(images, labels)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(IdxError, match="nowhere.*No such file"):
        load_idx(tmp_path / "nowhere", labels_file())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mutated_idx_files_never_do_worse_than_a_data_error(data: st.DataObject) -> None:
    """With any bytes changed and cut anywhere, plain or gzipped, a file gives digits or a DataError."""
    pack: Callable[[bytes], bytes] = gzip.compress if data.draw(st.booleans()) else bytes
    content = bytearray(pack(images_file()))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(DataError):
        assert len(load_idx(cut, labels_file())) == 3


@pytest.mark.parametrize("pixels", [np.zeros((4, 10)), np.zeros((10, 1, 4)), np.zeros((3, 10, 2, 2)), [[0] * 10] * 4])
def test_arrays_of_another_layout(pixels: object) -> None:
    """Arrays of another shape, such as [pixel, image], are rejected and not regrouped."""
    with pytest.raises(ShapeError, match="got an array of"):
        Digits(pixels, [0] * 10, 2, 2)


def test_names_make_a_difference() -> None:
    """Class names that differ only in where a space is have different fingerprints."""
    one, other = (Digits(bytes(2), [0, 1], 1, 1, names) for names in (("a b", "c"), ("a", "b c")))
    assert one.fingerprint() != other.fingerprint()


def test_bytes_of_any_kind_are_files() -> None:
    """bytearray and memoryview are accepted as bytes are; anything else that is no path is rejected by its type."""
    images, labels = bytearray(images_file()), memoryview(gzip.compress(labels_file()))
    assert load_idx(images, labels) == load_idx(images_file(), labels_file())  # type: ignore[arg-type]
    with pytest.raises(IdxError, match="an IDX file must be given as a path or bytes, got None"):
        load_idx(images_file(), None)  # type: ignore[arg-type]
    with pytest.raises(IdxError, match="cannot be read"):
        load_idx("a\0b", labels_file())


def test_labels_that_are_too_large_are_of_a_file(tmp_path: Path) -> None:
    """The error names the files."""
    (tmp_path / "letters").write_bytes(labels_file(b"\x00\x01\x0a"))
    with pytest.raises(IdxError, match="letters are invalid: image 2 has the label 10"):
        load_idx(images_file(), tmp_path / "letters")


def test_float_images() -> None:
    """Floats from 0 to 1 become grey levels from 0 to 255."""
    digits = Digits([[0.0, 0.5, 1.0, 0.2]], [3], 2, 2)
    assert digits.pixels == bytes([0, 128, 255, 51]) and digits.labels == b"\x03"


@pytest.mark.parametrize("level", [float("nan"), float("inf"), -0.1, 1.001])
def test_pixels_out_of_range(level: float) -> None:
    """NaN, infinity and numbers outside of 0 to 1 are rejected; the error has the pixel's index."""
    with pytest.raises(DataError, match="number 6 of the images"):
        Digits([[0.0] * 4, [0.0, 0.0, level, 0.0]], [0, 0], 2, 2)


@pytest.mark.parametrize("label", [-1, 10])
def test_labels_out_of_range(label: int) -> None:
    """Labels are 0 to 9."""
    with pytest.raises(DataError, match=f"label {label}"):
        Digits([[0.0] * 4], [label], 2, 2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rows": 0}, "an image's rows must be an integer from 1 to 1048576, got 0"),
        ({"rows": "2"}, "an image's rows must be an integer from 1 to 1048576, got '2'"),
        ({"columns": -2}, "an image's columns must be an integer from 1 to 1048576, got -2"),
        ({"classes": []}, "1 to 256 classes (a label is one byte), got 0"),
        ({"classes": list(map(str, range(300)))}, "got 300"),
        ({"classes": [3]}, "a class name must be of type str, such as 'cat'; got 3"),
        ({"classes": {"a", "b"}}, "class names must be of type Sequence"),
        (
            {"classes": ["a" * 101]},
            "a class name must have at most 100 characters, got aaaaaaaaaaaaaaaaaaaa… with 101",
        ),
    ],
)
def test_invalid_sizes_and_class_names(settings: dict[str, object], words: str) -> None:
    """They are rejected at once, and the error names the argument."""
    with pytest.raises(ConfigError, match=re.escape(words)):
        Digits(bytes(4), [0], **{"rows": 2, "columns": 2, **settings})  # type: ignore[arg-type]


PIXELS = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)


@pytest.mark.parametrize(
    ("pixels", "labels"),
    [
        (PIXELS, np.array([3, 1])),
        (PIXELS.astype(np.int64), np.array([[3], [1]], dtype=np.uint8)),
        (PIXELS.astype(">i2"), [3, 1]),
        (np.stack([PIXELS] * 2, axis=-1)[..., 0], array("H", [3, 1])),
        (PIXELS / 255, (3, 1)),
        (PIXELS.astype(np.float32) / np.float32(255), bytearray([3, 1])),
        (PIXELS.tolist(), [np.int32(3), np.int32(1)]),
        ([*PIXELS], memoryview(b"\x03\x01")),
        (array("q", range(8)), b"\x03\x01"),
    ],
)
def test_digits_are_made_from_any_form(pixels: object, labels: object) -> None:
    """Numpy arrays of any type and order, lists, and buffers give the same digits as bytes."""
    digits = Digits(pixels, labels, 2, 2)
    assert digits == Digits(bytes(range(8)), b"\x03\x01", 2, 2)
    assert digits.fingerprint() == Digits(bytes(range(8)), b"\x03\x01", 2, 2).fingerprint()


def test_bools_are_paper_and_ink() -> None:
    """In a bool array, True is ink as a pixel and 1 as a label."""
    digits = Digits(PIXELS > 6, np.array([True, False]), 2, 2)
    assert digits.pixels == bytes(7) + b"\xff" and digits.labels == b"\x01\x00"


@pytest.mark.parametrize(
    ("pixels", "labels", "words"),
    [
        (PIXELS.astype(np.int64) - 1, [3, 1], "number 0 of the images is -1; expected 0 to 255"),
        (PIXELS.astype(np.int32) + 250, [3, 1], "number 6 of the images is 256"),
        (PIXELS / 255 * np.nan, [3, 1], "number 0 of the images is nan"),
        (PIXELS.astype(complex), [3, 1], "expected images as .* got numbers of complex128"),
        (np.zeros(8, dtype="datetime64[s]"), [3, 1], r"got numbers of datetime64\[s\]"),
        (PIXELS, [3, 10], "image 1 has the label 10; expected 0 to 9"),
        (PIXELS, np.array([-1, 300]), "image 0 has the label -1"),
        (PIXELS, np.array([3.0, 1.0]), "labels must be integers; number 0 is 3.0"),
        (PIXELS, ["3", "1"], "labels must be numbers, got '3'"),
        (PIXELS, None, "expected labels as nested lists, bytes or arrays of numbers, got NoneType"),
    ],
)
def test_invalid_pixels_and_labels(pixels: object, labels: object, words: str) -> None:
    """Each error names the number or the type."""
    with pytest.raises(DataError, match=words):
        Digits(pixels, labels, 2, 2)


def test_counts_that_do_not_fit() -> None:
    """The number of images must equal the number of labels."""
    with pytest.raises(DataError, match="2 images of 2×2 need 8 pixels, got 4"):
        Digits(bytes(4), bytes(2), 2, 2)


def test_statistics_of_each_channel() -> None:
    """Mean and standard deviation, against the formulas, for two images of two channels."""
    images = ImageDataset([[[[0, 51]], [[255, 255]]], [[[102, 51]], [[255, 255]]]], [0, 1], (2, 1, 2), ["a", "b"])
    means, deviations = images.statistics()
    assert means == pytest.approx((0.2, 1.0)) and deviations == pytest.approx((0.2 / 2**0.5, 0.0))


def test_images_in_colour() -> None:
    """Selecting, taking and joining keep the shape; the fingerprint differs from that of the same bytes in grey."""
    pixels = bytes(range(24))
    images = ImageDataset(pixels, [1, 0], (3, 2, 2), ("x", "y"))
    assert images.image(1) == pixels[12:] and images.size_text == "3×2×2"
    assert images.select([0], 1) == ImageDataset(pixels[12:], [0], (3, 2, 2), ("x",))
    assert images.take([1, 0]).joined(images).labels == b"\0\1\1\0"
    assert images.fingerprint() != Digits(pixels, [1, 0], 6, 2, ("x", "y")).fingerprint()
    with pytest.raises(ShapeError, match=r"shape of the images is \(3, 2, 2\)"):
        images.require_input((1, 2, 2))
    for shape in ((2, 2), (0, 2, 2), (3, 2, 2.0)):
        with pytest.raises(ConfigError, match="channels|integer|at least 1"):
            ImageDataset(pixels, [1, 0], shape, ("x", "y"))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="2 images of 3×2×2 need 24 pixels, got 23"):
        ImageDataset(pixels[:-1], [1, 0], (3, 2, 2), ("x", "y"))
