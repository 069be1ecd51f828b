"""Checkpoints: an unfinished training as one safetensors file. A resumed training computes the same bits as one that
was not interrupted.

A checkpoint is also a model, and can be loaded as one. Besides the parameters it contains the trainer's settings and
state, and datasets that exist nowhere else, such as the user's own images.
"""

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scnn.data.dataset import Digits, ImageDataset
from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, DataError, EditedKernelsError, ModelError, ScnnError
from scnn.formats import safetensors
from scnn.formats.safetensors import Tensor
from scnn.formats.strict_json import strict_json
from scnn.layers.layer import Layer
from scnn.network.network import Network
from scnn.settings import require_lossless, to_dict
from scnn.training.optimisers import Optimiser
from scnn.training.settings import OPTIMISERS, settings_from_dict
from scnn.training.state import restore, state_of
from scnn.training.trainer import Trainer

__all__ = ["digits_in", "pack_checkpoint", "resume", "save_checkpoint", "settings_of"]

PREFIX = "training."
DIGITS = "digits."
NONE: Mapping[str, ImageDataset] = {}
PLAIN = ("epoch", "trained", "judging", "finished", "learning_rate", "scores", "best")


def settings_of(trainer: Trainer) -> dict[str, Any]:
    """A trainer's settings as plain data, with the hashes of its datasets."""
    return {
        "epochs": trainer.epochs,
        "batch_size": trainer.batch_size,
        "seed": trainer.seed,
        "optimiser": to_dict(trainer.optimiser),
        "schedule": to_dict(trainer.schedule),
        "augmentation": to_dict(trainer.augmentation) if trainer.augmentation else None,
        "validation": trainer.validation_size,
        "patience": trainer.patience,
        "training_digits": trainer.digits_hash,
        "test_digits": trainer.test_hash,
    }


def save_checkpoint(path: str | Path, trainer: Trainer) -> None:
    """Writes the training's current state, completely or not at all; raises ModelError."""
    safetensors.write(path, pack_checkpoint(trainer))


def pack_checkpoint(trainer: Trainer, digits: Mapping[str, ImageDataset] = NONE) -> bytes:
    """The bytes of the file; it also contains the datasets in `digits`, by name, for `digits_in`. Raises ModelError
    for a layer or an optimiser that would be loaded as a different one."""
    require_lossless("optimiser", trainer.optimiser, OPTIMISERS)
    trainer.update_network()
    state = state_of(trainer)
    buffers: dict[str, array[Any]] = state["buffers"]
    version, generator, gauss = state["random"]
    arrays = {
        **{name: values for name, values in buffers.items() if name != "parameters"},
        "parameters": buffers["parameters"],
        "order": array("i", state["order"]),
        "order_random": array("I", generator),
    }
    plain = {name: state[name] for name in PLAIN}
    metadata = {
        **trainer.network.metadata(),
        "settings": json.dumps(settings_of(trainer)),
        "state": json.dumps({**plain, "random": [version, gauss]}),
    }
    tensors = {PREFIX + name: Tensor(values, (len(values),)) for name, values in arrays.items()}
    for name, one in digits.items():
        pixels, labels = array("B", one.pixels), array("B", one.labels)
        shape = one.shape if one.channels > 1 else one.shape[1:]
        tensors[f"{DIGITS}{name}.pixels"] = Tensor(pixels, (len(one), *shape))
        tensors[f"{DIGITS}{name}.labels"] = Tensor(labels, (len(one),))
    return safetensors.pack({**trainer.network.tensors(), **tensors}, metadata)


def digits_in(tensors: Mapping[str, Tensor], name: str, classes: Sequence[str]) -> ImageDataset | None:
    """The dataset of this name in a checkpoint's tensors, or None; raises ModelError if it is invalid."""
    pixels, labels = (tensors.get(f"{DIGITS}{name}.{part}") for part in ("pixels", "labels"))
    if pixels is None or labels is None:
        return None
    if pixels.values.typecode != "B" or labels.values.typecode != "B" or len(pixels.shape) not in (3, 4):
        raise ModelError(
            f"its {name} images must be uint8 [image, row, column] or [image, channel, row, column], with labels"
        )
    try:
        values, found, shape = pixels.values.tobytes(), labels.values.tobytes(), pixels.shape[1:]
        if len(shape) == 2:
            return Digits(values, found, *shape, tuple(classes))
        return ImageDataset(values, found, shape, classes)
    except (DataError, ConfigError) as error:
        raise ModelError(f"its {name} images are invalid: {error}") from None


def resume(
    source: str | Path | bytes,
    training: ImageDataset,
    test: ImageDataset | None = None,
    *,
    layers: Iterable[type[Layer]] = (),
    optimisers: Iterable[type[Optimiser]] = (),
    make_engine: EngineFactory = compiled,
    name: str = "the checkpoint",
    accept_edits: bool = False,
) -> Trainer:
    """The trainer of a checkpoint (a path, or bytes and a name for messages), in the state in which it was saved;
    `layers` and `optimisers` are the user's own classes. Raises ModelError if the file is not a valid checkpoint, or
    if its training used other datasets; EditedKernelsError if it has edited kernels, unless `accept_edits`.
    """
    name = name if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else safetensors.read(source)
    try:
        tensors, metadata = safetensors.unpack(data)
        network = Network.from_tensors(tensors, metadata, layers=layers, accept_edits=accept_edits)
        settings, state = table(metadata, "settings"), table(metadata, "state")
        require_same("training", training, settings)
        if "test_digits" in settings:  # files of earlier versions lack it
            require_same("test", test, settings)
        chosen = settings_from_dict(settings, optimisers)
        trainer = Trainer(network, training, test, make_engine=make_engine, **chosen)
        weights = network.fingerprint()
        restore(trainer, whole_state(tensors, state))
        if network.fingerprint() != weights:
            raise ModelError("the parameters of its model and of its training differ")
    except EditedKernelsError:
        raise
    except (ScnnError, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ModelError(f"{name} cannot be resumed: {error}") from None
    return trainer


def require_same(part: str, digits: ImageDataset | None, settings: Mapping[str, Any]) -> None:
    """Raises ModelError unless this is the dataset that the checkpoint's training used."""
    if settings[f"{part}_digits"] != (digits.fingerprint() if digits else None):
        raise ModelError(f"it was trained on another dataset: pass the {part} images that the training started with")


def table(metadata: Mapping[str, str], name: str) -> dict[str, Any]:
    """A JSON object of the metadata; raises ModelError if there is none."""
    try:
        found = strict_json(metadata.get(name, "null"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ModelError(f"it has no {name}: it is a model, not a checkpoint")
    return found


def whole_state(tensors: Mapping[str, Tensor], state: dict[str, Any]) -> dict[str, Any]:
    """The trainer's state, joined from JSON and tensors."""
    buffers = {name.removeprefix(PREFIX): t.values for name, t in tensors.items() if name.startswith(PREFIX)}
    version, gauss = state["random"]
    if buffers["order"].typecode != "i" or buffers["order_random"].typecode != "I":
        raise ModelError("its order must be int32, and its random state uint32")
    return {
        **state,
        "order": list(buffers.pop("order")),
        "random": [version, list(buffers.pop("order_random")), gauss],
        "buffers": buffers,
    }
