"""Checks of what a person gives to the library: kinds and ranges, told in words before anything is computed."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from unicodedata import category

from scnn.errors import ConfigError

__all__ = [
    "MAX_INTEGER",
    "MAX_SEED",
    "MAX_SIDE",
    "MAX_NAME_LENGTH",
    "MAX_CLASSES",
    "MAX_EPOCHS",
    "MAX_LAYERS",
    "MAX_PARAMETERS",
    "describe",
    "require",
    "require_kind",
    "require_names",
    "require_numbers",
    "require_seed",
    "require_integer",
]

# What files may hold; a larger number in one is broken or hostile, and so none is trained with.
MAX_INTEGER = 1 << 20  # of the whole numbers in a layer or a training's settings
MAX_SEED = 2**32 - 1
MAX_NAME_LENGTH = 100  # letters of a class name
MAX_SIDE = 4096  # of the input: channels, rows, columns
MAX_CLASSES = 256  # a label is one byte
MAX_EPOCHS = 100_000
MAX_LAYERS = 100
MAX_PARAMETERS = 20_000_000


def require(condition: bool, message: str) -> None:
    """Raises ConfigError with the message where the condition does not hold."""
    if not condition:
        raise ConfigError(message)


def require_kind(name: str, value: object, kind: type, example: str) -> None:
    """The value is of this kind, of which `example` is one; raises ConfigError."""
    if not isinstance(value, kind):
        raise ConfigError(f"{name} must be of the kind {kind.__name__}, such as {example}, not {describe(value)}")


def require_numbers(settings: Any) -> None:
    """Each field of a dataclass is a number; raises ConfigError."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if not isinstance(value, int | float):
            raise ConfigError(f"{type(settings).__name__}: {field.name} must be a number, not {describe(value)}")


def require_seed(seed: object) -> None:
    """A seed is a whole number of 32 bits, as it is on the command line and in an address; raises ConfigError."""
    require_integer("the seed", seed, 0, MAX_SEED)


def require_names(names: object) -> tuple[str, ...]:
    """Class names, as files keep them; raises ConfigError."""
    require_kind("the class names", names, Sequence, "['cat', 'dog']")
    assert isinstance(names, Sequence)
    for name in names:
        require_kind("a class name", name, str, "'cat'")
        if len(name) > MAX_NAME_LENGTH:
            raise ConfigError(f"a class name has at most {MAX_NAME_LENGTH} letters, and {name[:20]}… has {len(name)}")
        if any(category(letter) in ("Cc", "Cs") for letter in name):
            raise ConfigError(f"a class name has letters that can be shown, and {name!a} has others")
    return tuple(names)


def require_integer(name: str, value: object, least: int, most: int = MAX_INTEGER) -> None:
    """The value is a whole number from `least` to `most`; raises ConfigError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConfigError(f"{name} must be a whole number, not {describe(value)}")
    if value < least:
        raise ConfigError(f"{name} must be at least {least}, not {value}")
    if value > most:
        raise ConfigError(f"{name} must be at most {most}, not {value}")


def describe(value: object) -> str:
    """A value in a message: short ones as they are written, others by their kind."""
    if isinstance(value, type):
        return f"the class {value.__name__} itself: write {value.__name__}(…)"
    if value is None or isinstance(value, int | float | str):
        return repr(value)[:80]
    return f"something of the kind {type(value).__name__}"
