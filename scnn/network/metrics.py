"""Metrics: what a confusion matrix says, for each class and for all together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scnn.errors import DataError

__all__ = ["Report", "Scores", "argmax", "confusion_matrix"]

Matrix = Sequence[Sequence[int]]  # counts, [true class][predicted class]


@dataclass(frozen=True)
class Scores:
    """Precision, recall and their harmonic mean F1, from 0 to 1; 0/0 is 0, as if nothing had been right."""

    precision: float
    recall: float
    f1: float
    support: int  # how many samples are truly of the class


@dataclass(frozen=True)
class Report:
    """All figures of one confusion matrix. `weighted` averages the classes' scores by their support.

    >>> report = Report.from_confusion([[8, 2], [1, 9]])
    >>> report.accuracy, report.per_class[0].recall
    (0.85, 0.8)
    """

    confusion: tuple[tuple[int, ...], ...]
    accuracy: float
    per_class: tuple[Scores, ...]
    weighted: Scores

    @classmethod
    def from_confusion(cls, confusion: Matrix) -> "Report":
        """Raises DataError for a matrix that is not square or counts below zero."""
        size = len(confusion)
        if any(len(row) != size for row in confusion) or any(count < 0 for row in confusion for count in row):
            raise DataError("a confusion matrix is square and counts from 0 up")
        per_class = tuple(scores(confusion, place) for place in range(size))
        samples = sum(map(sum, confusion))
        weighted = Scores(
            precision=ratio(sum(one.precision * one.support for one in per_class), samples),
            recall=ratio(sum(one.recall * one.support for one in per_class), samples),
            f1=ratio(sum(one.f1 * one.support for one in per_class), samples),
            support=samples,
        )
        right = sum(confusion[place][place] for place in range(size))
        return cls(tuple(map(tuple, confusion)), ratio(right, samples), per_class, weighted)

    def to_dict(self) -> dict[str, Any]:
        """The same in dicts and lists."""
        return {
            "confusion": [list(row) for row in self.confusion],
            "accuracy": self.accuracy,
            "per_class": [asdict(one) for one in self.per_class],
            "weighted": asdict(self.weighted),
        }


def scores(confusion: Matrix, place: int) -> Scores:
    """Precision: the share of right ones among those called so. Recall: the share found of those that are."""
    right = confusion[place][place]
    called = sum(row[place] for row in confusion)
    support = sum(confusion[place])
    return Scores(ratio(right, called), ratio(right, support), ratio(2 * right, called + support), support)


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def argmax(values: Sequence[float]) -> int:
    """The index of the largest value; the first one if several are equal."""
    return max(range(len(values)), key=values.__getitem__)


def confusion_matrix(labels: Sequence[int], predictions: Sequence[int], classes: int) -> list[list[int]]:
    """Counts [true class][predicted class]; raises DataError where a class is out of range or counts differ."""
    if len(labels) != len(predictions):
        raise DataError(f"{len(labels)} labels do not go with {len(predictions)} predictions")
    matrix = [[0] * classes for _ in range(classes)]
    for place, pair in enumerate(zip(labels, predictions, strict=True)):
        if not all(0 <= value < classes for value in pair):
            raise DataError(
                f"sample {place} has label {pair[0]}, prediction {pair[1]}; classes are 0 to {classes - 1}"
            )
        matrix[pair[0]][pair[1]] += 1
    return matrix
