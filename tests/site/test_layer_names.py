"""The editor's layers that read others keep reading the same ones, whatever is inserted, moved or removed."""

from typing import Any

import pytest
from widgets import layer_names as untyped

from scnn.layers.registry import layers_from_list
from scnn.network.architecture import Architecture

layer_names: Any = untyped  # MicroPython reads it, too


def layers_of(*words: str) -> list[dict[str, str]]:
    """A list such as ("ReLU", "Add relu_1")."""
    found = []
    for word in words:
        kind, _, name = word.partition(" ")
        found.append({"kind": kind, **({"layer": name} if name else {})})
    return found


def test_the_names_are_the_librarys() -> None:
    """Class and number, as in a network."""
    layers = layers_of("ReLU", "Branch input", "ReLU", "Add relu_1", "Flatten")
    network = Architecture((1, 4, 4), layers_from_list(layers))
    assert layer_names.names_of(layers) == ["input", *network.names[:-1]]
    assert [layer_names.position_of(name, layers) for name in ("input", "relu_2", "flatten_1", "dense_1")] == [
        0,
        3,
        5,
        0,
    ]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([0, 1, 2, 3], "relu_2"),
        ([1, 0, 2, 3], "relu_1"),  # moved before the other one
        ([1, 2, 3], "relu_1"),  # the first is gone
        ([0, 2, 3], "relu_1"),  # that which is read is gone: the one before it
        ([2, 3], "input"),
        ([0, 2, 1, 3], "relu_2"),
    ],
)
def test_changes_of_the_list(order: list[int], expected: str) -> None:
    """Equal layers are told apart."""
    before = layers_of("ReLU", "ReLU", "Tanh", "Add relu_2")
    after = [before[index] for index in order]
    layer_names.rename(before, after)
    assert after[-1]["layer"] == expected


def test_an_inserted_layer_and_a_name_that_no_layer_has() -> None:
    """A new layer moves the numbers of those after it; an unknown name stays, and the worker refuses it."""
    before = layers_of("ReLU", "Add relu_1", "Add relu_9")
    after = [*layers_of("ReLU"), *before]
    layer_names.rename(before, after)
    assert [layer.get("layer") for layer in after] == [None, None, "relu_2", "relu_9"]
