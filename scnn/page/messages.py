"""Reads the fields of the page's messages. Every function checks its field; raises ConfigError or DataError."""

from collections.abc import Mapping
from typing import Any

from scnn.checks import require_integer
from scnn.errors import ConfigError, DataError

__all__ = ["Answer", "Message", "read_bytes", "read_image", "read_index", "read_number", "read_strokes"]

MAX_FILE = 64 << 20  # bytes

Message = Mapping[str, Any]
Answer = dict[str, Any]


def read_strokes(message: Message) -> list[list[tuple[float, float]]]:
    try:
        return [[(float(x), float(y)) for x, y in stroke] for stroke in message["strokes"]]
    except (KeyError, TypeError, ValueError):
        raise ConfigError("expected strokes as lists of points [x, y]") from None


def read_bytes(message: Message, name: str) -> bytes:
    value = message.get(name)
    if not isinstance(value, bytes):
        raise ConfigError(f"expected {name} as bytes, got {type(value).__name__}")
    if len(value) > MAX_FILE:
        raise DataError(f"{name} has {len(value)} bytes; expected at most {MAX_FILE}")
    return value


def read_image(message: Message, size: int) -> bytes:
    try:
        image = bytes(message["image"])
    except (KeyError, TypeError, ValueError):
        raise ConfigError("expected the image as a list of integers from 0 to 255") from None
    if len(image) != size:
        raise ConfigError(f"expected an image of {size} pixels, got {len(image)}")
    return image


def read_number(message: Message, name: str) -> float:
    value = message.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        raise ConfigError(f"the {name.replace('_', ' ')} must be a number of at least 0, got {value!r}")
    return float(value)


def read_index(message: Message, name: str, count: int) -> int:
    return require_integer(name, message.get(name), 0, count - 1)
