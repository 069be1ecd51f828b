"""Reading the page's messages: what is taken out of them, and what is refused by its name."""

from collections.abc import Callable
from typing import Any

import pytest

from scnn.errors import ConfigError, DataError
from scnn.page.messages import MAX_FILE, bytes_of, index_of, number_of, strokes_of


def test_what_is_there_is_taken_out() -> None:
    """Points become pairs of floats; bytes, numbers and positions are as they are."""
    assert strokes_of({"strokes": [[[1, 2], (3, 4.5)], []]}) == [[(1.0, 2.0), (3.0, 4.5)], []]
    assert bytes_of({"data": b"x"}, "data") == b"x"
    assert number_of({"budget_ms": 20}, "budget_ms") == 20.0
    assert index_of({"image": 4}, "image", 5) == 4


@pytest.mark.parametrize("strokes", [None, 5, [5], [[5]], [[[1]]], [[[1, 2, 3]]], [[["a", "b"]]]])
def test_what_is_no_drawing(strokes: object) -> None:
    """Anything but lists of points of two numbers."""
    with pytest.raises(ConfigError, match="strokes"):
        strokes_of({"strokes": strokes})


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *((lambda message: bytes_of(message, "x"), value) for value in (None, "text", [1])),
        *((lambda message: number_of(message, "x"), value) for value in (None, "1", True, -1, float("nan"))),
        *((lambda message: index_of(message, "x", 5), value) for value in (None, "1", True, 1.0, -1, 5)),
    ],
)
def test_values_of_another_kind(read: Callable[[dict[str, Any]], object], value: object) -> None:
    """Missing, of another type, or out of range: the error names the part of the message."""
    for message in ({"x": value}, {}):
        with pytest.raises(ConfigError, match="x"):
            read(message)


def test_a_file_that_is_too_large() -> None:
    """The error states its size and the largest."""
    with pytest.raises(DataError, match=f"{MAX_FILE + 1}.*{MAX_FILE}"):
        bytes_of({"data": bytes(MAX_FILE + 1)}, "data")
