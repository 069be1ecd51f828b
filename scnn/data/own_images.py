"""A person's own images on the page: pictures of any size or IDX files, made into training and test digits."""

from collections.abc import Sequence

from scnn.data.digits import Digits
from scnn.data.drawing import SIDE, normalise_pixels
from scnn.errors import ConfigError, DataError, EmptyDrawingError

__all__ = ["OwnImages", "split"]

MOST = 5000  # images
MAX_CLASSES = 20
MAX_LETTERS = 40  # of a class's name
EVERY = 5  # each fifth image of a class is for testing


class OwnImages:
    """Collects pictures with the names of their classes, until they are split."""

    def __init__(self) -> None:
        self.images: list[tuple[bytes, str]] = []

    def add(self, pixels: bytes, width: int, height: int, name: str) -> None:
        """One picture of grey levels, or of four bytes a pixel of which the first is taken; dark on light or light on
        dark. Raises DataError, DrawingError, ConfigError."""
        if width > 0 and height > 0 and len(pixels) == 4 * width * height:
            pixels = pixels[::4]
        if not 0 < len(name) <= MAX_LETTERS:
            raise ConfigError(f"a class's name has 1 to {MAX_LETTERS} letters, and not {len(name)}: {name[:200]}")
        if len(self.images) >= MOST:
            raise ConfigError(f"at most {MOST} images are taken")
        try:
            self.images.append((normalise_pixels(ink_of(pixels, width, height), width, height), name))
        except EmptyDrawingError:
            raise DataError("the picture is of one colour: there is nothing to read on it") from None

    def digits(self) -> tuple[Digits, Digits]:
        """Training and test digits; raises ConfigError where there are too few of a class."""
        names = tuple(sorted({name for _, name in self.images}))
        if not 2 <= len(names) <= MAX_CLASSES:
            raise ConfigError(f"there must be 2 to {MAX_CLASSES} classes, a folder for each; there are {len(names)}")
        labels = bytes(names.index(name) for _, name in self.images)
        return split(Digits(b"".join(image for image, _ in self.images), labels, SIDE, SIDE, names))


def ink_of(pixels: bytes, width: int, height: int) -> bytes:
    """How far each pixel is from the paper, which is what most of the picture's rim looks like; 0 to 255."""
    if width < 1 or height < 1 or len(pixels) != width * height:
        raise DataError(f"a picture of {width}×{height} has {width * height} pixels, not {len(pixels)}")
    rim = pixels[:width] + pixels[-width:] + pixels[::width] + pixels[width - 1 :: width]
    paper = sorted(rim)[len(rim) // 2]
    strongest = max(abs(level - paper) for level in pixels) or 1
    return bytes(abs(level - paper) * 255 // strongest for level in pixels)


def split(digits: Digits) -> tuple[Digits, Digits]:
    """Each fifth image of a class for testing, the others for training; raises ConfigError for a class of one."""
    training: list[int] = []
    test: list[int] = []
    for label in sorted(set(digits.labels)):
        places = [at for at, found in enumerate(digits.labels) if found == label]
        if len(places) < 2:
            raise ConfigError(f"class {digits.classes[label]} has one image, and needs at least 2")
        held = places[EVERY - 1 :: EVERY] or places[-1:]
        test += held
        training += [at for at in places if at not in set(held)]
    return chosen(digits, training), chosen(digits, test)


def chosen(digits: Digits, places: Sequence[int]) -> Digits:
    pixels = b"".join(digits.image(place) for place in places)
    labels = bytes(digits.labels[place] for place in places)
    return Digits(pixels, labels, digits.rows, digits.columns, digits.classes)
