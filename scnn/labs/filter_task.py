"""Exercises whose answer is a filter: the engine convolves test patterns, or digits, with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.errors import AnswerError
from scnn.formats.palettes import ACTIVATIONS, STEPS, ZERO
from scnn.formats.png import as_ink, palette_picture, picture
from scnn.labs.bench import convolve, digit
from scnn.labs.fields import Fields, Texts
from scnn.labs.remarks import Remark
from scnn.labs.task import Evidence, Grading, Task, plain

__all__ = ["PATTERNS", "FilterTask"]

MAX_SIZE = 7
MAX_WEIGHT = 1000.0
MAX_PATTERNS = 12
SIDE = 11  # pixels of a pattern, odd, so that a dot has a middle
WEAK = 1e-3  # a response below this share of the filter's own size counts as none
DIGITS = 3  # on which a filter is compared with another
TRIED = 17  # the test image that the page shows

MIDDLE = SIDE // 2


def drawn(ink: Callable[[int, int], float]) -> list[list[float]]:
    """A pattern from a function of row and column."""
    return [[float(ink(row, column)) for column in range(SIDE)] for row in range(SIDE)]


PATTERNS: dict[str, list[list[float]]] = {
    "vertical_edge": drawn(lambda _, column: column >= MIDDLE),
    "vertical_edge_left": drawn(lambda _, column: column < MIDDLE),
    "horizontal_edge": drawn(lambda row, _: row >= MIDDLE),
    "horizontal_edge_top": drawn(lambda row, _: row < MIDDLE),
    "diagonal_edge": drawn(lambda row, column: column >= row),
    "vertical_line": drawn(lambda _, column: column == MIDDLE),
    "horizontal_line": drawn(lambda row, _: row == MIDDLE),
    "dot": drawn(lambda row, column: row == column == MIDDLE),
    "white": drawn(lambda *_: 0),
    "grey": drawn(lambda *_: 0.5),
    "black": drawn(lambda *_: 1),
}


@dataclass(frozen=True)
class Pattern:
    label: Texts
    image: list[list[float]]


@dataclass(frozen=True)
class Responds:
    """`responds`: the largest magnitude in the map is at least `ratio` times larger for each of the patterns `to`
    than for each of the patterns `not_to`."""

    to: list[Pattern]
    not_to: list[Pattern]
    ratio: float

    @classmethod
    def read(cls, fields: Fields, own: Mapping[str, Pattern], size: int) -> "Responds":
        to = [pattern_of(fields, "to", name, own, size) for name in fields.items("to", "patterns", 1, MAX_PATTERNS)]
        against = fields.items("not_to", "patterns", 0, MAX_PATTERNS)
        not_to = [pattern_of(fields, "not_to", name, own, size) for name in against]
        return cls(to, not_to, fields.number("ratio", 1, 1e6, 3.0))

    def grade(self, weights: list[list[float]], language: str, make_engine: EngineFactory, evidence: Evidence) -> Any:
        """Yields after each pattern; returns (solved, remarks)."""

        def response(pattern: Pattern) -> float:
            values = [value for row in convolve(pattern.image, weights, 1, make_engine) for value in row]
            evidence.add(values)
            return max(map(abs, values))

        scale = max(1e-9, sum(abs(weight) for row in weights for weight in row))
        least = WEAK * scale
        remarks = []
        found = []
        for pattern in self.to:
            yield
            found.append(response(pattern))
            values = {"pattern": pattern.label.get_in(language), "response": plain(found[-1])}
            if found[-1] < least:
                remarks.append(Remark("filter_silent", {**values, "least": plain(least)}))
            else:
                remarks.append(Remark("filter_finds", values))
        solved = min(found) >= least
        for pattern in self.not_to:
            yield
            loud = response(pattern)
            if solved and loud * self.ratio > min(found):
                values = {"pattern": pattern.label.get_in(language), "response": plain(loud)}
                values |= {"found": plain(min(found)), "ratio": f"{self.ratio:g}"}
                return False, [Remark("filter_loud", values)]
        return solved, remarks


@dataclass(frozen=True)
class SameMap:
    """`same_map`: on test digits, the map is that of another filter, to a tolerance."""

    weights: list[list[float]]
    tolerance: float

    @classmethod
    def read(cls, fields: Fields, own: Mapping[str, Pattern], size: int) -> "SameMap":
        weights = fields.matrix("filter", MAX_SIZE, -MAX_WEIGHT, MAX_WEIGHT)
        if len(weights) != size or len(weights[0]) != size:
            fields.refuse("filter", f"{size} rows of {size} numbers", weights)
        return cls(weights, fields.number("tolerance", 0, 1e3, 1e-3))

    def grade(self, weights: list[list[float]], language: str, make_engine: EngineFactory, evidence: Evidence) -> Any:
        for at in range(DIGITS):
            yield
            image = grey(100 * at + 7)
            expected = convolve(image, self.weights, 1, make_engine)
            got = convolve(image, weights, 1, make_engine)
            for row, (wanted, found) in enumerate(zip(expected, got, strict=True)):
                evidence.add(found)
                for column, (one, other) in enumerate(zip(wanted, found, strict=True)):
                    if not abs(one - other) <= self.tolerance:
                        pixel = {"digit": 100 * at + 7, "row": row, "column": column}
                        values = {**pixel, "got": plain(other), "expected": plain(one)}
                        return False, [Remark("filter_differs", values)]
        return True, [Remark("filter_same", {"count": DIGITS})]


CHECKS: dict[str, Any] = {"responds": Responds, "same_map": SameMap}


def grey(index: int) -> list[list[float]]:
    """A test digit as rows of numbers from 0, paper, to 1, ink."""
    image, _ = digit(index)
    return [[level / 255.0 for level in image[28 * row : 28 * row + 28]] for row in range(28)]


def pattern_of(fields: Fields, name: str, value: object, own: Mapping[str, Pattern], size: int) -> Pattern:
    known = {**{one: Pattern(Texts(en=one.replace("_", " ")), image) for one, image in PATTERNS.items()}, **own}
    if not isinstance(value, str) or value not in known:
        fields.refuse(name, f"names of patterns, each one of: {', '.join(known)}", value)
    if min(len(known[value].image), len(known[value].image[0])) < size:
        fields.refuse(name, f"patterns of at least {size} × {size} pixels", value)
    return known[value]


def level_of(value: float, largest: float) -> int:
    """The index in a palette of a number."""
    return ZERO + round(STEPS * value / largest) if largest else ZERO


class FilterTask(Task):
    """`answer`: {"kind": "filter", "size": 3, "start": rows of numbers, "patterns": [{"name", "label", "image"}]};
    the author's patterns are added to PATTERNS; one with the name of a built-in pattern changes its label."""

    kind = "filter"

    def __init__(self, size: int, start: list[list[float]], checks: list[Any]) -> None:
        self.size, self.start, self.checks = size, start, checks

    @classmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "FilterTask":
        size = answer.integer("size", 1, MAX_SIZE, 3)
        start = [[0.0] * size for _ in range(size)]
        if answer.has("start"):
            start = answer.matrix("start", MAX_SIZE, -MAX_WEIGHT, MAX_WEIGHT)
            if len(start) != size or len(start[0]) != size:
                answer.refuse("start", f"{size} rows of {size} numbers", start)
        own: dict[str, Pattern] = {}
        if answer.has("patterns"):
            for one in answer.objects("patterns", "objects with name, label and image", 0, MAX_PATTERNS):
                name = one.string("name", 40)
                image = one.matrix("image", 28) if name not in PATTERNS else PATTERNS[name]
                own[name] = Pattern(one.texts("label", 100), image)
                one.finish()
        found = []
        for fields in checks:
            found.append(CHECKS[fields.choice("kind", list(CHECKS))].read(fields, own, size))
            fields.finish()
        return cls(size, start, found)

    def describe(self, language: str) -> dict[str, Any]:
        return {"size": self.size, "start": self.start, "largest": MAX_WEIGHT}

    def attempt(self, message: Mapping[str, Any], make_engine: EngineFactory) -> dict[str, Any]:
        """The map that the filter makes of a test digit, as a picture beside the digit's own."""
        rows = convolve(grey(TRIED), self.accept(message.get("trial")), 1, make_engine)
        largest = max(abs(value) for row in rows for value in row)
        lines = [bytes([0, *(level_of(value, largest) for value in row)]) for row in rows]
        return {
            "image": picture(as_ink(digit(TRIED)[0]), 28, 28),
            "map": palette_picture(b"".join(lines), len(rows[0]), len(rows), ACTIVATIONS),
            "largest": plain(largest),
        }

    def accept(self, answer: object) -> list[list[float]]:
        """Rows of numbers."""
        fields = Fields({"answer": answer}, "", AnswerError)
        rows = fields.matrix("answer", MAX_SIZE, -MAX_WEIGHT, MAX_WEIGHT)
        if len(rows) != self.size or len(rows[0]) != self.size:
            raise AnswerError(f"expected a filter of {self.size} rows and {self.size} columns")
        return rows

    def grade(self, answer: list[list[float]], language: str, make_engine: EngineFactory) -> Grading:
        evidence, remarks, solved = Evidence(), [], True
        for at, check in enumerate(self.checks):
            grading = check.grade(answer, language, make_engine, evidence)
            while True:
                try:
                    next(grading)
                except StopIteration as ended:
                    right, said = ended.value
                    break
                yield at / len(self.checks)
            solved = solved and right
            remarks += said
        return evidence.verdict(solved, remarks)
