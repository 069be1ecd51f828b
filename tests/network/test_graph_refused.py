"""Graphs that are refused: references to no layer, outputs that are overwritten, shapes that do not fit."""

import json
from random import Random
from typing import Any

import pytest

from scnn.errors import ConfigError, ModelError, ShapeError
from scnn.layers import (
    Add,
    Branch,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    ReLU,
    Tanh,
)
from scnn.network.architecture import Architecture
from scnn.network.network import Network
from tests.network.graphs import (
    IMAGE,
    PARALLEL,
    SHAPE,
    rows_of,
)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([ReLU(), Add("relu_2"), ReLU()], "add_1: 'relu_2' is no earlier layer; expected one of: input, relu_1"),
        ([ReLU(), Add("add_1")], "add_1: 'add_1' is no earlier layer"),
        ([ReLU(), Branch("conv_1")], "branch_1: 'conv_1' is no layer of the network; expected one of: input, relu_1"),
        ([ReLU(), Concatenate("")], "concatenate_1: '' is no layer"),
        ([Add(3)], "add_1: 3 is no layer"),  # type: ignore[arg-type]
        ([ReLU(), Add("softmaxcrossentropy_1")], "is no earlier layer"),
        (
            [ReLU(), Branch("input")],
            "no layer reads the output of relu_1: remove relu_1, or join its output with Add",
        ),
        ([ReLU(), Dropout(0.5), Add("relu_1")], "add_1 reads the output of relu_1, which dropout_1 overwrites"),
        ([Dropout(0.5), Add("input")], "add_1 reads the output of input, which dropout_1 overwrites"),
        (
            [ReLU(), Tanh(), Branch("relu_1"), Dropout(0.5), Add("tanh_1")],
            "tanh_1 reads the output of relu_1, which dropout_1 overwrites: let tanh_1 read dropout_1, or put a",
        ),
        ([ReLU(), Dropout(0.5), Branch("relu_1"), Dropout(0.1), Add("dropout_1")], "dropout_. reads .* overwrites"),
    ],
)
def test_graphs_that_cannot_run(layers: list[Layer], words: str) -> None:
    """A ConfigError names the layers, and says what is expected, before anything is compiled."""
    with pytest.raises(ConfigError, match=words):
        Architecture(SHAPE, [*layers, Flatten(), Dense(3)])


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (
            [Conv2D(3, 3, padding=1), Add("input")],
            r"add_1 cannot .* same shape, got \(3, 4, 4\) and \(2, 4, 4\) from inp",
        ),
        (
            [Conv2D(3, 3), Concatenate("input")],
            r"the same rows and columns, got \(3, 2, 2\) and \(2, 4, 4\) from input",
        ),
        ([Flatten(), Concatenate("input")], r"got \(32,\) and \(2, 4, 4\) from input"),
        ([Flatten(), Branch("input"), Dense(3)], "dense_1 cannot follow"),
    ],
)
def test_shapes_that_do_not_fit(layers: list[Layer], words: str) -> None:
    """A ShapeError has both shapes, and the name of the other layer."""
    with pytest.raises(ShapeError, match=words):
        Architecture(SHAPE, [*layers, Flatten(), Dense(3)])


@pytest.mark.parametrize("layer", [Add("input"), Concatenate("input"), Branch("input")], ids=repr)
def test_a_layer_outside_of_a_network(layer: Layer) -> None:
    """It does not know the shape of the other output."""
    with pytest.raises(ConfigError, match="not known before it is in a network"):
        layer.output_shape((3,))


def test_hostile_layers_in_a_file_are_refused_or_sound() -> None:
    """References of any type, to any layer: the network of a file is refused by name, or it predicts."""
    network = Network(SHAPE, PARALLEL, seed=4)
    tensors, metadata, random = network.tensors(), network.metadata(), Random(5)
    junk: list[Any] = [None, -1, 10**12, "", "x" * 300, [], {}, True, 0.5, *network.names, "input", "dense_1.output"]
    refused = 0
    for _ in range(60):
        layers = json.loads(metadata["layers"])
        joins = [layer for layer in layers if "layer" in layer]
        random.choice(joins)["layer"] = random.choice(junk)
        if random.random() < 0.2:
            random.shuffle(layers)
        if random.random() < 0.2:
            random.choice(layers)["kind"] = random.choice(["Add", "Concatenate", "Branch", "Flatten"])
        try:
            found = Network.from_tensors(tensors, {**metadata, "layers": json.dumps(layers)})
        except ModelError:
            refused += 1
            continue
        assert found.logits(rows_of(IMAGE))
    assert 30 < refused < 60
