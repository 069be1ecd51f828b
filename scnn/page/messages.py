"""Reading the page's messages: each part is checked as it is taken out; raises ConfigError or DataError."""

from collections.abc import Mapping
from typing import Any

from scnn.checks import require_integer
from scnn.errors import ConfigError, DataError

__all__ = ["Answer", "Message", "bytes_of", "index_of", "number_of", "strokes_of"]

MAX_FILE = 64 << 20

Message = Mapping[str, Any]
Answer = dict[str, Any]


def strokes_of(message: Message) -> list[list[tuple[float, float]]]:
    try:
        return [[(float(x), float(y)) for x, y in stroke] for stroke in message["strokes"]]
    except (KeyError, TypeError, ValueError):
        raise ConfigError("a drawing comes as strokes: lists of points [x, y]") from None


def bytes_of(message: Message, name: str) -> bytes:
    value = message.get(name)
    if not isinstance(value, bytes):
        raise ConfigError(f"{name} comes as bytes")
    if len(value) > MAX_FILE:
        raise DataError(f"{name} has {len(value)} bytes, and the page takes at most {MAX_FILE}")
    return value


def number_of(message: Message, name: str) -> float:
    value = message.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not value >= 0:
        words = name.replace("_", " ")
        raise ConfigError(f"the {words} is a number that is not negative, not {value!r}")
    return float(value)


def index_of(message: Message, name: str, count: int) -> int:
    return require_integer(name, message.get(name), 0, count - 1)
