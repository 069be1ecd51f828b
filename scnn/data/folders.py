"""Image datasets from folders of pictures, one folder for each class, decoded by Pillow."""

from pathlib import Path

from scnn.checks import MAX_CLASSES, require_integer
from scnn.data.dataset import Digits, ImageDataset
from scnn.errors import ConfigError, DataError

__all__ = ["load_folder"]

ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"}
MAX_SIDE = 256
MAX_BYTES = 1 << 30  # of all pixels


def load_folder(folder: str | Path, side: int = 32, *, grey: bool = False) -> ImageDataset:
    """The pictures in the folders of `folder`, whose names are the classes: the middle square of each, turned upright
    and scaled to `side` × `side` pixels, in colour or grey.

    Raises DataError, naming the file, for a picture that cannot be read, ConfigError if there are no classes, if a
    class has no pictures, if there are more than 256 classes, for a side out of range and if Pillow is missing.
    """
    require_integer("the side", side, 1, MAX_SIDE)
    try:
        classes = sorted(one for one in Path(folder).iterdir() if one.is_dir() and not one.name.startswith("."))
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None
    if not 1 <= len(classes) <= MAX_CLASSES:
        raise ConfigError(f"{folder} has {len(classes)} folders; expected 1 to {MAX_CLASSES}, one for each class")
    found = [
        (label, picture)
        for label, one in enumerate(classes)
        for picture in sorted(one.iterdir())
        if picture.suffix.lower() in ENDINGS
    ]
    for label, one in enumerate(classes):
        if not any(label == other for other, _ in found):
            raise ConfigError(f"{one} has no pictures; expected files that end with {', '.join(sorted(ENDINGS))}")
    channels = 1 if grey else 3
    if len(found) * channels * side * side > MAX_BYTES:
        raise ConfigError(f"{folder} has {len(found)} pictures: too many for {side}×{side} pixels each")
    pixels = b"".join(decoded(picture, side, grey) for _, picture in found)
    labels, names = bytes(label for label, _ in found), tuple(one.name for one in classes)
    if grey:
        return Digits(pixels, labels, side, side, names)
    return ImageDataset(pixels, labels, (3, side, side), names)


def decoded(picture: Path, side: int, grey: bool) -> bytes:
    """The pixels of a picture, [channel, row, column]; raises DataError with its name."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise ConfigError("reading pictures needs Pillow: `pip install scnn[image]`") from None
    try:
        with Image.open(picture) as opened:
            opened.draft("RGB", (2 * side, 2 * side))  # a large JPEG is decoded at a fraction of its size
            upright = ImageOps.exif_transpose(opened).convert("L" if grey else "RGB")
            square = ImageOps.fit(upright, (side, side), Image.Resampling.BILINEAR)
    except UnidentifiedImageError:
        raise DataError(f"{picture} cannot be read: it is not in a picture format that Pillow supports") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{picture} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return b"".join(plane.tobytes() for plane in square.split())
