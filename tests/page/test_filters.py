"""Filters made by hand: every map is the engine's convolution."""

import json
from typing import Any

import pytest

from scnn import Conv2D, Dense, Flatten, Network, load_digits
from scnn.compiler.reference.arithmetic import rounded
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ShapeError
from scnn.page.filters import MAX_PADDING, MAX_STRIDE, PRESETS, Filters

IMAGE = load_digits()[1].image(3)


def filters() -> Filters:
    network = Network((1, 28, 28), [Flatten(), Dense(2)], seed=1)  # only its input shape matters
    return Filters(lambda message: network, lambda message: (IMAGE, 0))


def asked(of: Filters, **message: object) -> dict[str, Any]:
    answer = of.filter(message)
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_identity_gives_the_image_itself() -> None:
    answer = asked(filters(), weights=PRESETS["identity"], padding=1)
    assert answer["values"] == [rounded(level / 255) for level in IMAGE]
    assert (answer["rows"], answer["columns"]) == (28, 28)


@pytest.mark.parametrize("stride", range(1, MAX_STRIDE + 1))
@pytest.mark.parametrize("padding", range(MAX_PADDING + 1))
def test_the_map_is_the_engines(stride: int, padding: int) -> None:
    """Every preset, stride and padding, on one object: the size is that of the formula, each number a network's."""
    of = filters()
    for preset in of.filter_presets({})["presets"]:
        name, weights = preset["name"], preset["weights"]
        answer = asked(of, weights=weights, stride=stride, padding=padding)
        side = (28 + 2 * padding - 3) // stride + 1
        assert (answer["rows"], answer["columns"]) == (side, side), name
        flat = [weight for row in weights for weight in row]
        layers = [Conv2D(1, 3, stride=stride, padding=padding), Flatten(), Dense(2)]
        parameters = {
            "conv2d_1.weights": flat,
            "conv2d_1.bias": [0.0],
            "dense_1.weights": [0.0] * (2 * side**2),
            "dense_1.bias": [0.0] * 2,
        }
        network = Network((1, 28, 28), layers, parameters=parameters)
        (values,) = network.outputs(IMAGE, "conv2d_1.output", compiled)
        assert answer["values"] == values
        assert abs(answer["element"]["value"]) == max(map(abs, values)) == answer["largest"]


def test_an_element_of_the_map_is_explained() -> None:
    """The window of the image times the filter, as for any convolution."""
    weights = [[0.5, -1.0], [2.0, 0.25]]
    of = filters()
    answer = asked(of, weights=weights, stride=2, element=[5, 6])
    explained = answer["element"]
    assert explained["value"] == answer["values"][5 * answer["columns"] + 6]
    assert [row["values"] for row in explained["rows"]] == [
        [rounded(IMAGE[(10 + i) * 28 + 12 + j] / 255), weights[i][j]] for i in (0, 1) for j in (0, 1)
    ]
    assert explained["grid"]["weights"] == [0.5, -1.0, 2.0, 0.25]
    changed = asked(of, weights=[[0.0, 0.0], [0.0, 1.0]], stride=2, element=[5, 6])
    assert changed["element"]["value"] == rounded(IMAGE[11 * 28 + 13] / 255)


def test_the_lines_of_a_hand_made_filter() -> None:
    """Its kernel is the one of every convolution."""
    message = {"weights": [[0.5]], "element": [5, 6], "first": 0, "count": 100}
    answer = filters().filter_steps(message)
    assert answer["sources"][0]["kernel"] == "conv2d_forward"
    assert answer["steps"][-1]["value"] == rounded(0.5 * rounded(IMAGE[5 * 28 + 6] / 255))


@pytest.mark.parametrize(
    ("message", "error", "words"),
    [
        ({}, ShapeError, "expected weights as 1 to 7 rows of numbers, got None"),
        ({"weights": []}, ShapeError, "expected weights as 1 to 7 rows"),
        ({"weights": [[1.0, 2.0]]}, ShapeError, r"expected 1 weights in each row.*got \[1.0, 2.0\]"),
        ({"weights": [["x"]]}, ConfigError, "expected a weight from -1000 to 1000, got 'x'"),
        ({"weights": [[float("nan")]]}, ConfigError, "got nan"),
        ({"weights": [[2000]]}, ConfigError, "got 2000"),
        ({"weights": [[1]], "stride": 4}, ConfigError, "the stride must be an integer from 1 to 3, got 4"),
        ({"weights": [[1]], "padding": -1}, ConfigError, "the padding must be an integer from 0 to 2, got -1"),
        ({"weights": [[1]], "element": [28, 0]}, ConfigError, "expected an element of 28 × 28 numbers"),
    ],
)
def test_bad_filters_are_refused(message: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        filters().filter(message)
