"""CIFAR-10 and CIFAR-100 in their binary version.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and the page that publishes the
files: a record is one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100), then 3×32×32 pixels, channel by
channel.
"""

from pathlib import Path

from scnn.data.dataset import ImageDataset
from scnn.data.names import KNOWN
from scnn.errors import DataError

__all__ = ["load_cifar"]

CIFAR_10 = "cifar-10"
SHAPE = (3, 32, 32)
PIXELS = 3 * 32 * 32
TRAINING_10, TEST_10 = tuple(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"
TRAINING_100, TEST_100, NAMES_100 = "train.bin", "test.bin", "fine_label_names.txt"
MAX_BYTES = 1 << 30  # of one file


def load_cifar(folder: str | Path) -> tuple[ImageDataset, ImageDataset]:
    """Training and test images of a folder with the files of CIFAR-10 (`data_batch_1.bin` to `data_batch_5.bin`, of
    which some may be missing, and `test_batch.bin`) or CIFAR-100 (`train.bin`, `test.bin`, with the fine labels).

    Raises DataError, naming the file, if one is missing, truncated, or has a label that is no class.
    """
    folder = Path(folder)
    parts = [name for name in TRAINING_10 if (folder / name).is_file()]
    if parts:
        training = [read_records(folder / name, 1, KNOWN[CIFAR_10]) for name in parts]
        return training[0].joined(*training[1:]), read_records(folder / TEST_10, 1, KNOWN[CIFAR_10])
    if (folder / TRAINING_100).is_file():
        classes = names_in(folder / NAMES_100)
        return read_records(folder / TRAINING_100, 2, classes), read_records(folder / TEST_100, 2, classes)
    raise DataError(f"{folder} has no files of CIFAR's binary version: expected {TRAINING_10[0]} or {TRAINING_100}")


def read_records(path: Path, label_bytes: int, classes: tuple[str, ...]) -> ImageDataset:
    """The images of one file, whose class is the last of its label bytes; raises DataError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} has {path.stat().st_size} bytes; expected at most {MAX_BYTES}")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    size = label_bytes + PIXELS
    if not data or len(data) % size:
        raise DataError(f"{path} has {len(data)} bytes; expected a multiple of {size}, the size of a record")
    starts = range(0, len(data), size)
    pixels = b"".join(data[start + label_bytes : start + size] for start in starts)
    try:
        return ImageDataset(pixels, bytes(data[start + label_bytes - 1] for start in starts), SHAPE, classes)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def names_in(path: Path) -> tuple[str, ...]:
    """The class names in a text file, one in each line; 0 to 99 if there is no such file."""
    if not path.is_file():
        return tuple(map(str, range(100)))
    return tuple(path.read_text(encoding="utf-8").split())
