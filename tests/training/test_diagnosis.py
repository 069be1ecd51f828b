"""The rules that say what happened in a training, on scores made by hand and on real trainings."""

import math
from typing import Any

import pytest

from scnn.engines.wasm import compiled
from scnn.errors import TrainingError
from scnn.experiments.experiment import experiment_of
from scnn.layers.loss import Loss, MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.training.diagnosis import diagnose
from scnn.training.events import EpochEnded, Score


def score(loss: float, right: float, samples: int = 1000, classes: int = 10) -> Score:
    """A balanced set with this fraction classified correctly; the others are called the next class."""
    each = samples // classes
    correct = round(right * each)
    rows = [[0] * classes for _ in range(classes)]
    for at, row in enumerate(rows):
        row[at], row[(at + 1) % classes] = correct, each - correct
    return Score(loss, tuple(map(tuple, rows)))


def epochs(
    *scores: tuple[float, float, float, float], classes: int = 10, test_images: int = 1000
) -> list[EpochEnded]:
    """(training loss, training accuracy, test loss, test accuracy) of each epoch."""
    return [
        EpochEnded(number, score(a, b, 4000, classes), score(c, d, test_images, classes))
        for number, (a, b, c, d) in enumerate(scores, 1)
    ]


FALLING = [(1.5 - 0.1 * k, 0.5 + 0.03 * k, 1.4 - 0.1 * k, 0.5 + 0.03 * k) for k in range(10)]
FLAT = [(0.10, 0.97, 0.12, 0.96)] * 8
OVERFITTED = [(1.0 / k**2, 1 - 0.4 / k**2, 0.6 + 0.1 * k, 0.8) for k in range(1, 11)]

CASES = {
    "no epoch": ([], None),
    "loss is not a number": (epochs((math.nan, 0.1, 0.5, 0.8)), "diverged"),
    "loss is infinite": (epochs((1.0, 0.6, 0.9, 0.6), (1.0, 0.1, math.inf, 0.1)), "diverged"),
    "far above ln 10": (epochs((9.0, 0.3, 6.0, 0.3)), "diverged"),
    "a spike in the first epoch that is over": (epochs((9.0, 0.3, 1.0, 0.7)), "falling"),
    "overfitted so far that only the test loss is large": (epochs(*OVERFITTED, (0.01, 1.0, 6.0, 0.7)), "memorised"),
    "guessing": (epochs((2.3, 0.1, 2.3, 0.1)), "chance"),
    "guessing with luck": (epochs((2.3, 0.105, 2.3, 0.11)), "chance"),
    "more than luck": (epochs((2.2, 0.2, 2.1, 0.2)), "falling"),
    "a third of three classes": (epochs((1.1, 1 / 3, 1.1, 0.3), classes=3, test_images=30), "chance"),
    "overfitted": (epochs(*OVERFITTED), "memorised"),
    "falling": (epochs(*FALLING), "falling"),
    "flat and accurate": (epochs(*FALLING, *FLAT), "good"),
    "flat and moderate": (epochs(*[(1.2, 0.55, 1.21, 0.55)] * 4), "settled"),
    "halved, but of almost nothing": (epochs(*[(0.01, 1.0, 0.02, 1.0)] * 2, (0.005, 1.0, 0.01, 1.0)), "good"),
}


@pytest.mark.parametrize("case", CASES)
def test_rules(case: str) -> None:
    """Each rule decides where it should, and the earlier rule wins."""
    scores, kind = CASES[case]
    found = diagnose(scores)
    assert (found and found.kind) == kind


SMOOTHED = SoftmaxCrossEntropy(0.1)
LEAST = SMOOTHED.least(10)
OF_LOSSES: list[tuple[Loss, list[EpochEnded], str]] = [
    (SMOOTHED, epochs(*[(LEAST + a, b, LEAST + c, d) for a, b, c, d in OVERFITTED]), "memorised"),
    (SMOOTHED, epochs(*[(LEAST + a, b, LEAST + c, d) for a, b, c, d in [*FALLING, *FLAT]]), "good"),
    (SMOOTHED, epochs((9.0, 0.3, 6.0, 0.3)), "diverged"),
    (MeanSquaredError(), epochs((0.3, 0.3, 0.2, 0.3)), "diverged"),
    (MeanSquaredError(), epochs(*[(0.06, 0.7, 0.065 - 0.01 * k, 0.7) for k in range(3)]), "falling"),
    (SquaredHinge(), epochs((0.8, 0.3, 0.75, 0.3)), "diverged"),
    (SquaredHinge(), epochs(*[(0.05, 0.97, 0.06, 0.96)] * 8), "good"),
]


@pytest.mark.parametrize(("loss", "ended", "kind"), OF_LOSSES)
def test_rules_for_other_losses(loss: Loss, ended: list[EpochEnded], kind: str) -> None:
    """Losses count from the smallest possible one, and are compared with that of chance."""
    found = diagnose(ended, loss)
    assert found and found.kind == kind


def test_chance_is_the_share_of_the_largest_class() -> None:
    """A network that always says the most frequent of two unequal classes has learned nothing."""
    always_first = Score(0.3, ((90, 0), (10, 0)))
    found = diagnose([EpochEnded(1, always_first, always_first)])
    assert found and (found.kind, found.chance, found.at_chance) == ("chance", 0.9, True)


def test_the_best_epoch_has_the_lowest_test_loss() -> None:
    found = diagnose(epochs(*[(1.0, 0.6, loss, 0.6) for loss in (0.9, 0.5, 0.7, 0.8)]))
    assert found and found.best_epoch == 2 and not found.at_chance


def test_epochs_without_test_images() -> None:
    """They are scored on the validation images, or on the training images."""
    training, validation = score(0.5, 0.9), score(2.3, 0.1)
    found = diagnose([EpochEnded(1, training, None, validation)])
    assert found and found.at_chance
    found = diagnose([EpochEnded(1, training)] * 3)
    assert found and found.kind == "good"


TRAININGS: dict[str, dict[str, Any]] = {
    "chance": {
        "experiment": "mnist",
        "per_class": 20,
        "epochs": 2,
        "optimiser": {"kind": "SGD", "learning_rate": 1e-6},
    },
    "diverged": {"experiment": "paper", "epochs": 3, "optimiser": {"kind": "SGD", "learning_rate": 1000}},
    "memorised": {"experiment": "mnist", "per_class": 10, "epochs": 30, "augmentation": {}},
    "falling": {"experiment": "mnist", "per_class": 100, "epochs": 1},
    "good": {"experiment": "paper", "optimiser": {"kind": "Adam", "learning_rate": 0.005}},
}


@pytest.mark.parametrize("kind", TRAININGS)
def test_real_trainings(kind: str) -> None:
    """Trainings that are known to end so."""
    message: dict[str, Any] = {"schedule": {"kind": "Constant"}, "seed": 1, **TRAININGS[kind]}
    experiment = experiment_of(message)
    trainer = experiment.trainer(experiment.network(), compiled)
    ended: list[EpochEnded] = []
    try:
        ended.extend(event for event in trainer.run() if isinstance(event, EpochEnded))
    except TrainingError:  # the loss is no longer finite: the trainer says so itself
        assert kind == "diverged"
        return
    found = diagnose(ended)
    assert found and found.kind == kind
