"""Layers are named in a person's words wherever the page names one."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from builder.paths import SOURCE
from widgets import catalogue
from widgets import layer_titles as untyped

from scnn.layers.registry import LAYERS, LOSSES

layer_titles: Any = untyped  # MicroPython reads it, too
ENGLISH = json.loads((SOURCE / "texts" / "en.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    catalogue.TEXTS.clear()
    catalogue.TEXTS.update(ENGLISH)
    yield
    catalogue.TEXTS.clear()


@pytest.mark.parametrize("kind", [kind.__name__ for kind in LAYERS if kind.__name__ not in LOSSES])
def test_every_layer_has_its_words_and_number(kind: str) -> None:
    """The library's name is the class in lower case, and a number; the words are those of the catalogue."""
    assert layer_titles.layer_title(f"{kind.lower()}_2") == f"{ENGLISH[f'layer.{kind}']} 2"


@pytest.mark.parametrize(
    ("name", "title"),
    [("softmaxcrossentropy_1", "Softmax"), ("own_1", "own_1"), ("image", "image"), ("", "")],
)
def test_other_names(name: str, title: str) -> None:
    """There is one loss; what is no layer of the library keeps its name."""
    assert layer_titles.layer_title(name) == title


def test_tensors() -> None:
    """Of the gradient check."""
    assert layer_titles.tensor_title("conv2d_2.weights") == "weights of Convolution 2"
    assert layer_titles.tensor_title("relu_1.output") == "output of ReLU 1"
    assert layer_titles.tensor_title("logits") == "logits"
    assert layer_titles.tensor_title("groupnorm_1.scale") == "scale of Group normalisation 1"
