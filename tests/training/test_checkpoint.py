"""Checkpoints: a training that is stopped anywhere and continued gives the same bits; broken files are rejected."""

import json
import math
from array import array
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ModelError, ScnnError
from scnn.experiments.presets import PAPER
from scnn.formats import safetensors
from scnn.formats.safetensors import Tensor
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network
from scnn.training.augmentation import Augmentation
from scnn.training.checkpoint import pack_checkpoint, resume, save_checkpoint
from scnn.training.events import EpochEnded
from scnn.training.optimisers import SGD, Adam, AdamW
from scnn.training.schedules import Constant, OneCycle
from scnn.training.trainer import Trainer

TRAINING, TEST = PAPER.digits()
FEW = TRAINING.select((0, 1, 2), 7)
LAYERS = [Conv2D(2, 3, stride=2), ReLU(), MaxPool2D(2), Flatten(), Dropout(0.3), Dense(3)]
WAYS: dict[str, dict[str, Any]] = {
    "sgd": {"optimiser": SGD(0.05)},
    "momentum": {"optimiser": SGD(0.05, momentum=0.9, nesterov=True), "batch_size": 4},
    "averaged": {
        "optimiser": AdamW(0.01, weight_decay=0.1, clip_norm=1.0, averaging=0.95),
        "batch_size": 4,
        "validation": 3,
        "patience": 2,
    },
    "adam with everything": {
        "optimiser": Adam(0.01),
        "schedule": OneCycle(),
        "augmentation": Augmentation(rotation=10, shift=1, bend=1),
        "batch_size": 5,
        "validation": 3,
        "patience": 2,
    },
}


def trainer(**settings: Any) -> Trainer:
    chosen = {"epochs": 3, "seed": 5, "make_engine": compiled, **settings}
    one = Trainer(Network((1, 28, 28), LAYERS, seed=5), FEW, TEST, **chosen)
    one.slice_size = 3
    return one


def finished(one: Trainer) -> list[EpochEnded]:
    return [event for event in one.run() if isinstance(event, EpochEnded)]


@pytest.mark.parametrize("way", WAYS)
def test_stopped_after_any_event_and_continued(way: str) -> None:
    """The weights and every later score are the same to the bit, wherever the training stops: between and inside
    batches, during evaluation, and at the end of an epoch."""
    whole = trainer(**WAYS[way])
    expected = finished(whole)
    events = sum(1 for _ in trainer(**WAYS[way]).run())
    for stop in range(1, events, 5):
        first = trainer(**WAYS[way])
        run = first.run()
        before = [event for event in islice(run, stop) if isinstance(event, EpochEnded)]
        second = resume(pack_checkpoint(first), FEW, TEST)
        second.slice_size = 4
        assert before + finished(second) == expected, f"stopped after event {stop}"
        assert second.network.fingerprint() == whole.network.fingerprint(), f"stopped after event {stop}"


def test_continued_on_another_engine_in_a_file(tmp_path: Path) -> None:
    """A training on the interpreter can be continued from a file, too."""
    whole = trainer(optimiser=SGD(0.05), epochs=1, make_engine=Interpreter)
    finished(whole)
    first = trainer(optimiser=SGD(0.05), epochs=1, make_engine=Interpreter)
    next(first.run())
    save_checkpoint(tmp_path / "c.safetensors", first)
    second = resume(tmp_path / "c.safetensors", FEW, TEST, make_engine=Interpreter)
    finished(second)
    assert second.network.fingerprint() == whole.network.fingerprint()


def test_a_changed_learning_rate_is_saved() -> None:
    """A setting that was changed during training is part of the checkpoint."""
    results = []
    for stopped in (False, True):
        one = trainer(optimiser=SGD(0.05))
        run = one.run()
        next(run)
        one.change_learning_rate(0.01)
        if stopped:
            one = resume(pack_checkpoint(one), FEW, TEST)
            assert one.optimiser == SGD(0.01)
        finished(one)
        results.append(one.network.fingerprint())
    assert results[0] == results[1]


def test_a_checkpoint_opens_as_a_model(tmp_path: Path) -> None:
    """The model has the weights of that moment."""
    one = trainer(optimiser=Adam(0.01))
    next(one.run())
    save_checkpoint(tmp_path / "c.safetensors", one)
    assert Network.load(tmp_path / "c.safetensors").fingerprint() == one.network.fingerprint()


def test_models_without_checkpoint_and_other_digits_are_refused(tmp_path: Path) -> None:
    """Each has its own error message."""
    one = trainer(optimiser=Adam(0.01))
    one.network.save(tmp_path / "m.safetensors")
    with pytest.raises(ModelError, match="it is a model, not a checkpoint"):
        resume(tmp_path / "m.safetensors", FEW, TEST)
    with pytest.raises(ModelError, match="another dataset"):
        resume(pack_checkpoint(one), TRAINING, TEST)


def test_other_test_digits_are_refused() -> None:
    """Continuing with other test digits, or none, is rejected: the scores would not be comparable."""
    one = trainer(optimiser=Adam(0.01))
    for test in (None, TRAINING):
        with pytest.raises(
            ModelError, match="on another dataset: pass the test images that the training started with"
        ):
            resume(pack_checkpoint(one), FEW, test)
    alone = Trainer(Network((1, 28, 28), LAYERS, seed=5), FEW, epochs=1)
    with pytest.raises(ModelError, match="another dataset"):
        resume(pack_checkpoint(alone), FEW, TEST)
    assert resume(pack_checkpoint(alone), FEW).test_size == 0


@dataclass(frozen=True)
class Scaled(ReLU):
    """A user's layer with a setting of type str."""

    words: str = "none"


def test_layers_of_ones_own_are_continued() -> None:
    """They open if their classes are given; otherwise the error names them."""

    def begun() -> Trainer:
        network = Network((1, 28, 28), [Conv2D(2, 3, stride=2), Scaled("some"), Flatten(), Dense(3)], seed=5)
        return Trainer(network, FEW, TEST, epochs=2, batch_size=4, slice_size=5)

    whole, one = begun(), begun()
    finished(whole)
    next(one.run())
    data = pack_checkpoint(one)
    with pytest.raises(ModelError, match="unknown kind 'Scaled'"):
        resume(data, FEW, TEST)
    second = resume(data, FEW, TEST, layers=[Scaled])
    assert second.network.layers[1] == Scaled("some")
    finished(second)
    assert second.network.fingerprint() == whole.network.fingerprint()


class Plain(Flatten):
    """A layer whose setting is not a dataclass field."""

    def __init__(self, slope: float = 0.1) -> None:
        self.slope = slope


def test_a_checkpoint_that_could_not_be_continued_is_not_written(tmp_path: Path) -> None:
    """Its layer would be loaded with another setting."""
    one = Trainer(Network((1, 28, 28), [Plain(0.3), Dense(3)], seed=5), FEW, epochs=1)
    with pytest.raises(ModelError, match="Plain would be loaded with other settings"):
        save_checkpoint(tmp_path / "c.safetensors", one)
    assert not list(tmp_path.iterdir())


def test_mutated_checkpoints_are_refused_or_sound() -> None:
    """A changed state gives a ModelError or a trainer that can continue, and nothing else."""
    one = trainer(**WAYS["adam with everything"])
    run = one.run()
    for _ in range(12):
        next(run)
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    random = Random(3)
    junk = [None, -1, 10**12, "x", [], {}, [1, 2], {"kind": "SGD"}, True, 1e999, 0.5]
    refused = 0
    for turn in range(100):
        changed, which = dict(metadata), random.choice(["settings", "state"])
        table = json.loads(changed[which])
        name = random.choice(list(table))
        table[name] = random.choice(junk)
        if turn % 3 == 0:
            del table[name]
        changed[which] = json.dumps(table)
        try:
            resumed = resume(safetensors.pack(tensors, changed), FEW, TEST)
        except ModelError:
            refused += 1
            continue
        with suppress(ScnnError):  # such as a loss that is none any more
            for _ in islice(resumed.run(), 10):
                pass
    assert refused > 33


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trained", 3.5),
        ("judging", 2.5),
        ("epoch", True),
        ("finished", "no"),
        ("best", [1, ["a", "b"]]),
        ("best", [1, {"test": [0.5, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]}]),
        ("best", [99, {"validation": [0.5, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]}]),
        ("scores", {"validation": ["a", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]}),
        ("scores", {"validation": [0.5, [[1, 0], [0, 1]]]}),
        ("scores", {"training": [0.5, [[0, 0, 0], [0, 0, 0], [0, 0, 0]]]}),
        ("scores", {"training": [0.5, [[1, 0, -1], [0, 1, 0], [0, 0, 1]]]}),
    ],
)
def test_invalid_states_are_refused(name: str, value: object) -> None:
    """Positions are integers, and scores are square matrices of counts: all are checked before use."""
    one = trainer(**WAYS["adam with everything"])
    for _ in islice(one.run(), 12):
        pass
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    state = {**json.loads(metadata["state"]), name: value}
    with pytest.raises(ModelError, match="cannot be resumed"):
        resume(safetensors.pack(tensors, {**metadata, "state": json.dumps(state)}), FEW, TEST)


def changed(**tensors: Tensor | None) -> bytes:
    """A checkpoint in the middle of an epoch, with some tensors replaced."""
    one = trainer(**WAYS["adam with everything"])
    for _ in islice(one.run(), 30):
        pass
    assert one.best and one.trained
    before, metadata = safetensors.unpack(pack_checkpoint(one))
    found = {name: tensors.get(name.removeprefix("training."), tensor) for name, tensor in before.items()}
    return safetensors.pack({name: tensor for name, tensor in found.items() if tensor}, metadata)


def like(name: str, kind: str, value: float) -> dict[str, Tensor]:
    """A tensor of the checkpoint with all numbers of another type or value."""
    length = len(safetensors.unpack(changed())[0]["training." + name].values)
    return {name: Tensor(array(kind, [value] * length), (length,))}


@pytest.mark.parametrize(
    ("name", "kind", "value", "words"),
    [
        ("parameters", "f", math.nan, "parameters must be finite"),
        ("parameters", "f", 0.5, "its model and of its training differ"),
        ("parameters", "I", 1, "parameters must be float32"),
        ("second_moment", "f", math.inf, "second_moment must be finite"),
        ("best_parameters", "f", math.nan, "parameters must be finite"),
        ("order", "f", 1.0, "its order must be int32"),
        ("order", "i", 1, "on another dataset"),
        ("step", "i", 99, "step contradicts its position"),
    ],
)
def test_tensors_that_cannot_be(name: str, kind: str, value: float, words: str) -> None:
    """Wrong types, numbers that are not finite and inconsistent weights are rejected before use."""
    with pytest.raises(ModelError, match=words):
        resume(changed(**like(name, kind, value)), FEW, TEST)
    assert resume(changed(), FEW, TEST).trained


@pytest.mark.parametrize(
    ("average", "words"),
    [
        (None, "expected .* values in average, got 0"),
        (math.nan, "average must be finite"),
        (0.5, "its model and of its training differ"),
    ],
)
def test_averages_that_cannot_be(average: float | None, words: str) -> None:
    """The average in the middle of an epoch is the model of the file."""
    one = trainer(**WAYS["averaged"])
    next(one.run())
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    old = tensors.pop("training.average")
    if average is not None:
        tensors["training.average"] = Tensor(array("f", [average] * len(old.values)), old.shape)
    with pytest.raises(ModelError, match=words):
        resume(safetensors.pack(tensors, metadata), FEW, TEST)


def test_early_stopping_keeps_the_best_weights() -> None:
    """Training ends after `patience` epochs without improvement, with the weights of the best epoch."""
    network = Network((1, 28, 28), [Flatten(), Dense(3)], seed=1)
    one = Trainer(
        network, TRAINING, TEST, epochs=60, optimiser=SGD(0.2), schedule=Constant(), validation=15, patience=3, seed=1
    )
    copies, ended = [], []
    for event in one.run():
        if isinstance(event, EpochEnded):
            ended.append(event)
            copies.append(network.fingerprint())
    best = max(ended, key=lambda event: (event.validation.accuracy, -event.validation.loss))  # type: ignore[union-attr]
    assert len(ended) == best.epoch + 3 < 60
    assert copies[-1] == copies[best.epoch - 1] != copies[-2]
    assert [event.epoch for event in ended if event.best][-1] == best.epoch
    assert one.validation_size == 15 and one.training_size == 60
