"""Reads the fields of a lab file. Every error is a LabError that names the field, what it must be and what it is.

The limits here and in the checks bound the time and the memory that a file from a stranger can take.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar
from unicodedata import category

from scnn.checks import BIDIRECTIONAL, describe
from scnn.errors import LabError, ScnnError
from scnn.formats.strict_json import MAX_DEPTH, depth_of

__all__ = ["LANGUAGES", "Fields", "Texts", "parse_json"]

LANGUAGES = ("en", "de", "es", "vi")
MAX_TEXT = 4000  # characters
MAX_LIST = 64
MAX_NUMBER = 1e9

T = TypeVar("T")


class Texts(dict[str, str]):
    """One text in several languages."""

    def get_in(self, language: str) -> str:
        """The text in this language, or else in English, or else in the first one that there is."""
        for known in (language, "en"):
            if known in self:
                return self[known]
        return next(iter(self.values()))


class Fields:
    """The fields of one JSON object; `path` is its place in the file, for messages."""

    def __init__(self, data: object, path: str, error: type[ScnnError] = LabError) -> None:
        self.path, self.error = path, error
        if not isinstance(data, Mapping):
            raise error(f"{path or 'a lab'} must be an object, {{…}}, got {shown(data)}")
        self.data: Mapping[str, Any] = data
        self.asked: list[str] = []

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, expected: str, value: object) -> NoReturn:
        raise self.error(f"{self.at(name)} must be {expected}, got {shown(value)}")

    def has(self, name: str) -> bool:
        self.asked.append(name)
        return name in self.data

    def take(self, name: str, expected: str) -> Any:
        """The value of a field; raises an error if it is missing."""
        if not self.has(name):
            raise self.error(f"{self.at(name)} is missing: expected {expected}")
        return self.data[name]

    def finish(self) -> None:
        """Raises an error for a field that nobody has asked for."""
        for name in self.data:
            if name not in self.asked:
                expected = ", ".join(dict.fromkeys(self.asked))
                raise self.error(f"{self.at(str(name)[:40])} is not known here; expected one of: {expected}")

    # ------------------------------------------------------------------------------------------- values

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        if default is not None and not self.has(name):
            return default
        expected = f"an integer from {low} to {high}"
        value = self.take(name, expected)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.refuse(name, expected, value)
        return value

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        if default is not None and not self.has(name):
            return default
        expected = f"a number from {low:g} to {high:g}"
        return self.as_number(name, self.take(name, expected), low, high)

    def as_number(self, name: str, value: object, low: float = -MAX_NUMBER, high: float = MAX_NUMBER) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            self.refuse(name, f"a number from {low:g} to {high:g}", value)
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        if default is not None and not self.has(name):
            return default
        expected = f"one of: {', '.join(allowed)}"
        value = self.take(name, expected)
        if not isinstance(value, str) or value not in allowed:
            self.refuse(name, expected, value)
        return value

    def string(self, name: str, longest: int = MAX_TEXT, default: str | None = None) -> str:
        if default is not None and not self.has(name):
            return default
        expected = f"a text of at most {longest} characters"
        value = self.take(name, expected)
        if not isinstance(value, str) or len(value) > longest:
            self.refuse(name, expected, value)
        return value

    def items(self, name: str, expected: str, low: int = 0, high: int = MAX_LIST) -> list[Any]:
        wanted = f"a list of {low} to {high} {expected}"
        value = self.take(name, wanted)
        if not isinstance(value, list) or not low <= len(value) <= high:
            self.refuse(name, wanted, value)
        return value

    def objects(self, name: str, expected: str, low: int = 0, high: int = MAX_LIST) -> list["Fields"]:
        """A list of objects."""
        values = self.items(name, expected, low, high)
        return [Fields(value, f"{self.at(name)}[{at}]", self.error) for at, value in enumerate(values)]

    def inner(self, name: str, expected: str = "an object") -> "Fields":
        return Fields(self.take(name, expected), self.at(name), self.error)

    def matrix(
        self, name: str, largest: int, low: float = -MAX_NUMBER, high: float = MAX_NUMBER
    ) -> list[list[float]]:
        """Rows of equal length, each of numbers."""
        rows = self.items(name, "rows of numbers", 1, largest)
        for at, row in enumerate(rows):
            if not isinstance(row, list) or not 1 <= len(row) <= largest or len(row) != len(rows[0]):
                self.refuse(f"{name}[{at}]", f"a row of 1 to {largest} numbers, as long as the first one", row)
            for number in row:
                self.as_number(f"{name}[{at}]", number, low, high)
        return [list(map(float, row)) for row in rows]

    def indices(self, name: str, count: int) -> tuple[int, ...]:
        """A list of `count` integers from 0."""
        expected = f"a list of {count} integers from 0"
        value = self.take(name, expected)
        if not isinstance(value, list) or len(value) != count or not all(is_index(one) for one in value):
            self.refuse(name, expected, value)
        return tuple(value)

    def texts(self, name: str, longest: int = MAX_TEXT) -> Texts:
        """A text, or one for each of several languages."""
        expected = 'a text, or an object with one for each language: {"en": "…", "de": "…"}'
        value = self.take(name, expected)
        if isinstance(value, str):
            value = {"en": value}
        if not isinstance(value, Mapping) or not value:
            self.refuse(name, expected, value)
        for language, text in value.items():
            if language not in LANGUAGES:
                raise self.error(
                    f"{self.at(name)} has a text in {str(language)[:20]!r}; expected one of: {', '.join(LANGUAGES)}"
                )
            self.check_text(f"{name}.{language}", text, longest)
        return Texts(value)

    def check_text(self, name: str, text: object, longest: int) -> None:
        if not isinstance(text, str) or not 0 < len(text.strip()) <= len(text) <= longest:
            self.refuse(name, f"a text of 1 to {longest} characters", text)
        for one in text:
            if one != "\n" and (category(one) in ("Cc", "Cs", "Co") or one in BIDIRECTIONAL):
                raise self.error(f"{self.at(name)} has the invisible character U+{ord(one):04X}: remove it")

    def read(self, name: str, make: Callable[[Any], T], expected: str) -> T:
        """What `make` makes of a field; an error of it gets the field's name."""
        value = self.take(name, expected)
        try:
            return make(value)
        except ScnnError as error:
            raise self.error(f"{self.at(name)}: {error}") from None


def is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER


def shown(value: object) -> str:
    """A value of a file for a message, shortened."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return repr(value[:40])
    return describe(value)


def parse_json(text: str, what: str, longest: int, error: type[ScnnError] = LabError) -> Any:
    """The value of a JSON text. Refuses numbers that JSON does not have, fields that occur twice, and texts that are
    nested too deeply or longer than `longest` characters."""
    if not isinstance(text, str):
        raise error(f"{what} must be a text, got {describe(text)}")
    if len(text) > longest:
        raise error(f"{what} has {len(text)} characters; expected at most {longest}")
    if depth_of(text) > MAX_DEPTH:
        raise error(f"{what} is nested too deeply: expected at most {MAX_DEPTH} brackets inside one another")

    def number(literal: str) -> float:
        value = float(literal)
        if not math.isfinite(value):
            raise error(f"{what} has the number {literal[:20]}; expected numbers up to 1e308")
        return value

    def once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise error(f"{what} has the field {name[:40]!r} twice in one object")
            found[name] = value
        return found

    try:
        return json.loads(text, parse_constant=number, parse_float=number, object_pairs_hook=once)
    except json.JSONDecodeError as wrong:
        raise error(f"{what} is not JSON: line {wrong.lineno}, column {wrong.colno}: {wrong.msg}") from None
    except ValueError:  # an integer with thousands of digits
        raise error(f"{what} has an integer with too many digits") from None
