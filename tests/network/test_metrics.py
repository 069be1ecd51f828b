"""Metrics: results calculated by hand, the paper's table, and those of scikit-learn."""

import pytest

from scnn.errors import DataError
from scnn.network.metrics import Report, confusion_matrix


def test_by_hand() -> None:
    """Class 0: 3 of 4 predictions are right, and 3 of 5 images are found; for class 1 it is the reverse."""
    report = Report.from_confusion([[3, 2], [1, 4]])
    assert report.accuracy == 0.7
    zero, one = report.per_class
    assert (zero.precision, zero.recall, zero.f1, zero.support) == (3 / 4, 3 / 5, 6 / 9, 5)
    assert (one.precision, one.recall, one.f1, one.support) == (4 / 6, 4 / 5, 8 / 11, 5)
    assert report.weighted.f1 == pytest.approx((6 / 9 + 8 / 11) / 2)


def test_the_papers_table() -> None:
    """The accuracy and all rounded figures follow from one matrix of ten images per class."""
    report = Report.from_confusion([[7, 1, 2], [0, 6, 4], [1, 1, 8]])
    assert round(report.accuracy, 2) == 0.70
    rounded = [(round(s.precision, 2), round(s.recall, 2), round(s.f1, 2)) for s in report.per_class]
    assert rounded == [(0.88, 0.7, 0.78), (0.75, 0.6, 0.67), (0.57, 0.8, 0.67)]
    weighted = report.weighted
    assert (round(weighted.precision, 2), round(weighted.recall, 2), round(weighted.f1, 2)) == (
        0.73,
        0.7,
        0.7,
    )


def test_scikit_learns_figures() -> None:
    """precision_recall_fscore_support of scikit-learn 1.7, for an uneven matrix with a class that is never predicted.

    y = [0]*9 + [1]*4 + [2]*7; p = [0]*6 + [2]*3 + [0]*1 + [2]*3 + [0]*2 + [2]*5, zero_division=0,
    average=None and average="weighted".
    """
    report = Report.from_confusion([[6, 0, 3], [1, 0, 3], [2, 0, 5]])
    assert [s.precision for s in report.per_class] == pytest.approx([0.66666667, 0.0, 0.45454545])
    assert [s.recall for s in report.per_class] == pytest.approx([0.66666667, 0.0, 0.71428571])
    assert [s.f1 for s in report.per_class] == pytest.approx([0.66666667, 0.0, 0.55555556])
    weighted = report.weighted
    assert (weighted.precision, weighted.recall) == pytest.approx((0.45909091, 0.55))
    assert weighted.f1 == pytest.approx(0.49444444)


def test_zero_divided_by_zero_is_zero() -> None:
    """A class without images and predictions has 0 everywhere, and so does an empty matrix."""
    report = Report.from_confusion([[0, 0], [0, 0]])
    assert report.accuracy == 0.0 and report.weighted.f1 == 0.0
    assert all((s.precision, s.recall, s.f1, s.support) == (0.0, 0.0, 0.0, 0) for s in report.per_class)


def test_the_matrix_counts_true_by_predicted() -> None:
    """Rows are true classes, columns are predictions."""
    assert confusion_matrix([0, 0, 1, 2], [0, 2, 1, 1], 3) == [[1, 0, 1], [0, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize(("labels", "predictions"), [([3], [0]), ([0], [3]), ([-1], [0]), ([0, 1], [0])])
def test_invalid_labels(labels: list[int], predictions: list[int]) -> None:
    """Classes out of range and lists of different lengths are rejected."""
    with pytest.raises(DataError):
        confusion_matrix(labels, predictions, 3)


@pytest.mark.parametrize("matrix", [[[1, 2]], [[1, 2], [3]], [[1, -1], [0, 0]]])
def test_invalid_confusion_matrices(matrix: list[list[int]]) -> None:
    """A matrix that is not square or has negative counts is rejected."""
    with pytest.raises(DataError, match="square"):
        Report.from_confusion(matrix)


def test_plain_data() -> None:
    """The dict has all values of the report."""
    report = Report.from_confusion([[3, 2], [1, 4]])
    plain = report.to_dict()
    assert plain["confusion"] == [[3, 2], [1, 4]] and plain["accuracy"] == 0.7
    assert plain["per_class"][0]["precision"] == 0.75 and plain["weighted"]["support"] == 10
