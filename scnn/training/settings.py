"""The settings of a training, read from plain data with every value checked."""

from collections.abc import Iterable, Mapping
from typing import Any

from scnn.checks import MAX_EPOCHS, MAX_INTEGER, MAX_SEED, require_integer
from scnn.errors import ConfigError
from scnn.settings import from_dict, readable_name
from scnn.training.augmentation import Augmentation
from scnn.training.muon import Muon
from scnn.training.optimisers import SGD, Adam, AdamW, Lion, Optimiser
from scnn.training.own_optimiser import OwnOptimiser
from scnn.training.schedules import Constant, Cosine, OneCycle, Schedule, StepDecay

__all__ = ["OPTIMISERS", "settings_from_dict"]
OPTIMISERS: tuple[type[Optimiser], ...] = (SGD, Adam, AdamW, Lion, Muon, OwnOptimiser)
SCHEDULES: tuple[type[Schedule], ...] = (Constant, StepDecay, Cosine, OneCycle)


def settings_from_dict(data: object, optimisers: Iterable[type[Optimiser]] = ()) -> dict[str, Any]:
    """A trainer's keyword arguments from plain data: epochs, batch_size, seed, optimiser, schedule, augmentation,
    validation and patience; absent ones keep their defaults. `optimisers` are the user's own classes. Raises
    ConfigError.
    """
    if not isinstance(data, Mapping):
        raise ConfigError("the settings of a training must be a dict")
    settings: dict[str, Any] = {}
    ranges = {"epochs": (1, MAX_EPOCHS), "batch_size": (1, MAX_INTEGER), "validation": (0, MAX_INTEGER)}
    ranges["seed"] = (0, MAX_SEED)
    for name, (minimum, maximum) in ranges.items():
        if name in data:
            settings[name] = require_integer(readable_name(name), data[name], minimum, maximum)
    if data.get("patience") is not None:
        settings["patience"] = require_integer("patience", data["patience"], 1, MAX_EPOCHS)
    if "optimiser" in data:
        settings["optimiser"] = from_dict(data["optimiser"], (*OPTIMISERS, *optimisers))
    if "schedule" in data:
        settings["schedule"] = from_dict(data["schedule"], SCHEDULES)
    if data.get("augmentation") is not None:
        settings["augmentation"] = from_dict(data["augmentation"], (Augmentation,))
    return settings
