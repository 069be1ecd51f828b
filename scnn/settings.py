"""Settings as plain data: layers, optimisers, schedules and augmentation to dicts and back, everything checked.

A dict holds the class's name as `kind`, and its fields: {"kind": "Conv2D", "filters": 8, "kernel_size": 5, …}.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

from scnn.checks import MAX_INTEGER, MAX_NAME_LENGTH
from scnn.errors import ConfigError

__all__ = ["to_dict", "from_dict"]

Thing = TypeVar("Thing")


def to_dict(thing: Any) -> dict[str, Any]:
    """A layer, optimiser, schedule or augmentation as plain data."""
    values = asdict(thing) if is_dataclass(thing) and not isinstance(thing, type) else {}
    return {"kind": type(thing).__name__, **values}


def from_dict(data: object, kinds: Iterable[type[Thing]]) -> Thing:
    """What the dict describes, one of these kinds; raises ConfigError for anything else."""
    by_name = {kind.__name__: kind for kind in kinds}
    named = data.get("kind") if isinstance(data, Mapping) else data
    if not isinstance(data, Mapping) or not isinstance(named, str) or named not in by_name:
        raise ConfigError(f"there is no {str(named)[:80]!r} here; there are: {', '.join(by_name)}")
    kind = by_name[named]
    allowed = {field.name: field.type for field in fields(kind)} if is_dataclass(kind) else {}
    given = {name: value for name, value in data.items() if name != "kind"}
    for name, value in given.items():
        if name not in allowed:
            raise ConfigError(f"{kind.__name__} has no {str(name)[:80]!r}; it has {', '.join(allowed) or 'nothing'}")
        annotation = allowed[name]
        if not matches_type(value, annotation.__name__ if isinstance(annotation, type) else str(annotation)):
            raise ConfigError(f"{kind.__name__}: {readable_name(name)} cannot be {value!r:.80}")
    try:
        return kind(**given)
    except TypeError as error:
        raise ConfigError(f"{kind.__name__}: {error}") from None


def matches_type(value: object, annotation: str) -> bool:
    """Whether a value is of a field's type: int, float, bool, str, or None where it says so."""
    if value is None:
        return "None" in annotation
    if isinstance(value, bool):
        return annotation == "bool"
    if isinstance(value, str):
        return annotation == "str" and len(value) <= MAX_NAME_LENGTH
    if isinstance(value, int):
        return ("int" in annotation and abs(value) <= MAX_INTEGER) or (
            "float" in annotation and abs(value) <= MAX_INTEGER
        )
    return isinstance(value, float) and "float" in annotation and math.isfinite(value)


def whole(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigError(f"{readable_name(name)} is a whole number from {least} to {most}, not {value!r:.80}")
    return value


def readable_name(name: str) -> str:
    """A setting's name as people say it, and as the page has it."""
    return {"per_class": "images per class"}.get(name, name.replace("_", " "))
