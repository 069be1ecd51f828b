"""JSON from files and links: what is refused, and that depth is counted before Python's parser recurses."""

import pytest

from scnn.errors import ModelError
from scnn.formats.safetensors import unpack
from scnn.formats.strict_json import MAX_DEPTH, depth_of, strict_json

DEEP = "[" * 100_000


def test_what_json_has_is_read() -> None:
    """Also brackets in strings, which count for nothing."""
    assert strict_json('{"a": [1, 2.5, null, true], "b": "[[[{"}') == {"a": [1, 2.5, None, True], "b": "[[[{"}
    assert strict_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "NaN is not valid JSON"),
        ("[-Infinity]", "-Infinity is not valid"),
        ('{"a": 1, "a": 1}', "a name occurs twice"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "more than 30 brackets"),
        (DEEP, "more than 30 brackets"),
        ('{"a":' * 100_000, "more than 30 brackets"),
        ("{", "Expecting property name"),
        ("", "Expecting value"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    """Each by the same kind of error."""
    with pytest.raises(ValueError, match=message):
        strict_json(text)


@pytest.mark.parametrize(
    ("text", "depth"),
    [("", 0), ("1", 0), ("[]", 1), ("[[], {}]", 2), ('"[["', 0), ('"\\"[[" [', 1), ('["[', 1), ("]]]]", 0)],
)
def test_depth(text: str, depth: int) -> None:
    """Strings are skipped, also one without an end."""
    assert depth_of(text) == depth


def test_a_deep_header_is_no_model() -> None:
    """A tab's stack would overflow."""
    header = DEEP.encode()
    with pytest.raises(ModelError, match="header is not JSON .more than 30 brackets"):
        unpack(len(header).to_bytes(8, "little") + header)
