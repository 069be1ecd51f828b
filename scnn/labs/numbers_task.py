"""Exercises whose answer is numbers: each is compared with what the engine, or a layer, computes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.errors import AnswerError, ShapeError
from scnn.labs.bench import convolve
from scnn.labs.fields import Fields, Texts
from scnn.labs.remarks import Remark
from scnn.labs.task import Evidence, Grading, Mistakes, Task, plain
from scnn.layers.registry import layers_from_list

__all__ = ["NumbersTask"]

MAX_FIELDS = 8
MAX_SIDE = 512  # channels, rows, columns of an input
MAX_PICTURE = 32
AXES = {"channels": 0, "rows": 1, "columns": 2}


@dataclass(frozen=True)
class OutputSize:
    """`output_size`: channels, rows or columns of a layer's output for an input [channels, rows, columns]."""

    shape: tuple[int, ...]
    axis: int

    @classmethod
    def read(cls, fields: Fields) -> "OutputSize":
        output, _ = layer_in(fields)
        return cls(output, AXES[fields.choice("axis", list(AXES), "rows")])

    def value(self, make_engine: EngineFactory) -> float:
        return self.shape[self.axis]


@dataclass(frozen=True)
class Weights:
    """`weights`: the number of weights and biases of a layer for an input [channels, rows, columns]."""

    count: int

    @classmethod
    def read(cls, fields: Fields) -> "Weights":
        _, count = layer_in(fields)
        return cls(count)

    def value(self, make_engine: EngineFactory) -> float:
        return self.count


@dataclass(frozen=True)
class Convolution:
    """`convolution`: the element [row, column] of the map that a filter makes of an image, by the engine."""

    image: list[list[float]]
    weights: list[list[float]]
    stride: int
    element: tuple[int, ...]

    @classmethod
    def read(cls, fields: Fields) -> "Convolution":
        image = fields.matrix("image", MAX_PICTURE)
        weights = fields.matrix("filter", min(len(image), len(image[0])))
        if len(weights) != len(weights[0]):
            fields.refuse("filter", "as many rows as columns", weights)
        stride = fields.integer("stride", 1, MAX_PICTURE, 1)
        element = fields.indices("element", 2)
        sides = [(side - len(weights)) // stride + 1 for side in (len(image), len(image[0]))]
        if any(at >= side for at, side in zip(element, sides, strict=True)):
            fields.refuse("element", f"inside the map, which has {sides[0]} rows and {sides[1]} columns", element)
        return cls(image, weights, stride, element)

    def value(self, make_engine: EngineFactory) -> float:
        row, column = self.element
        return convolve(self.image, self.weights, self.stride, make_engine)[row][column]


CHECKS: dict[str, Any] = {"output_size": OutputSize, "weights": Weights, "convolution": Convolution}


def layer_in(fields: Fields) -> tuple[tuple[int, ...], int]:
    """The shape of a layer's output and the number of its weights."""
    layer = fields.read("layer", lambda data: layers_from_list([data])[0], "a layer")
    sizes = fields.items("input", "sizes", 3, 3)
    for size in sizes:
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_SIDE:
            fields.refuse("input", f"three integers from 1 to {MAX_SIDE}", size)
    try:
        output = layer.output_shape(tuple(sizes))
    except ShapeError as error:
        raise fields.error(f"{fields.at('layer')} cannot take this input: {error}") from None
    if len(output) != 3:
        fields.refuse("layer", "a layer whose output has channels, rows and columns", output)
    return output, sum(prod(one.shape) for one in layer.parameters(tuple(sizes)).values())


@dataclass(frozen=True)
class Check:
    field: str
    what: Any
    tolerance: float
    mistakes: Mistakes


class NumbersTask(Task):
    """`answer`: {"kind": "numbers", "fields": [{"name", "label"}]}; each check is of one field."""

    kind = "numbers"

    def __init__(self, labels: dict[str, Texts], checks: list[Check]) -> None:
        self.labels, self.checks = labels, checks

    @classmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "NumbersTask":
        labels: dict[str, Texts] = {}
        for one in answer.objects("fields", "objects with name and label", 1, MAX_FIELDS):
            labels[one.string("name", 40)] = one.texts("label", 300)
            one.finish()
        found = []
        for fields in checks:
            what = CHECKS[fields.choice("kind", list(CHECKS))].read(fields)
            name, tolerance = fields.choice("field", list(labels)), fields.number("tolerance", 0, 1e6, 1e-6)
            found.append(Check(name, what, tolerance, Mistakes(fields)))
            fields.finish()
        missing = set(labels) - {check.field for check in found}
        if missing:
            raise answer.error(f"checks: expected one for each field; there is none for {', '.join(sorted(missing))}")
        return cls(labels, found)

    def describe(self, language: str) -> dict[str, Any]:
        fields = [{"name": name, "label": label.get_in(language)} for name, label in self.labels.items()]
        return {"fields": fields}

    def accept(self, answer: object) -> dict[str, float]:
        if not isinstance(answer, Mapping) or set(answer) != set(self.labels):
            raise AnswerError(f"expected a number for each of: {', '.join(self.labels)}")
        for name, value in answer.items():
            sound = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if not sound or abs(value) > 1e12:
                raise AnswerError(f"expected a number for {name}, got {value!r:.40}")
        return {name: answer[name] for name in self.labels}

    def grade(self, answer: dict[str, float], language: str, make_engine: EngineFactory) -> Grading:
        evidence, remarks, solved = Evidence(), [], True
        for check in self.checks:
            yield 0.0
            value = check.what.value(make_engine)
            evidence.add([value])
            given = answer[check.field]
            right = abs(given - value) <= check.tolerance
            solved = solved and right
            key = "number_right" if right else "number_wrong"
            values = {"label": self.labels[check.field].get_in(language), "given": plain(given)}
            told = None if right else check.mistakes.remark(given, language)
            remarks += [Remark(key, values), *([told] if told else [])]
        return evidence.verdict(solved, remarks)
