"""Opens checkpoints: from the bytes of a file to its training, with the images that it trains on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scnn.data.dataset import ImageDataset
from scnn.engines.engine import EngineFactory
from scnn.errors import EditedKernelsError, ModelError, ScnnError
from scnn.experiments import presets
from scnn.experiments.experiment import Experiment, experiment_of
from scnn.formats.safetensors import unpack
from scnn.network.network import Network
from scnn.settings import to_dict
from scnn.training.checkpoint import digits_in, resume
from scnn.training.trainer import Trainer

__all__ = ["Opened", "config_in", "open_checkpoint", "with_corrections"]

CORRECTION_COPIES = 12  # of each corrected drawing among the training images


@dataclass(frozen=True)
class Opened:
    """A training as it was saved. `own` are the user's training and test images, `corrections` labelled drawings;
    `as_configured` is whether the experiment's configuration alone reproduces the weights."""

    experiment: Experiment
    trainer: Trainer
    own: tuple[ImageDataset, ImageDataset] | None
    corrections: ImageDataset | None
    as_configured: bool


def open_checkpoint(
    data: bytes,
    make_engine: EngineFactory,
    own: tuple[ImageDataset, ImageDataset] | None = None,
    name: str = "the checkpoint",
    accept_edits: bool = False,
) -> Opened:
    """The training of a checkpoint; the file contains own images and corrections. Raises ModelError if the checkpoint
    is invalid, or was trained on own images that are neither in the file nor given; EditedKernelsError if it has
    edited kernels, unless `accept_edits`."""
    try:
        tensors, metadata = unpack(data)
        network = Network.from_tensors(tensors, metadata, accept_edits=accept_edits)
        training, test, corrections = (
            digits_in(tensors, part, network.class_names) for part in ("training", "test", "corrections")
        )
        if training and test:
            own = training, test
        experiment = experiment_of(config_in(network), own)
        digits = with_corrections(experiment.training, corrections)
    except EditedKernelsError:
        raise
    except ScnnError as error:
        raise ModelError(f"{name} cannot be resumed: {error}") from None
    trainer = resume(data, digits, experiment.test, make_engine=make_engine, name=name, accept_edits=accept_edits)
    # earlier versions drew other random numbers, and saved their state
    as_configured = network.provenance.get("as_configured") is True and "training.random" not in tensors
    return Opened(experiment, trainer, own, corrections, as_configured)


def config_in(network: Network) -> dict[str, Any]:
    """The experiment in a file's provenance, with the network's edits: the configuration that the page saved, or the
    preset and settings that the command line saved, or else a preset with as many classes. Raises ModelError if it is
    not a configuration."""
    provenance = network.provenance
    config = provenance.get("experiment")
    if config is None:
        default = presets.MNIST.name if network.classes == 10 else presets.PAPER.name
        settings = provenance.get("settings") or {}
        if not isinstance(settings, Mapping):
            raise ModelError("the settings in the provenance must be a table (a JSON object)")
        names = ("epochs", "batch_size", "seed", "optimiser", "schedule")
        config = {name: settings[name] for name in names if name in settings}
        config |= {"augmentation": settings["augmentation"] or {}} if "augmentation" in settings else {}
        config["experiment"] = provenance.get("preset", default)
        config["layers"] = [to_dict(layer) for layer in network.layers]
    if not isinstance(config, Mapping):
        raise ModelError("the experiment in the provenance must be a table (a JSON object)")
    config = {"experiment": None, **config}
    config.pop("edits", None)  # those of the network count, which were accepted
    return {**config, "edits": network.edits.to_dict()} if network.edits else config


def with_corrections(digits: ImageDataset, corrections: ImageDataset | None) -> ImageDataset:
    """The digits and the corrected drawings, repeated so that a few epochs are enough to learn them."""
    return digits.joined(*[corrections] * CORRECTION_COPIES) if corrections else digits
