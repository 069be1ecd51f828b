"""Scores from the counters of an engine."""

import pytest

from scnn import Dense, Flatten, Network
from scnn.engines.interpreter import Interpreter
from scnn.errors import TrainingError
from scnn.network.lowering import lower
from scnn.training.scoring import take_score


def test_counters_become_a_score_and_are_reset() -> None:
    """The mean loss and the confusion matrix; then nothing is counted, which is an error, and so is a loss of NaN."""
    engine = Interpreter(lower(Network((1, 2, 2), [Flatten(), Dense(2)]), 1))
    engine.write("confusion", [3, 1, 0, 4])
    engine.write("loss_sum", [4.0])
    score = take_score(engine, 1)
    assert (score.loss, score.confusion) == (0.5, ((3, 1), (0, 4)))
    assert not any(engine.read("confusion")) and list(engine.read("loss_sum")) == [0.0]
    with pytest.raises(TrainingError, match="no samples were counted"):
        take_score(engine, 1)
    engine.write("confusion", [1, 0, 0, 0])
    engine.write("loss_sum", [float("nan")])
    with pytest.raises(TrainingError, match="in epoch 7 the loss is no longer finite"):
        take_score(engine, 7)
