"""Layers in addresses: every kind goes there and back, and old addresses keep their meaning."""

from typing import Any

import pytest
from widgets import layer_words as untyped
from widgets.layer_words import KINDS, LETTERS

from scnn.layers.registry import LAYERS, LOSSES, layers_from_list

words: Any = untyped  # the page's own modules have no types
PRESET = "conv-8-5-1-2_relu_pool-2_conv-16-5-1-2_drop-0.25_mean-3-2_flat_dense-10"


def test_the_page_knows_every_layer() -> None:
    """The kinds are those of files, but for the loss; each has letters of its own."""
    assert {*KINDS} - {"Own"} == {kind.__name__ for kind in LAYERS} - {*LOSSES}
    assert {*LETTERS} == {*KINDS} and len({*LETTERS.values()}) == len(LETTERS)


def test_a_word_there_and_back() -> None:
    """Settings at the end that have their defaults are left out, as they were before there were more."""
    layers = words.layers_of(PRESET)
    assert layers[0] == {
        "kind": "Conv2D",
        "filters": 8,
        "kernel_size": 5,
        "stride": 1,
        "padding": 2,
        "dilation": 1,
        "groups": 1,
    }
    assert layers[2] == {"kind": "MaxPool2D", "size": 2, "stride": 2, "padding": 0}
    assert words.word_of(layers) == PRESET
    for word in (
        "conv-8-3-1-1-1-8",
        "pool-3-3-1",
        "standard-0.1,0.2,0.3-0.5",
        "convt-4-3-2-1-1",
        "standard-0.5-0.25",
        "conv-8-3-1-1_from-0_relu_add-1_cat-3",
    ):
        assert words.word_of(words.layers_of(word)) == word


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Own"])
def test_the_library_takes_what_the_page_makes(kind: str) -> None:
    """The defaults of each kind are settings that the library accepts, and means."""
    layer = words.layer_of(kind, ["8"] if kind in ("Dense", "Conv2D", "ConvTranspose2D") else [])
    (made,) = layers_from_list([layer])
    again: dict[str, Any] = words.completed({"kind": kind, **vars(made)})
    assert words.word_of([again]) == words.word_of([layer])


@pytest.mark.parametrize(
    "word",
    [
        "",
        "conv",
        "conv-8",
        "conv-8-5-1-2-1-1-1",
        "conv-8-5-1-x",
        "conv-99-3-1-1",
        "drop-nan",
        "standard-0.5-0",
        "add",
        "add-x",
        "add--1",
        "cat-1-2",
    ],
)
def test_invalid_words(word: str) -> None:
    """Unknown kinds, missing, superfluous and impossible settings are refused."""
    assert words.layers_of(word) is None


def test_numbers_that_are_typed() -> None:
    """A setting in whole steps is an integer; commas make a list."""
    assert words.number("3", 1) == 3 and words.number("0.5,1", "any") == [0.5, 1.0] and words.number("x", 1) is None
    assert isinstance(words.number("3", 0.1), float)
