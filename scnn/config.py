"""Settings as plain data: layers, optimisers, schedules and augmentation to dicts and back, everything checked.

A dict holds the class's name as `kind`, and its fields: {"kind": "Conv2D", "filters": 8, "kernel_size": 5, …}.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

from scnn.augmentation import Augmentation
from scnn.checks import LARGEST, LARGEST_SEED, LONGEST_NAME, MOST_EPOCHS, MOST_LAYERS
from scnn.errors import ConfigError
from scnn.layer import Layer
from scnn.layers import Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU, SoftmaxCrossEntropy
from scnn.optimisers import SGD, Adam, Optimiser
from scnn.schedules import Constant, Cosine, OneCycle, Schedule, StepDecay

__all__ = ["LAYERS", "from_dict", "layers_from_list", "settings_from_dict", "to_dict"]

Thing = TypeVar("Thing")

LAYERS: tuple[type[Layer], ...] = (Conv2D, ReLU, MaxPool2D, Flatten, Dense, Dropout, SoftmaxCrossEntropy)
OPTIMISERS: tuple[type[Optimiser], ...] = (SGD, Adam)
SCHEDULES: tuple[type[Schedule], ...] = (Constant, StepDecay, Cosine, OneCycle)


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
        if not fits(value, annotation.__name__ if isinstance(annotation, type) else str(annotation)):
            raise ConfigError(f"{kind.__name__}: {words(name)} cannot be {value!r:.80}")
    try:
        return kind(**given)
    except TypeError as error:
        raise ConfigError(f"{kind.__name__}: {error}") from None


def fits(value: object, annotation: str) -> bool:
    """Whether a value is of a field's type: int, float, bool, str, or None where it says so."""
    if value is None:
        return "None" in annotation
    if isinstance(value, bool):
        return annotation == "bool"
    if isinstance(value, str):
        return annotation == "str" and len(value) <= LONGEST_NAME
    if isinstance(value, int):
        return ("int" in annotation and abs(value) <= LARGEST) or ("float" in annotation and abs(value) <= LARGEST)
    return isinstance(value, float) and "float" in annotation and math.isfinite(value)


def layers_from_list(data: object, more: Iterable[type[Layer]] = ()) -> list[Layer]:
    """Layers from a list of dicts; `more` are layers of the user's own."""
    if not isinstance(data, list) or not 1 <= len(data) <= MOST_LAYERS:
        raise ConfigError(f"a network's layers are a list of 1 to {MOST_LAYERS}")
    return [from_dict(one, (*LAYERS, *more)) for one in data]


def settings_from_dict(data: object) -> dict[str, Any]:
    """A trainer's settings from plain data: epochs, batch_size, seed, optimiser, schedule, augmentation, validation
    and patience, each only where it is there."""
    if not isinstance(data, Mapping):
        raise ConfigError("a training's settings are a dict")
    settings: dict[str, Any] = {}
    ranges = {"epochs": (1, MOST_EPOCHS), "batch_size": (1, LARGEST), "validation": (0, LARGEST)}
    ranges["seed"] = (0, LARGEST_SEED)
    for name, (least, most) in ranges.items():
        if name in data:
            settings[name] = whole(name, data[name], least, most)
    if data.get("patience") is not None:
        settings["patience"] = whole("patience", data["patience"], 1, MOST_EPOCHS)
    if "optimiser" in data:
        settings["optimiser"] = from_dict(data["optimiser"], OPTIMISERS)
    if "schedule" in data:
        settings["schedule"] = from_dict(data["schedule"], SCHEDULES)
    if data.get("augmentation") is not None:
        settings["augmentation"] = from_dict(data["augmentation"], (Augmentation,))
    return settings


def whole(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ConfigError(f"{words(name)} is a whole number from {least} to {most}, not {value!r:.80}")
    return value


def words(name: str) -> str:
    """A setting's name as people say it, and as the page has it."""
    return {"per_class": "images per class"}.get(name, name.replace("_", " "))
