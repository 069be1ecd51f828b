"""Lab files for the tests."""

import json
from typing import Any

from scnn.labs.lab import bundled_lab

NUMBERS: dict[str, Any] = {
    "lab": 1,
    "id": "padding-keeps-the-size",
    "title": "Padding that keeps the size",
    "text": {"en": "How many rows?", "de": "Wie viele Zeilen?"},
    "answer": {"kind": "numbers", "fields": [{"name": "rows", "label": "Rows"}]},
    "checks": [
        {
            "kind": "output_size",
            "field": "rows",
            "layer": {"kind": "Conv2D", "filters": 1, "kernel_size": 3, "padding": 1},
            "input": [1, 28, 28],
        }
    ],
}


def bundled(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(bundled_lab(name).source)
    return data


def without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}
