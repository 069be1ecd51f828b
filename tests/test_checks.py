"""Validation of the library's arguments: what is accepted, and the errors."""

import pytest

from scnn.checks import MAX_INTEGER, MAX_SEED, describe, require_integer, require_names, require_seed
from scnn.data.dataset import Digits
from scnn.errors import ConfigError, DataWarning
from scnn.layers import ReLU


@pytest.mark.parametrize("value", [1, 2, MAX_INTEGER])
def test_integers_within_their_range(value: int) -> None:
    """Both ends belong to the range."""
    require_integer("units", value, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "units .*1, not 0|units.*0"),
        (MAX_INTEGER + 1, f"units.*{MAX_INTEGER}"),
        (True, "units.*True"),
        (2.0, "units.*2.0"),
        ("3", "units.*'3'"),
        (None, "units.*None"),
    ],
)
def test_other_values_are_named(value: object, words: str) -> None:
    """Integers out of range, and values that are not integers, such as True and 2.0, are rejected."""
    with pytest.raises(ConfigError, match=words):
        require_integer("units", value, 1)


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, 1.5])
def test_a_seed_is_a_whole_number_of_32_bits(seed: object) -> None:
    """As on the command line and in links."""
    require_seed(0)
    require_seed(MAX_SEED)
    with pytest.raises(ConfigError, match="seed"):
        require_seed(seed)


def test_class_names_become_a_tuple() -> None:
    """The tuple has the same strings in the same order."""
    assert require_names(["cat", "dog"]) == ("cat", "dog")


@pytest.mark.parametrize(
    "names", [7, ["cat", 8], ["x" * 101], ["a\n"], ["\ud800"], ["a\u2028b"], ["\u202ecat"], ["a\u2066"], ["\u200f"]]
)
def test_invalid_class_names(names: object) -> None:
    """No sequence of strings, one that is too long, or one with control characters, also of the text's direction."""
    with pytest.raises(ConfigError, match="name"):
        require_names(names)


def test_class_names_in_any_script() -> None:
    """Also from right to left, and with joined emoji."""
    names = ("猫", "حيوان", "👩\u200d🔬", "é")
    assert require_names(names) == names


@pytest.mark.parametrize("names", [["cat", "dog", "cat"], ["\u00e9", "e\u0301"]])
def test_class_names_differ(names: list[str]) -> None:
    """Two that look the same count as equal."""
    with pytest.raises(ConfigError, match="class names must differ, got '.+' twice"):
        require_names(names)


def test_a_warning_names_the_users_line() -> None:
    """Not a line of scnn, however deep it arose."""
    with pytest.warns(DataWarning) as caught:
        Digits([[1, 0], [0, 1]], [0], 2, 2)
    assert caught[0].filename == __file__


def test_values_in_messages_are_short() -> None:
    """A class instead of its object has a hint; long texts are shortened; arrays and lists are described by type."""
    assert "ReLU(" in describe(ReLU)
    assert len(describe("x" * 1000)) <= 80
    assert describe([0.0] * 1000).endswith("list")
