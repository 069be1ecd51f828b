"""Checks of what a person gives to the library: kinds and ranges, told in words before anything is computed."""

from dataclasses import fields
from typing import Any

from scnn.errors import ConfigError

__all__ = ["LARGEST_SEED", "described", "require_kind", "require_numbers", "require_seed", "require_whole"]

LARGEST_SEED = 2**32 - 1


def require_kind(name: str, value: object, kind: type, example: str) -> None:
    """The value is of this kind, of which `example` is one; raises ConfigError."""
    if not isinstance(value, kind):
        raise ConfigError(f"{name} must be of the kind {kind.__name__}, such as {example}, not {described(value)}")


def require_numbers(settings: Any) -> None:
    """Each field of a dataclass is a number; raises ConfigError."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if not isinstance(value, int | float):
            raise ConfigError(f"{type(settings).__name__}: {field.name} must be a number, not {described(value)}")


def require_seed(seed: object) -> None:
    """A seed is a whole number of 32 bits, as it is on the command line and in an address; raises ConfigError."""
    require_whole("the seed", seed, 0)
    if isinstance(seed, int) and seed > LARGEST_SEED:
        raise ConfigError(f"the seed must be at most {LARGEST_SEED}, not {seed}")


def require_whole(name: str, value: object, least: int) -> None:
    """The value is a whole number, and not too small; raises ConfigError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConfigError(f"{name} must be a whole number, not {described(value)}")
    if value < least:
        raise ConfigError(f"{name} must be at least {least}, not {value}")


def described(value: object) -> str:
    """A value in a message: short ones as they are written, others by their kind."""
    if isinstance(value, type):
        return f"the class {value.__name__} itself: write {value.__name__}(…)"
    if value is None or isinstance(value, int | float | str):
        return repr(value)[:80]
    return f"something of the kind {type(value).__name__}"
