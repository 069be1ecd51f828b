"""Experiments: from plain settings, as in a message or a link, to a network, its images and a trainer.

Missing settings are the preset's. Every setting is checked; raises ConfigError, ShapeError or DataError.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from scnn.checks import require_integer
from scnn.data.dataset import ImageDataset
from scnn.engines.engine import EngineFactory
from scnn.errors import ConfigError
from scnn.experiments import presets
from scnn.experiments.presets import Preset
from scnn.layers.dense import Dense
from scnn.layers.layer import Layer
from scnn.layers.loss import Loss, MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.own import Own
from scnn.layers.registry import layers_from_list
from scnn.network.edits import NO_EDITS, Edits
from scnn.network.network import Network
from scnn.settings import to_dict
from scnn.training.muon import Muon
from scnn.training.optimisers import SGD, Adam, AdamW, Lion, Optimiser
from scnn.training.settings import settings_from_dict
from scnn.training.trainer import Trainer

__all__ = [
    "LOSSES",
    "OPTIMISERS",
    "OWN",
    "Experiment",
    "config_of_preset",
    "experiment_of",
    "with_classes",
    "with_loss",
    "with_optimiser",
]

LOSSES: dict[str, type[Loss]] = {
    "cross-entropy": SoftmaxCrossEntropy,
    "squared-hinge": SquaredHinge,
    "mean-squared-error": MeanSquaredError,
}
OPTIMISERS: dict[str, Callable[[float], Optimiser]] = {
    "sgd": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "nesterov": partial(SGD, momentum=0.9, nesterov=True),
    "adam": Adam,
    "adamw": AdamW,
    "lion": Lion,
    "muon": Muon,
}
OWN = "own"  # the name of the experiment on the user's own images


@dataclass(frozen=True)
class Experiment:
    """A preset with changed settings; `config` is the whole experiment as plain data, enough to repeat it."""

    preset: Preset
    layers: tuple[Layer, ...]
    training: ImageDataset
    test: ImageDataset
    settings: dict[str, Any]
    config: dict[str, Any]
    edits: Edits = NO_EDITS

    def network(self) -> Network:
        seed, names = self.settings["seed"], self.training.classes
        return Network(self.training.shape, self.layers, seed=seed, class_names=names, edits=self.edits)

    def trainer(self, network: Network, make_engine: EngineFactory) -> Trainer:
        return Trainer(network, self.training, self.test, make_engine=make_engine, **self.settings)


def experiment_of(message: Mapping[str, Any], own: tuple[ImageDataset, ImageDataset] | None = None) -> Experiment:
    """The experiment of a message: `experiment` (a preset's name, or "own"), `per_class`, `layers`, `seed`, `epochs`,
    `batch_size`, `optimiser`, `schedule`, `augmentation`, `edits`. Each is optional."""
    name = message.get("experiment") or presets.PAPER.name
    if not isinstance(name, str):
        raise ConfigError(f"the experiment's name must be a string, got {name!r}")
    preset = presets.MNIST if name == OWN else presets.find(name)
    if name == OWN and own is None:
        raise ConfigError("choose your own images first: IDX files, or one folder of pictures per class")
    per_class = message.get("per_class")
    per_class = (
        preset.training_per_class if per_class is None else require_integer("images per class", per_class, 10, 400)
    )
    training, test = own if own and name == OWN else preset.digits(per_class)
    layers = preset.layers if message.get("layers") is None else tuple(layers_from_list(message["layers"], (Own,)))
    if name == OWN and message.get("layers") is None:
        layers = with_classes(layers, len(training.classes))
    given = settings_from_dict({name: value for name, value in message.items() if value is not None and value != {}})
    settings = {**preset.settings, "seed": 1, **given}
    if message.get("augmentation") == {}:
        settings["augmentation"] = None
    edits = Edits.from_dict(message.get("edits"))
    config = config_of(name, per_class, layers, settings)
    if edits:
        config["edits"] = edits.to_dict()
    return Experiment(preset, layers, training, test, settings, config, edits)


def config_of_preset(preset: Preset) -> dict[str, Any]:
    """The configuration of a preset; loads no images."""
    return config_of(preset.name, preset.training_per_class, preset.layers, {**preset.settings, "seed": 1})


def config_of(name: str, per_class: int, layers: tuple[Layer, ...], settings: dict[str, Any]) -> dict[str, Any]:
    augmentation = settings["augmentation"]
    return {
        "experiment": name,
        "per_class": per_class,
        "layers": [to_dict(layer) for layer in layers],
        **{name: settings[name] for name in ("epochs", "batch_size", "seed")},
        "optimiser": to_dict(settings["optimiser"]),
        "schedule": to_dict(settings["schedule"]),
        "augmentation": to_dict(augmentation) if augmentation else {},
    }


def with_classes(layers: tuple[Layer, ...], classes: int) -> tuple[Layer, ...]:
    """The layers, with one unit per class in the last dense layer."""
    last = max(index for index, layer in enumerate(layers) if isinstance(layer, Dense))
    return (*layers[:last], Dense(classes), *layers[last + 1 :])


def with_loss(layers: tuple[Layer, ...], name: str | None, smoothing: float | None) -> tuple[Layer, ...]:
    """A preset's layers with the loss of this name in `LOSSES`, and with this label smoothing; None keeps the
    preset's. Raises ConfigError for smoothing of another loss than cross-entropy."""
    loss = LOSSES[name]() if name else layers[-1]
    if smoothing is not None:
        if not isinstance(loss, SoftmaxCrossEntropy):
            raise ConfigError("label smoothing needs cross-entropy: omit it, or choose that loss")
        loss = SoftmaxCrossEntropy(smoothing)
    return (*layers[:-1], loss)


def with_optimiser(optimiser: Optimiser, name: str | None, settings: Mapping[str, float]) -> Optimiser:
    """A preset's optimiser, or the one of this name in `OPTIMISERS` with its learning rate; `settings` replaces
    learning_rate, weight_decay, clip_norm and averaging. Raises ConfigError for values out of range."""
    chosen = OPTIMISERS[name](optimiser.learning_rate) if name else optimiser
    return replace(chosen, **settings)
