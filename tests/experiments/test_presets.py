"""Presets: the paper's experiment, and unknown names."""

from pathlib import Path

import pytest

from scnn.errors import ConfigError
from scnn.experiments.presets import MNIST, PAPER, find
from scnn.network.network import Network
from scnn.training.optimisers import SGD


def test_the_papers_experiment() -> None:
    """25 training and 10 test images of 0, 1 and 2; 50 epochs, one sample at a time, learning rate 0.001."""
    training, test = PAPER.digits()
    assert training.classes == ("0", "1", "2")
    assert [training.labels.count(k) for k in range(3)] == [25] * 3
    assert [test.labels.count(k) for k in range(3)] == [10] * 3
    assert (PAPER.epochs, PAPER.batch_size, PAPER.optimiser) == (50, 1, SGD(0.001))
    assert find("paper") is PAPER


def test_an_unknown_preset() -> None:
    """The error names the ones there are."""
    with pytest.raises(ConfigError, match="'papper'; expected one of: paper"):
        find("papper")


def test_the_model_that_ships_reads_as_it_says() -> None:
    """The build's own run of the mnist preset: at least 98.2 % of the bundled test digits, evaluated here again."""
    path = next((Path(__file__).parents[2] / "dist" / "site").glob("pretrained.safetensors"))
    network = Network.load(path)
    report = network.evaluate(MNIST.digits()[1])
    assert report.accuracy >= 0.982
    assert network.provenance["test"]["accuracy"] == pytest.approx(report.accuracy, abs=0.002)  # weights were rounded
    assert network.provenance["settings"]["epochs"] == MNIST.epochs
