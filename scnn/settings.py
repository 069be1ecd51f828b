"""Layers, optimisers, schedules and augmentation as plain dicts, and back, with every value checked.

A dict holds the class name under `kind`, and the fields: {"kind": "Conv2D", "filters": 8, "kernel_size": 5, …}.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

from scnn.checks import MAX_INTEGER, MAX_NAME_LENGTH
from scnn.errors import ConfigError, ModelError

__all__ = ["from_dict", "readable_name", "require_lossless", "to_dict"]

T = TypeVar("T")
MAX_NUMBERS = 64  # of a setting that is a list
NEVER = object()  # equals no setting


def to_dict(instance: Any) -> dict[str, Any]:
    """A layer, optimiser, schedule or augmentation as a dict that JSON can hold."""
    if not is_dataclass(instance) or isinstance(instance, type):
        return {"kind": type(instance).__name__}
    optional = getattr(instance, "optional", ())  # of a layer
    defaults = {field.name: field.default for field in fields(instance) if field.name in optional}
    values = {name: value for name, value in asdict(instance).items() if value != defaults.get(name, NEVER)}
    return {"kind": type(instance).__name__, **values}


def from_dict(data: object, classes: Iterable[type[T]]) -> T:
    """The instance of one of the classes that a dict describes; raises ConfigError for anything else."""
    by_name = {cls.__name__: cls for cls in classes}
    kind = data.get("kind") if isinstance(data, Mapping) else data
    if not isinstance(data, Mapping) or not isinstance(kind, str) or kind not in by_name:
        raise ConfigError(f"unknown kind {str(kind)[:80]!r}; expected one of: {', '.join(by_name)}")
    cls = by_name[kind]
    types = {field.name: field.type for field in fields(cls)} if is_dataclass(cls) else {}
    values = {name: value for name, value in data.items() if name != "kind"}
    for name, value in values.items():
        if name not in types:
            expected = f"expected one of: {', '.join(types)}" if types else "it takes no settings"
            raise ConfigError(f"{kind} has no setting {str(name)[:80]!r}; {expected}")
        annotation = types[name]
        annotation = annotation.__name__ if isinstance(annotation, type) else str(annotation)
        if not matches_type(value, annotation):
            raise ConfigError(
                f"{kind}: {readable_name(name)} must be {expected_value(annotation)}, got {value!r:.80}"
            )
    try:
        return cls(**values)
    except TypeError as error:
        raise ConfigError(f"{kind}: {error}") from None


def require_lossless(what: str, instance: Any, known: Iterable[type]) -> None:
    """Raises ModelError for a layer or an optimiser, as `what` says, that would be loaded from a file as a different
    one. `known` are scnn's own classes."""
    kind, name = type(instance), type(instance).__name__
    if kind not in (classes := tuple(known)) and name in {one.__name__ for one in classes}:
        raise ModelError(
            f"your {what} {name} cannot be saved: it has the name of one of scnn's {what}s; rename the class"
        )
    try:
        again = from_dict(to_dict(instance), [kind])
    except ConfigError as error:
        raise ModelError(f"{name} cannot be saved: {error}") from None
    if vars(instance) != vars(again) or (is_dataclass(instance) and instance != again):
        raise ModelError(f"{name} would be loaded with other settings: make it a dataclass of numbers and strings")


def matches_type(value: object, annotation: str) -> bool:
    """Whether a value has a field's type (int, float, bool, str, or None if the annotation allows it) and is within
    the limits of `checks`."""
    if value is None:
        return "None" in annotation
    if isinstance(value, bool):
        return annotation == "bool"
    if isinstance(value, list | tuple):
        listed = "tuple[float, ...]" in annotation and 1 <= len(value) <= MAX_NUMBERS
        return listed and all(matches_type(one, "float") for one in value)
    if isinstance(value, str):
        return annotation == "str" and len(value) <= MAX_NAME_LENGTH
    if isinstance(value, int):
        return ("int" in annotation or "float" in annotation) and abs(value) <= MAX_INTEGER
    return isinstance(value, float) and "float" in annotation and math.isfinite(value)


def expected_value(annotation: str) -> str:
    """What a field of this type takes, for a message."""
    if "tuple[float, ...]" in annotation:
        return f"a number, or a list of up to {MAX_NUMBERS} numbers"
    if not any(name in annotation for name in ("int", "float", "bool", "str")) or "[" in annotation:
        return f"an int, float, bool or str ({annotation} cannot be stored)"
    limit = f" up to {MAX_INTEGER}" if "int" in annotation else ""
    return f"of type {annotation}{limit}"


def readable_name(name: str) -> str:
    """A setting's name as the page labels it."""
    return {"per_class": "images per class"}.get(name, name.replace("_", " "))
