"""Picture files, decoded by Pillow and reduced to what the ink finding looks at. The page's browser does the same."""

from pathlib import Path

from scnn.data.photo import MAX_PICTURE_SIDE
from scnn.errors import ConfigError, DataError
from scnn.formats.picture_header import MAX_PIXELS

__all__ = ["read_rgba"]


def read_rgba(picture: Path) -> tuple[bytes, int, int]:
    """Four bytes a pixel, [row, column, channel], width and height, at most 640; turned upright.

    Raises DataError with the file's name if it is not a picture, and ConfigError if Pillow is missing."""
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        raise ConfigError("reading pictures needs Pillow: `pip install scnn[image]`") from None
    try:
        with Image.open(picture) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise DataError(f"{picture} has {width}×{height} pixels; expected at most {MAX_PIXELS}")
            # A large JPEG is decoded at a fraction of its size.
            opened.draft("RGB", (2 * MAX_PICTURE_SIDE, 2 * MAX_PICTURE_SIDE))
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I"):  # 16-bit grey: only the upper 8 bits are used
                upright = upright.convert("I").point(lambda level: level / 256).convert("L")
            layered = upright.convert("RGBA")
            layered.thumbnail((MAX_PICTURE_SIDE, MAX_PICTURE_SIDE))
    except UnidentifiedImageError:
        raise DataError(f"{picture} cannot be read: it is not in a picture format that Pillow supports") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{picture} cannot be read: {reason}") from None
    return layered.tobytes(), *layered.size
