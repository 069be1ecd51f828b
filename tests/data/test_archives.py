"""NPZ archives of images: the names of arrays, and where the channels are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scnn.data.archives import load_npz
from scnn.errors import DataError

GREY = np.arange(2 * 6 * 5, dtype="u1").reshape(2, 6, 5)
COLOUR = np.arange(2 * 6 * 5 * 3, dtype="u1").reshape(2, 6, 5, 3)


def saved(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path / "a.npz", **arrays)
    return path / "a.npz"


def test_medmnist_in_colour(tmp_path: Path) -> None:
    """Channels that come last come first in the dataset; labels are a column; validation images are left alone."""
    file = saved(
        tmp_path,
        train_images=COLOUR,
        train_labels=[[1], [0]],
        val_images=COLOUR,
        val_labels=[[0], [0]],
        test_images=COLOUR[:1],
        test_labels=[[2]],
    )
    training, test = load_npz(file)
    assert training.shape == (3, 6, 5) and training.classes == ("0", "1", "2") and training.labels == b"\1\0"
    assert training.pixels == COLOUR.transpose(0, 3, 1, 2).tobytes()
    assert test and test.labels == b"\2"


def test_keras_in_grey(tmp_path: Path) -> None:
    """Grey images are Digits, and class names can be those of a known dataset."""
    labels = np.array([9, 0], "i8")
    training, test = load_npz(saved(tmp_path, x_train=GREY, y_train=labels, x_test=GREY, y_test=labels), "kmnist")
    assert training.shape == (1, 6, 5) and training.pixels == GREY.tobytes() and training.classes[9] == "を"
    assert test == training


def test_channels_first_and_floats(tmp_path: Path) -> None:
    """Images of floats from 0 to 1 whose channels come first."""
    first = COLOUR.transpose(0, 3, 1, 2)
    training, test = load_npz(saved(tmp_path, images=first / 255, labels=[0, 1]), ["a", "b"])
    assert training.shape == (3, 6, 5) and training.pixels == first.tobytes() and test is None


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": [1]}, "has the arrays a; expected train_images"),
        ({"images": GREY, "labels": [0, 1, 2]}, "expected 3 images"),
        ({"images": GREY, "labels": [0, 1.5]}, "label 1 of labels is 1.5"),
        ({"images": GREY, "labels": [[0, 1], [0, 1]]}, "one label for each image"),
        ({"images": GREY.astype("i2") - 1, "labels": [0, 1]}, "numbers from -1"),
        ({"images": GREY[0], "labels": [0, 1, 0, 1, 0, 1]}, "expected 6 images"),
        ({"images": GREY[:, :0], "labels": [0, 1]}, "expected 2 images"),
    ],
)
def test_invalid_archives(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_npz(saved(tmp_path, **arrays))


def test_labels_without_a_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="label 1; expected 0 to 0"):
        load_npz(saved(tmp_path, images=GREY, labels=[0, 1]), ["a"])
