"""The interpreter: memory, procedures, and error messages."""

from array import array

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.errors import ConfigError
from scnn.layers.dense import Dense, Flatten
from scnn.network.lowering import PROBABILITIES
from scnn.network.network import Network
from scnn.plan import Plan
from scnn.training.lowering import lower_training
from scnn.training.optimisers import SGD


def plan(images: int = 3, batch_size: int = 1) -> Plan:
    return lower_training(Network((1, 2, 2), [Flatten(), Dense(2)], seed=1), images, steps=2, batch_size=batch_size)


def test_memory_begins_at_zero_and_keeps_what_is_written() -> None:
    """Buffers have their own type; a short write leaves the rest unchanged; a read is a copy."""
    engine = Interpreter(plan())
    assert engine.read("confusion") == array("i", [0, 0, 0, 0])
    engine.write("confusion", [5, -6])
    copy = engine.read("confusion")
    assert copy == array("i", [5, -6, 0, 0])
    copy[0] = 9
    assert engine.read("confusion")[0] == 5
    engine.write("pixels", b"\x01\xff")
    assert engine.read("pixels")[:3] == array("B", [1, 255, 0])


def test_infer_by_hand() -> None:
    """Logits are W · X + B, and the probabilities their softmax."""
    engine = Interpreter(plan())
    engine.write("dense_1.weights", [1, 0, 0, 0, 0, 0, 0, 2])
    engine.write("dense_1.bias", [0.5, -1])
    engine.write("input", [0.25, 0, 0, 1])
    engine.run("infer")
    assert list(engine.read("logits")) == [0.75, 1.0]
    assert list(engine.read(PROBABILITIES)) == pytest.approx([0.4378235, 0.5621765], abs=1e-6)


def test_loops_give_each_position_its_turn() -> None:
    """Evaluation counts the samples from `first` on, in order."""
    engine = Interpreter(plan())
    engine.write("pixels", bytes([255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0]))
    engine.write("labels", [1, 1, 0])
    engine.write("dense_1.weights", [1, 0, 0, 0, 0, 0, 0, 1])
    engine.run("evaluate", 0, 2)
    assert list(engine.read("confusion")) == [0, 0, 1, 1]
    engine.run("evaluate", 2, 1)
    assert list(engine.read("confusion")) == [1, 0, 1, 1]


def test_one_call_of_train_is_gradients_and_updates() -> None:
    """Two batches in one call give the same bits as their parts one by one."""
    engines = [Interpreter(plan(4, batch_size=2)) for _ in range(2)]
    for engine in engines:
        engine.write("pixels", bytes(range(0, 240, 15)))
        engine.write("labels", [0, 1, 0, 1])
        engine.write("settings", SGD(0.5).row(0, 1.0) * 2)
    engines[0].run("train", 0, 2)
    for first in (0, 2):
        for position in (first, first + 1):
            engines[1].run("gradients", position, 1)
        engines[1].run("update", 2)
    assert engines[0].read("parameters") == engines[1].read("parameters")
    assert any(engines[0].read("parameters")) and not any(engines[0].read("gradients"))


def test_unknown_names_and_long_values() -> None:
    """An unknown buffer, an unknown procedure, and too many values for a buffer are rejected."""
    engine = Interpreter(plan())
    with pytest.raises(ConfigError, match="'weights'"):
        engine.read("weights")
    with pytest.raises(ConfigError, match="'teach'.*infer, score"):
        engine.run("teach")
    with pytest.raises(ConfigError, match="labels has 3 elements; got values up to element 4"):
        engine.write("labels", [1, 1, 1, 1])
