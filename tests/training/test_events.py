"""Scores: values derived from a confusion matrix, their order, and their form in a file."""

import math

import pytest

from scnn.errors import ConfigError
from scnn.training.events import Score

SCORE = Score(0.5, ((3, 1), (2, 4)))


def test_counts_and_accuracy_come_from_the_confusion() -> None:
    """The diagonal counts the correct predictions."""
    assert SCORE.samples == 10
    assert SCORE.accuracy == pytest.approx(0.7)
    assert SCORE.to_dict() == {"loss": 0.5, "accuracy": pytest.approx(0.7)}


def test_the_better_score_has_the_larger_key() -> None:
    """A higher accuracy is better whatever the loss; among equal accuracies, a lower loss is better."""
    better = Score(9.0, ((4, 0), (2, 4)))
    lower = Score(0.4, SCORE.confusion)
    assert better.sort_key > lower.sort_key > SCORE.sort_key


def test_a_score_from_a_file() -> None:
    """JSON has lists instead of tuples."""
    assert Score.from_json([0.5, [[3, 1], [2, 4]]], 2) == SCORE


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [0.5],
        ["0.5", [[3, 1], [2, 4]]],
        [math.nan, [[3, 1], [2, 4]]],
        [0.5, [[3, 1]]],
        [0.5, [[3, 1, 0], [2, 4, 0]]],
        [0.5, [[3, 1], 5]],
        [0.5, [[3, -1], [2, 4]]],
        [0.5, [[3, 1.0], [2, 4]]],
        [0.5, [[True, 1], [2, 4]]],
        [0.5, [[0, 0], [0, 0]]],
    ],
)
def test_invalid_scores(plain: object) -> None:
    """Missing parts, a loss that is not finite and counts that are not of two classes are rejected."""
    with pytest.raises(ConfigError, match="score"):
        Score.from_json(plain, 2)
