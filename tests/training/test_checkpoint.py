"""Checkpoints: a training that is stopped anywhere and continued gives the same bits."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.errors import ModelError
from scnn.layers.activation import ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.network.network import Network
from scnn.training.checkpoint import pack_checkpoint, resume, save_checkpoint
from scnn.training.events import EpochEnded
from scnn.training.optimisers import SGD, Adam
from scnn.training.schedules import Constant
from scnn.training.trainer import Trainer
from tests.training.checkpoints import FEW, LAYERS, TEST, TRAINING, WAYS, trainer


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
