"""A small network whose elements the tests ask about."""

import json
from itertools import product
from random import Random
from typing import Any

from scnn import Conv2D, Dense, Dropout, Flatten, MaxPool2D, Network, ReLU
from scnn.compiler.reference.arithmetic import rounded
from scnn.engines.engine import Engine
from scnn.page.elements import Elements

LAYERS = [
    *[Conv2D(3, 3, stride=2, padding=1), ReLU(), Conv2D(2, 3), MaxPool2D(2), Flatten(), Dropout(0.5)],
    *[Dense(12), ReLU(), Dense(4)],
]
IMAGE = bytes(Random(5).randrange(256) for _ in range(2 * 13 * 13))


def elements(network: Network, image: bytes, label: int | None = None) -> Elements:
    return Elements(lambda message: network, lambda message: (image, label))


def every(shape: tuple[int, ...]) -> list[list[int]]:
    return [list(index) for index in product(*map(range, shape))]


def asked(of: Elements, layer: str, element: list[int], **more: object) -> dict[str, Any]:
    """The answer, which is plain data."""
    answer = of.element({"layer": layer, "element": element, **more})
    assert json.loads(json.dumps(answer)) == answer
    return answer


def value_at(engine: Engine, buffer: str, index: list[int], shape: tuple[int, ...]) -> float:
    flat = 0
    for at, size in zip(index, shape, strict=True):
        flat = flat * size + at
    return float(engine.read(buffer)[flat])


def folded(answer: dict[str, Any]) -> float:
    """The answer's products, added again in the kernel's order, with its partial sums and its bias."""
    sums: dict[int, float] = {}
    for row in sorted(answer["rows"], key=lambda row: row["order"]):
        before = sums.get(row["partial"], 0.0 if row["partial"] else answer["start"])
        sums[row["partial"]] = rounded(before + row["product"])
        assert row["running"] == sums[row["partial"]]
        expected = row["values"][0] * row["values"][1] if len(row["values"]) == 2 else row["values"][0]
        assert row["product"] == rounded(expected)
    if not answer["partial"]:
        return sums[0]
    parts = [sums.get(at, 0.0) for at in range(1, len(answer["partial"]) + 1)]
    assert parts == answer["partial"]
    return rounded(answer["start"] + rounded(rounded(parts[0] + parts[1]) + rounded(parts[2] + parts[3])))
