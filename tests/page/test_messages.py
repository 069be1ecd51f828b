"""Reading the fields of the page's messages, and refusing invalid ones by name."""

from collections.abc import Callable
from typing import Any

import pytest

from scnn.errors import ConfigError, DataError
from scnn.page.messages import MAX_FILE, read_bytes, read_index, read_number, read_strokes


def test_valid_fields() -> None:
    """Points become pairs of floats; bytes, numbers and indices are unchanged."""
    assert read_strokes({"strokes": [[[1, 2], (3, 4.5)], []]}) == [[(1.0, 2.0), (3.0, 4.5)], []]
    assert read_bytes({"data": b"x"}, "data") == b"x"
    assert read_number({"budget_ms": 20}, "budget_ms") == 20.0
    assert read_index({"image": 4}, "image", 5) == 4


@pytest.mark.parametrize("strokes", [None, 5, [5], [[5]], [[[1]]], [[[1, 2, 3]]], [[["a", "b"]]]])
def test_invalid_strokes(strokes: object) -> None:
    """Anything but lists of points of two numbers."""
    with pytest.raises(ConfigError, match="strokes"):
        read_strokes({"strokes": strokes})


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *((lambda message: read_bytes(message, "x"), value) for value in (None, "text", [1])),
        *((lambda message: read_number(message, "x"), value) for value in (None, "1", True, -1, float("nan"))),
        *((lambda message: read_index(message, "x", 5), value) for value in (None, "1", True, 1.0, -1, 5)),
    ],
)
def test_invalid_values(read: Callable[[dict[str, Any]], object], value: object) -> None:
    """Missing, of another type, or out of range: the error names the field."""
    for message in ({"x": value}, {}):
        with pytest.raises(ConfigError, match="x"):
            read(message)


def test_a_file_that_is_too_large() -> None:
    """The error states its size and the limit."""
    with pytest.raises(DataError, match=f"{MAX_FILE + 1}.*{MAX_FILE}"):
        read_bytes({"data": bytes(MAX_FILE + 1)}, "data")
