"""The user's own images: IDX files, and pictures of any size."""

import struct

import pytest

from scnn.data.bundled import load_digits
from scnn.errors import ConfigError, DataError
from scnn.page.uploads import Uploads
from tests.formats.test_picture_header import png
from tests.tools.dataset import idx_images, idx_labels


def two_classes() -> dict[str, bytes]:
    """200 digits, zeros and ones, as IDX files."""
    _, test = load_digits()
    rows = [[*test.image(index), test.labels[index]] for index in range(200)]
    return {"images": idx_images(rows), "labels": idx_labels(rows)}


def test_idx_files() -> None:
    """Every fifth image of a class is for testing."""
    uploads = Uploads()
    answer = uploads.idx(two_classes())
    assert (answer["training_images"], answer["test_images"], answer["left_out"]) == (160, 40, [])
    assert uploads.digits and list(map(len, uploads.digits)) == [160, 40]


def add(uploads: Uploads, name: str, count: int) -> None:
    """Pictures of a class: dark bars on light paper, upright if the name is "a"."""
    for number in range(count):
        pixels = bytearray(b"\xff" * 400)
        for index in range(40 + 20 * number, 360):
            pixels[index] = 0 if (index % 20 in (9, 10)) == (name == "a") else 255
        uploads.picture({"pixels": bytes(pixels), "width": 20, "height": 20, "name": name})


def test_pictures() -> None:
    """A batch replaces the pictures before; one with too few classes, or a cancelled one, leaves them."""
    uploads = Uploads()
    for name in ("a", "b"):
        add(uploads, name, 6)
    answer = uploads.pictures({})
    assert answer == {
        "training_images": 10,
        "test_images": 2,
        "classes": ["a", "b"],
        "left_out": [],
        "counts": [["a", 6], ["b", 6]],
    }
    with pytest.raises(ConfigError, match="there are 0"):
        uploads.pictures({})
    add(uploads, "cancelled", 3)
    uploads.new_pictures({})
    add(uploads, "c", 2)
    add(uploads, "lonely", 1)
    added = uploads.pictures({"add": True})
    assert (added["classes"], added["left_out"]) == (["a", "b", "c"], ["lonely"])
    assert added["counts"] == [["a", 6], ["b", 6], ["c", 2], ["lonely", 1]]


def test_pictures_are_collected_class_by_class() -> None:
    """They are used as soon as two classes have two pictures; a class can be removed."""
    uploads = Uploads()
    add(uploads, "a", 3)
    assert uploads.pictures({"add": True}) == {"counts": [["a", 3]]}
    assert uploads.digits is None
    add(uploads, "b", 2)
    assert uploads.pictures({"add": True})["classes"] == ["a", "b"]
    assert uploads.digits
    assert uploads.remove_class({"name": "b"}) == {"counts": [["a", 3]]}
    with pytest.raises(ConfigError, match="got 'b'"):
        uploads.remove_class({"name": "b"})


def test_limits_of_what_is_collected() -> None:
    """256 classes; the pictures before stay."""
    uploads = Uploads()
    uploads.collected.images = [(bytes(784), f"class {at // 2}") for at in range(512)]
    add(uploads, "a", 2)
    with pytest.raises(ConfigError, match="at most 256 classes, got 257"):
        uploads.pictures({"add": True})
    assert len(uploads.collected.images) == 512
    uploads.collected.images *= 100
    add(uploads, "class 1", 2)
    with pytest.raises(ConfigError, match="at most 50000 pictures, got 51202"):
        uploads.pictures({"add": True})


def test_images_of_another_size_are_refused() -> None:
    """The page's drawings are 28×28."""
    images = struct.pack(">4I", 0x803, 4, 3, 3) + bytes(36)
    with pytest.raises(DataError, match="3×3; expected 28×28"):
        Uploads().idx({"images": images, "labels": idx_labels([[0]] * 4)})


def test_sizes_of_pictures() -> None:
    """Read from the header; 20,000 × 20,000 is refused."""
    assert Uploads().picture_size({"data": png(640, 480)}) == {"width": 640, "height": 480}
    with pytest.raises(DataError, match="20000×20000"):
        Uploads().picture_size({"data": png(20_000, 20_000)})


def test_pictures_are_selected_before_they_are_read() -> None:
    """If there are too many, large classes are reduced first."""
    indices = Uploads().choose({"names": ["few"] * 100 + ["many"] * 9000})["indices"]
    assert len(indices) == 5000 and indices[:100] == list(range(100))
    with pytest.raises(ConfigError, match="list"):
        Uploads().choose({"names": "few"})
