"""Pictures for a page, read back by Pillow."""

import base64
import io

from PIL import Image

from scnn.formats.png import as_ink, picture


def opened(address: str) -> Image.Image:
    """What an <img> would show."""
    kind, _, data = address.partition(",")
    assert kind == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_picture_holds_its_levels() -> None:
    """Every level at its place, 0 for black."""
    levels = bytes(range(0, 240, 10))
    image = opened(picture(levels, 6, 4))
    assert image.size == (6, 4) and image.mode == "L" and image.tobytes() == levels


def test_ink_is_dark() -> None:
    """255 of ink is 0 of light."""
    assert as_ink(bytes([0, 100, 255])) == bytes([255, 155, 0])
