"""Validation of what users pass to the library: types and ranges, checked before anything is computed.

Every message names the setting, the expected type or range, and the value that was given.
"""

import sys
import warnings
from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from unicodedata import category, normalize

from scnn.errors import ConfigError, DataWarning

__all__ = [
    "MAX_CLASSES",
    "MAX_EPOCHS",
    "MAX_INTEGER",
    "MAX_LAYERS",
    "MAX_NAME_LENGTH",
    "MAX_PARAMETERS",
    "MAX_SEED",
    "MAX_SIDE",
    "describe",
    "require",
    "require_integer",
    "require_names",
    "require_numbers",
    "require_seed",
    "require_type",
    "warn",
]

# Limits of what a file may contain: a larger number there is corrupt or hostile. The library refuses to train
# with one, so that it never writes a file that it would not read.
MAX_INTEGER = 1 << 20  # any integer in the settings of a layer or a training
MAX_SEED = 2**32 - 1
MAX_NAME_LENGTH = 100  # characters of a class name
MAX_SIDE = 4096  # channels, rows or columns of the input
MAX_CLASSES = 256  # a label is one byte
MAX_EPOCHS = 100_000
MAX_LAYERS = 100
MAX_PARAMETERS = 20_000_000

# Characters that reorder the text around them: https://unicode.org/reports/tr9/#Directional_Formatting_Characters
BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def require(condition: bool, message: str) -> None:
    """Raises ConfigError with the message unless the condition holds."""
    if not condition:
        raise ConfigError(message)


def require_type(name: str, value: object, expected: type, example: str) -> None:
    """Raises ConfigError unless the value is an instance of the expected type; the message shows the example."""
    if not isinstance(value, expected):
        raise ConfigError(f"{name} must be of type {expected.__name__}, such as {example}; got {describe(value)}")


def require_numbers(settings: Any) -> None:
    """Raises ConfigError unless every field of the dataclass is a number, but for those that are texts."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.type in ("str", str):
            require_type(f"{type(settings).__name__}: {field.name}", value, str, "'words'")
        elif not isinstance(value, int | float):
            raise ConfigError(f"{type(settings).__name__}: {field.name} must be a number, got {describe(value)}")


def require_seed(seed: object) -> None:
    """Raises ConfigError unless the seed is an unsigned 32-bit integer, which the command line and links take too."""
    require_integer("the seed", seed, 0, MAX_SEED)


def require_names(names: object) -> tuple[str, ...]:
    """The class names as a tuple; raises ConfigError unless all differ and each can be stored in a file and shown."""
    require_type("the class names", names, Sequence, "['cat', 'dog']")
    assert isinstance(names, Sequence)
    for name in names:
        require_type("a class name", name, str, "'cat'")
        if len(name) > MAX_NAME_LENGTH:
            raise ConfigError(
                f"a class name must have at most {MAX_NAME_LENGTH} characters, got {name[:20]}… with {len(name)}"
            )
        if any(category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in BIDIRECTIONAL for letter in name):
            raise ConfigError(
                "a class name must not contain control characters (also those for the direction of text), "
                f"line breaks or surrogates, got {name!a}"
            )
    seen: set[str] = set()
    for name in names:
        composed = normalize("NFC", name)  # é can be one character or two, and looks the same
        if composed in seen:
            raise ConfigError(f"the class names must differ, got {name!r} twice")
        seen.add(composed)
    return tuple(names)


def warn(message: str) -> None:
    """Warns with DataWarning, at the line outside of scnn that called it."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "scnn":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, DataWarning, stacklevel=level)


def require_integer(name: str, value: object, minimum: int, maximum: int = MAX_INTEGER) -> int:
    """The value; raises ConfigError unless it is an integer from `minimum` to `maximum`, and not a bool."""
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise ConfigError(f"{name} must be an integer from {minimum} to {maximum}, got {describe(value)}")
    return value


def describe(value: object) -> str:
    """A value for a message: numbers and strings as Python writes them, anything else by its type."""
    if isinstance(value, type):
        return f"the class {value.__name__} itself: write {value.__name__}(…)"
    if value is None or isinstance(value, int | float | str):
        return repr(value)[:80]
    return f"an object of type {type(value).__name__}"
