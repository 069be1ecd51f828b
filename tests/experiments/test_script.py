"""Experiments as scripts: running the script makes the same weights."""

import subprocess
import sys
from typing import Any

import pytest

from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.experiments.experiment import experiment_of
from scnn.experiments.script import script_of
from tests.page.test_uploads import two_classes

CHANGED = {
    "experiment": "mnist",
    "seed": 7,
    "epochs": 1,
    "per_class": 30,
    "batch_size": 20,
    "optimiser": {"kind": "AdamW", "learning_rate": 0.02, "clip_norm": 2, "averaging": 0.98, "weight_decay": 0.001},
    "schedule": {"kind": "Cosine"},
    "layers": [
        {"kind": "Conv2D", "filters": 4, "kernel_size": 3, "padding": 1},
        {"kind": "ReLU"},
        {"kind": "MaxPool2D", "size": 2},
        {"kind": "Flatten"},
        {"kind": "Dropout", "rate": 0.1},
        {"kind": "Dense", "units": 10},
        {"kind": "SoftmaxCrossEntropy", "smoothing": 0.05},
    ],
}


HALVED = """
def own_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] / 2.0
"""
SIGNS = """
def own_update(parameters: Float32Buffer, gradients: Float32Buffer, rate: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        parameters[i] -= rate[0] if gradients[i] > 0.0 else -rate[0]
"""
OWN = {
    "experiment": "paper",
    "epochs": 1,
    "layers": [{"kind": "Own"}, {"kind": "Flatten"}, {"kind": "Dense", "units": 3}],
    "optimiser": {"kind": "OwnOptimiser", "learning_rate": 0.001},
    "edits": {"kernels": {"own_forward": HALVED, "own_update": SIGNS}},
}
MUON = {"experiment": "paper", "epochs": 1, "batch_size": 25, "optimiser": {"kind": "Muon", "weight_decay": 0.1}}


@pytest.mark.parametrize(
    "message",
    [{"experiment": "paper"}, CHANGED, OWN, MUON],
    ids=["paper", "mnist, changed", "a layer and an optimiser of one's own", "muon"],
)
def test_the_script_makes_the_same_weights(message: dict[str, Any]) -> None:
    """Its last line is the SHA-256 that the experiment itself ends with."""
    experiment = experiment_of(message)
    network = experiment.network()
    for _ in experiment.trainer(network, compiled).run():
        pass
    script = script_of(experiment)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == network.fingerprint()
    assert len(lines) == 1 + experiment.settings["epochs"]


def test_own_images_are_not_in_a_script() -> None:
    from scnn.data.idx_digits import load_idx
    from scnn.data.own_images import split

    uploaded = two_classes()
    experiment = experiment_of({"experiment": "own"}, split(load_idx(uploaded["images"], uploaded["labels"])))
    with pytest.raises(ConfigError, match="own images"):
        script_of(experiment)
