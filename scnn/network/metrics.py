"""Metrics of a confusion matrix: accuracy, and precision, recall and F1 of each class."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scnn.errors import DataError

__all__ = ["Report", "Scores", "argmax", "confusion_matrix"]

Matrix = Sequence[Sequence[int]]  # counts, [true class][predicted class]


@dataclass(frozen=True)
class Scores:
    """Precision, recall and their harmonic mean F1, from 0 to 1; 0/0 counts as 0."""

    precision: float
    recall: float
    f1: float
    support: int  # how many samples are truly of the class


@dataclass(frozen=True)
class Report:
    """All metrics of one confusion matrix. `weighted` is the mean of the classes' scores, weighted by their support.

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
        """Raises DataError for a matrix that is not square or has negative counts."""
        size = len(confusion)
        if any(len(row) != size for row in confusion) or any(count < 0 for row in confusion for count in row):
            raise DataError("a confusion matrix must be square, with counts of at least 0")
        per_class = tuple(scores(confusion, index) for index in range(size))
        samples = sum(map(sum, confusion))
        weighted = Scores(
            precision=ratio(sum(one.precision * one.support for one in per_class), samples),
            recall=ratio(sum(one.recall * one.support for one in per_class), samples),
            f1=ratio(sum(one.f1 * one.support for one in per_class), samples),
            support=samples,
        )
        correct = sum(confusion[index][index] for index in range(size))
        return cls(tuple(map(tuple, confusion)), ratio(correct, samples), per_class, weighted)

    def to_dict(self) -> dict[str, Any]:
        """The report as dicts and lists."""
        return {
            "confusion": [list(row) for row in self.confusion],
            "accuracy": self.accuracy,
            "per_class": [asdict(one) for one in self.per_class],
            "weighted": asdict(self.weighted),
        }


def scores(confusion: Matrix, index: int) -> Scores:
    """Precision is the fraction of predictions of the class that are correct, recall the fraction of its samples that
    are found.
    """
    correct = confusion[index][index]
    predicted = sum(row[index] for row in confusion)
    support = sum(confusion[index])
    return Scores(
        ratio(correct, predicted), ratio(correct, support), ratio(2 * correct, predicted + support), support
    )


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def argmax(values: Sequence[float]) -> int:
    """The index of the largest value; the first one if several are equal."""
    return max(range(len(values)), key=values.__getitem__)


def confusion_matrix(labels: Sequence[int], predictions: Sequence[int], classes: int) -> list[list[int]]:
    """Counts [true class][predicted class]; raises DataError for classes out of range or counts that differ."""
    if len(labels) != len(predictions):
        raise DataError(f"expected one prediction per label, got {len(predictions)} and {len(labels)}")
    matrix = [[0] * classes for _ in range(classes)]
    for index, pair in enumerate(zip(labels, predictions, strict=True)):
        if not all(0 <= value < classes for value in pair):
            raise DataError(
                f"sample {index} has label {pair[0]}, prediction {pair[1]}; expected classes 0 to {classes - 1}"
            )
        matrix[pair[0]][pair[1]] += 1
    return matrix
