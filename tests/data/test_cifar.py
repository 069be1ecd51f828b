"""CIFAR's binary files: records of labels and pixels."""

from pathlib import Path
from random import Random

import pytest

from scnn.data.cifar import load_cifar
from scnn.errors import DataError

PIXELS = Random(1).randbytes(3072)


def test_cifar_10(tmp_path: Path) -> None:
    """The batches that are there, in order, with the dataset's class names."""
    for number, label in ((1, 3), (2, 9)):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(bytes([label]) + PIXELS)
    (tmp_path / "test_batch.bin").write_bytes(b"\0" + PIXELS + b"\1" + PIXELS)
    training, test = load_cifar(tmp_path)
    assert training.shape == (3, 32, 32) and training.labels == b"\3\x09" and training.classes[3] == "cat"
    assert training.image(1) == PIXELS and test.labels == b"\0\1"


def test_cifar_100(tmp_path: Path) -> None:
    """The fine label counts, and its names are in a file."""
    (tmp_path / "train.bin").write_bytes(bytes([19, 99]) + PIXELS)
    (tmp_path / "test.bin").write_bytes(bytes([0, 1]) + PIXELS)
    training, test = load_cifar(tmp_path)
    assert training.labels == b"\x63" and len(training.classes) == 100 and test.labels == b"\1"
    (tmp_path / "fine_label_names.txt").write_text("\n".join(f"name{number}" for number in range(100)) + "\n")
    assert load_cifar(tmp_path)[0].classes[99] == "name99"


def test_invalid_files(tmp_path: Path) -> None:
    """A folder of something else, a file that is missing, truncated, or has an unknown label."""
    with pytest.raises(DataError, match=r"expected data_batch_1\.bin or train\.bin"):
        load_cifar(tmp_path)
    batch, test = tmp_path / "data_batch_1.bin", tmp_path / "test_batch.bin"
    batch.write_bytes(bytes([1]) + PIXELS)
    with pytest.raises(DataError, match=r"test_batch\.bin cannot be read: No such file"):
        load_cifar(tmp_path)
    test.write_bytes(PIXELS)
    with pytest.raises(DataError, match="3072 bytes; expected a multiple of 3073"):
        load_cifar(tmp_path)
    test.write_bytes(bytes([10]) + PIXELS)
    with pytest.raises(DataError, match=r"test_batch\.bin: image 0 has the label 10"):
        load_cifar(tmp_path)
