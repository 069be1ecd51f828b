"""The user's own images: pictures of any size, collected by class and split into training and test digits."""

from collections import Counter
from collections.abc import Sequence
from unicodedata import normalize

from scnn.checks import MAX_CLASSES, require_names
from scnn.data.dataset import Digits, ImageDataset
from scnn.data.drawing import SIDE
from scnn.data.photo import find_figure
from scnn.data.split import every_nth
from scnn.errors import ConfigError, DataError, EmptyDrawingError

__all__ = ["MAX_COLLECTED", "MAX_IMAGES", "OwnImages", "choose_evenly", "classes_of_one", "split"]

MAX_IMAGES = 5000
MAX_COLLECTED = 50_000  # images from which MAX_IMAGES are chosen
MAX_LETTERS = 40  # letters of a class name
EVERY = 5  # every fifth image of a class is a test image


class OwnImages:
    """Collects pictures and their class names, then splits them into training and test digits."""

    def __init__(self) -> None:
        self.images: list[tuple[bytes, str]] = []
        self.left_out: list[str] = []  # classes with a single picture, set by `digits`

    def add(self, pixels: bytes, width: int, height: int, name: str) -> None:
        """Adds one picture of grey levels or of four bytes a pixel (red, green, blue, alpha), on paper of any kind.
        Raises DataError if there is no ink, ConfigError for an invalid class name or too many images."""
        if width > 0 and height > 0 and len(pixels) == width * height:
            pixels = bytes(level for grey in pixels for level in (grey, grey, grey, 255))
        name = normalize("NFC", name)  # folders of macOS have é as two characters
        require_names([name])
        if not 0 < len(name) <= MAX_LETTERS:
            raise ConfigError(f"expected a class name of 1 to {MAX_LETTERS} letters, got {len(name)}: {name[:200]}")
        if len(self.images) >= MAX_COLLECTED:
            raise ConfigError(f"expected at most {MAX_COLLECTED} images")
        try:
            self.images.append((find_figure(pixels, width, height), name))
        except EmptyDrawingError as error:
            raise DataError(str(error)) from None

    def counts(self) -> dict[str, int]:
        """The number of images of each class, by name."""
        return dict(sorted(Counter(name for _, name in self.images).items()))

    def digits(self) -> tuple[ImageDataset, ImageDataset]:
        """Training and test digits: at most 5,000, with equal numbers of each class as far as possible.

        Raises ConfigError if fewer than 2 or more than 256 classes have at least 2 images."""
        counts = self.counts()
        self.left_out = [name for name, count in counts.items() if count == 1]
        names = tuple(sorted(set(counts) - set(self.left_out)))
        if not 2 <= len(names) <= MAX_CLASSES:
            found = f"there are {len(names)}"
            if self.left_out:
                found += f", and {len(self.left_out)} more with one image, which needs another one beside it"
            raise ConfigError(f"there must be 2 to {MAX_CLASSES} classes, a folder for each; {found}")
        images = [(image, name) for image, name in self.images if name in names]
        images = [images[at] for at in choose_evenly([name for _, name in images], MAX_IMAGES)]
        indices = {name: at for at, name in enumerate(names)}
        labels = bytes(indices[name] for _, name in images)
        return split(Digits(b"".join(image for image, _ in images), labels, SIDE, SIDE, names))


def choose_evenly(names: Sequence[str], most: int) -> list[int]:
    """The indices of at most `most` of these names, ascending: equally many of each name as far as possible, spread
    evenly over all its occurrences."""
    indices: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        indices.setdefault(name, []).append(at)
    chosen: list[int] = []
    room = most
    for left, own in zip(range(len(indices), 0, -1), sorted(indices.values(), key=len), strict=True):
        count = min(len(own), room // left)
        chosen += [own[at * len(own) // count] for at in range(count)]
        room -= count
    return sorted(chosen)


def classes_of_one(digits: ImageDataset) -> list[str]:
    """The names of classes with a single image, which `split` leaves out."""
    counts = Counter(digits.labels)
    return [digits.classes[label] for label in sorted(counts) if counts[label] == 1]


def split(digits: ImageDataset) -> tuple[ImageDataset, ImageDataset]:
    """Training and test digits: every fifth image of a class is a test image. Leaves out classes with a single image.
    Raises ConfigError if no class has two images."""
    training, test = every_nth(digits.labels, EVERY)
    if not test:
        raise ConfigError("no class has two images: one is needed for training, and one for testing")
    return digits.take(training), digits.take(test)
