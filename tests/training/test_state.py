"""A training's state: a restored state continues to the same bits, and a state of another training is rejected."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest

from scnn.errors import ConfigError
from scnn.experiments.presets import PAPER
from scnn.network import Network
from scnn.training import SGD, Adam, Trainer
from scnn.training.state import restore, state_of

TRAINING, TEST = PAPER.digits()


def trainer(optimiser: SGD | Adam | None = None, epochs: int = 2) -> Trainer:
    network = Network(PAPER.input_shape, PAPER.layers, seed=3)
    made = Trainer(
        network, TRAINING, TEST, epochs=epochs, optimiser=optimiser or Adam(0.01), batch_size=8, seed=3, validation=15
    )
    made.slice_size = 8
    return made


@pytest.mark.parametrize("events", [0, 1, 4, 9, 11])
def test_a_state_continues_to_the_same_bits(events: int) -> None:
    """The state may be from before, within or between epochs, or from an evaluation."""
    whole, first, second = trainer(), trainer(), trainer()
    list(whole.run())
    list(islice(first.run(), events))
    restore(second, state_of(first))
    list(second.run())
    assert second.network.fingerprint() == whole.network.fingerprint()
    assert second.scores == whole.scores and second.best == whole.best


def changed(**parts: Any) -> Callable[[dict[str, Any]], None]:
    return lambda state: state.update(parts)


def longer(state: dict[str, Any]) -> None:
    name = next(iter(state["buffers"]))
    state["buffers"][name] = state["buffers"][name] * 2


@pytest.mark.parametrize(
    "damage",
    [
        changed(epoch=0),
        changed(epoch=3),
        changed(epoch=1.0),
        changed(trained=-1),
        changed(trained=1 << 30),
        changed(judging=1 << 20),
        changed(finished="no"),
        changed(order=[0]),
        changed(random=[3, [1, 2], None]),
        changed(random=["x", [], None]),
        changed(scores={"test": [0.1, [[1]]]}),
        changed(best=[9, {}]),
        changed(buffers={}),
        longer,
    ],
)
def test_a_state_of_another_training_changes_nothing(damage: Callable[[dict[str, Any]], None]) -> None:
    """An invalid state is rejected as a whole, and the training continues as before."""
    whole, one = trainer(), trainer()
    list(whole.run())
    list(islice(one.run(), 4))
    state = state_of(one)
    damage(state)
    with pytest.raises(ConfigError):
        restore(one, state)
    list(one.run())
    assert one.network.fingerprint() == whole.network.fingerprint()
