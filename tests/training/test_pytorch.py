"""The paper's network against PyTorch's figures for ten training steps (made by fixtures/make_pytorch.py)."""

import json
from pathlib import Path
from typing import Any

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from scnn.training.lowering import lower_training
from scnn.training.optimisers import SGD

FIGURES = json.loads((Path(__file__).parents[1] / "fixtures" / "paper_network.json").read_text())


def assert_brief(values: Any, brief: dict[str, Any], words: str) -> None:
    """Float32 rounds to 6e-8; sums of a few hundred products may differ by a few times that."""
    assert sum(values) == pytest.approx(brief["sum"], rel=1e-4, abs=1e-5), words
    assert sum(value * value for value in values) == pytest.approx(brief["squares"], rel=1e-4, abs=1e-9), words
    assert list(values[:: brief["step"]]) == pytest.approx(brief["values"], rel=1e-4, abs=1e-6), words


def test_ten_steps_agree_with_pytorch() -> None:
    """Logits, losses and every layer's gradients at every step, and the final parameters."""
    training, _ = PAPER.digits()
    network = Network(PAPER.input_shape, PAPER.layers, seed=FIGURES["seed"])
    engine = Interpreter(lower_training(network, images=len(FIGURES["steps"])))
    indices = [step["image"] for step in FIGURES["steps"]]
    engine.write("pixels", b"".join(map(training.image, indices)))
    engine.write("labels", bytes(training.labels[index] for index in indices))
    engine.write("settings", SGD(FIGURES["learning_rate"]).row(0, 1.0))
    for name, values in network.parameters.items():
        engine.write(name, values)
    for index, step in enumerate(FIGURES["steps"]):
        engine.run("gradients", index, 1)
        assert engine.read("label")[0] == step["label"]
        assert list(engine.read("logits")) == pytest.approx(step["logits"], rel=1e-4, abs=1e-5)
        assert engine.read("loss")[0] == pytest.approx(step["loss"], rel=1e-4, abs=1e-5)
        for name, brief in step["gradients"].items():
            layer, role = name.split(".")
            assert_brief(engine.read(f"{layer}.d_{role}"), brief, f"step {index}, {name}")
        engine.run("update", 1)
        engine.write("step", [0])
    for name, brief in FIGURES["parameters_after"].items():
        assert_brief(engine.read(name), brief, name)
