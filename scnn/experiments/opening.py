"""Opening checkpoints: from a file's bytes to the training that it is of, with the digits that it was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scnn.data.digits import Digits
from scnn.engines.engine import EngineFactory
from scnn.errors import ModelError, ScnnError
from scnn.experiments import presets
from scnn.experiments.experiment import Experiment, experiment_of
from scnn.formats.safetensors import unpack
from scnn.network.network import Network
from scnn.training.checkpoint import digits_in, resume
from scnn.training.trainer import Trainer

__all__ = ["Opened", "config_in", "joined", "open_checkpoint", "taught"]

LESSONS = 12  # how often a corrected drawing stands among the training digits


@dataclass(frozen=True)
class Opened:
    """A training where it was stopped. `own` are a person's own images, `corrections` drawings that were taught;
    `as_configured` tells whether the experiment alone leads to these weights."""

    experiment: Experiment
    trainer: Trainer
    own: tuple[Digits, Digits] | None
    corrections: Digits | None
    as_configured: bool


def open_checkpoint(
    data: bytes, make_engine: EngineFactory, own: tuple[Digits, Digits] | None = None, name: str = "the checkpoint"
) -> Opened:
    """The training that a checkpoint was taken of; own images and corrections are in the file. Raises ModelError
    where it is no sound checkpoint, or of digits that are not here."""
    try:
        tensors, metadata = unpack(data)
        network = Network.from_tensors(tensors, metadata)
        training, test, corrections = (
            digits_in(tensors, part, network.class_names) for part in ("training", "test", "corrections")
        )
        if training and test:
            own = training, test
        experiment = experiment_of(config_in(network), own)
        digits = taught(experiment.training, corrections)
    except ScnnError as error:
        raise ModelError(f"{name} cannot be continued: {error}") from None
    trainer = resume(data, digits, experiment.test, make_engine=make_engine, name=name)
    as_configured = network.provenance.get("as_configured") is True
    return Opened(experiment, trainer, own, corrections, as_configured)


def config_in(network: Network) -> dict[str, Any]:
    """The experiment that a file's provenance speaks of: the page's configuration, or the command line's preset and
    settings, or the likely one. Raises ModelError where it is no configuration."""
    provenance = network.provenance
    config = provenance.get("experiment")
    if config is None:
        likely = presets.MNIST.name if network.classes == 10 else presets.PAPER.name
        settings = provenance.get("settings") or {}
        if not isinstance(settings, Mapping):
            raise ModelError("the provenance's settings are no table")
        kept = ("epochs", "batch_size", "seed", "optimiser", "schedule")
        config = {name: settings[name] for name in kept if name in settings}
        config |= {"augmentation": settings["augmentation"] or {}} if "augmentation" in settings else {}
        config["experiment"] = provenance.get("preset", likely)
    if not isinstance(config, Mapping):
        raise ModelError("the provenance names no experiment")
    return {"experiment": None, **config}


def taught(digits: Digits, corrections: Digits | None) -> Digits:
    """The digits with the corrected drawings among them, each as often as it takes to be learned."""
    return joined(digits, *[corrections] * LESSONS) if corrections else digits


def joined(*several: Digits) -> Digits:
    first = several[0]
    pixels, labels = b"".join(one.pixels for one in several), b"".join(one.labels for one in several)
    return Digits(pixels, labels, first.rows, first.columns, first.classes)
