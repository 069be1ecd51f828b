"""Networks with branches, and those of the fixtures with the parameters that PyTorch had."""

import json
from array import array
from math import prod
from pathlib import Path
from typing import Any

from scnn.layers import (
    Add,
    Branch,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    ReLU,
    SiLU,
    Tanh,
)
from scnn.layers.registry import layers_from_list
from scnn.network.network import Network

SHAPE, LABEL = (2, 4, 4), 1
CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "graphs.json").read_text())

RESIDUAL: list[Layer] = [
    *(Conv2D(8, 3, padding=1), ReLU(), Conv2D(8, 3, padding=1), ReLU(), Conv2D(8, 3, padding=1), Add("relu_1")),
    *(ReLU(), MaxPool2D(2), Flatten(), Dense(3)),
]
PARALLEL: list[Layer] = [
    *(Conv2D(4, 3, padding=1), SiLU(), Conv2D(3, 1), Tanh(), Branch("silu_1"), Conv2D(3, 3, padding=1)),
    *(Concatenate("tanh_1"), Branch("silu_1"), MaxPool2D(3, 1), Flatten(), Dense(5), Branch("concatenate_1")),
    *(Flatten(), Dense(5), Add("dense_1"), Dropout(0.3), Concatenate("dropout_1"), Dense(3)),
]
UNLEARNED: list[Layer] = [
    *(ReLU(), Branch("input"), Conv2D(1, 3, padding=1), Concatenate("relu_1"), Concatenate("input"), Flatten()),
    *(Dense(4), Tanh(), Add("tanh_1"), Dense(3), Add("dense_2")),
]
GRAPHS = {"residual": RESIDUAL, "parallel": PARALLEL, "without parameters before": UNLEARNED}


def numbers(count: int, seed: int) -> list[float]:
    """The parameters and the image of fixtures/make_graphs.py."""
    return [((37 * k + 13 * seed) % 101 - 50) / 128 for k in range(count)]


IMAGE = [abs(value) for value in numbers(prod(SHAPE), 0)]


def network_of(case: dict[str, Any]) -> Network:
    """The network of a case with the parameters of fixtures/make_graphs.py."""
    network = Network(SHAPE, layers_from_list(case["layers"]))
    for seed, values in enumerate(network.parameters.values(), 1):
        values[:] = array("f", numbers(len(values), seed))
    return network


def rows_of(values: list[float]) -> list[list[list[float]]]:
    """The image as nested lists."""
    channels, rows, columns = SHAPE
    lines = [values[start : start + columns] for start in range(0, len(values), columns)]
    return [lines[channel * rows : (channel + 1) * rows] for channel in range(channels)]
