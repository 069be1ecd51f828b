"""Splits: which images go to training, validation and test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scnn.data.split import by_class, every_nth, first_of_each, hold_out
from scnn.errors import ConfigError

LABELS = [1, 0, 1, 1, 0, 2, 1, 1]


def test_indices_by_class() -> None:
    """Classes are in ascending order, and so are the indices of each."""
    assert list(by_class(LABELS).items()) == [(0, [1, 4]), (1, [0, 2, 3, 6, 7]), (2, [5])]


def test_first_of_each() -> None:
    """The first images of the classes in the given order."""
    assert first_of_each(LABELS, [1, 0], 2) == [0, 2, 1, 4]


def test_a_class_with_too_few_images() -> None:
    """The error names the class, how many images it has and how many are needed."""
    with pytest.raises(ConfigError, match="class 0 has 2 images; expected at least 3"):
        first_of_each(LABELS, [1, 0], 3)
    with pytest.raises(ConfigError, match="class 7 has 0 images; expected at least 1"):
        first_of_each(LABELS, [7], 1)


def test_every_nth() -> None:
    """Every fifth image of a class, and the last one of a class with fewer than five; a class of one is left out."""
    assert every_nth(LABELS, 5) == ([1, 0, 2, 3, 6], [4, 7])


def test_hold_out() -> None:
    """The last images of the classes in turn; a class keeps its only image."""
    assert hold_out(LABELS, 3) == ([0, 1, 2, 3, 5], [4, 6, 7])


def test_holding_out_too_many() -> None:
    """Every class keeps one image to train on."""
    assert len(hold_out(LABELS, 5)[0]) == 3
    with pytest.raises(ConfigError, match="6 validation images leave too few of the 8 .* expected at most 5"):
        hold_out(LABELS, 6)


@given(st.lists(st.integers(0, 4), min_size=1), st.data())
def test_splits_are_partitions(labels: list[int], data: st.DataObject) -> None:
    """Every image is in exactly one part, and every class keeps an image to train on; only every_nth leaves out
    classes of one image."""
    count = data.draw(st.integers(0, len(labels) - len(set(labels))))
    training, held_out = hold_out(labels, count)
    assert sorted(training + held_out) == list(range(len(labels)))
    assert len(held_out) == count and {labels[index] for index in training} == set(labels)
    training, test = every_nth(labels, 5)
    assert sorted(training + test) == [index for index, label in enumerate(labels) if labels.count(label) > 1]
