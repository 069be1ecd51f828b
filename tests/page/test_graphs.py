"""Networks with branches on the page: described, drawn, explained, trained, saved and opened, as the page asks."""

import re
from random import Random
from typing import Any

import pytest

from scnn.engines.wasm import compiled
from scnn.layers.layer import Layer
from scnn.network.network import Network
from scnn.page.elements import Elements
from scnn.page.kernel_check import small_network
from scnn.page.session import Session
from tests.network.graphs import GRAPHS, PARALLEL, RESIDUAL, SHAPE

IMAGE = bytes(Random(5).randrange(256) for _ in range(32))
LAYERS = [
    {"kind": "Conv2D", "filters": 4, "kernel_size": 3, "stride": 2, "padding": 1},
    {"kind": "ReLU"},
    {"kind": "Conv2D", "filters": 4, "kernel_size": 3, "padding": 1},
    {"kind": "Add", "layer": "relu_1"},
    {"kind": "ReLU"},
    {"kind": "Branch", "layer": "relu_1"},
    {"kind": "MaxPool2D", "size": 3, "stride": 1},
    {"kind": "Flatten"},
    {"kind": "Branch", "layer": "relu_2"},
    {"kind": "Flatten"},
    {"kind": "Concatenate", "layer": "flatten_1"},
    {"kind": "Dense", "units": 10},
]
EXPERIMENT: dict[str, Any] = {"experiment": "mnist", "per_class": 10, "epochs": 1, "layers": LAYERS, "seed": 3}


def elements_of(network: Network) -> Elements:
    return Elements(lambda message: network, lambda message: (IMAGE, 1))


@pytest.mark.parametrize("layers", GRAPHS.values(), ids=GRAPHS)
def test_every_number_is_explained(layers: list[Layer]) -> None:
    """Each layer's output and gradient has a form, the engine's value, and steps where a kernel computed it."""
    network = Network(SHAPE, layers, seed=3)
    elements = elements_of(network)
    for name in ("image", *network.names[:-1]):
        for backward in (False, True):
            answer = elements.element({"layer": name, "backward": backward})
            assert answer["form"] not in (None, "nothing") and isinstance(answer["value"], float), (name, backward)
            if answer["form"] not in ("same", "pixel"):
                message = {"layer": name, "element": answer["index"], "backward": backward, "first": 0, "count": 9}
                assert elements.element_steps(message)["steps"], (name, backward)


def test_the_gradient_of_an_output_that_is_read_twice() -> None:
    """A row for each layer that reads it, in the order of the backward pass; the values add up in float32."""
    answer = elements_of(Network(SHAPE, RESIDUAL, seed=3)).element({"layer": "relu_1", "backward": True})
    assert answer["form"] == "gradients" and answer["kernel"] == "add_gradient"
    assert [row["column"]["layer"] for row in answer["rows"]] == ["add_1", "conv2d_2"]
    assert sum(row["values"][0] for row in answer["rows"]) == pytest.approx(answer["value"], rel=1e-6)
    assert all(row["values"][0] for row in answer["rows"])


def test_both_parts_of_a_concatenation() -> None:
    """Each element says from which of the two layers it comes."""
    elements = elements_of(Network(SHAPE, PARALLEL, seed=3))
    first, last = (elements.element({"layer": "concatenate_1", "element": [map_, 1, 1]}) for map_ in (0, 5))
    assert [row["column"]["layer"] for row in first["rows"]] == ["tanh_1"] and first["rows"][0]["at"] == [[0, 1, 1]]
    assert [row["column"]["layer"] for row in last["rows"]] == ["conv2d_3"] and last["rows"][0]["at"] == [[2, 1, 1]]


def test_a_session_with_branches() -> None:
    """It describes, trains and draws; its file opens with the same weights; its kernels are listed."""
    session = Session(lambda: 0.0, {"compiled": compiled})
    described = session.handle({"action": "describe", **EXPERIMENT})["described"]
    reads = {layer["name"]: layer["reads"] for layer in described if layer["reads"]}
    assert reads == {
        "add_1": ["conv2d_2", "relu_1"],
        "branch_1": ["relu_1"],
        "branch_2": ["relu_2"],
        "concatenate_1": ["flatten_2", "flatten_1"],
    }
    session.handle({"action": "start", **EXPERIMENT})
    while not session.handle({"action": "advance", "budget_ms": 1000})["finished"]:
        pass
    diagram = session.handle({"action": "diagram", "sample": 4, "details": True})
    assert [layer["name"] for layer in diagram["layers"]] == [layer["name"] for layer in described]
    assert diagram["saliency"]["largest"] > 0 and diagram["layers"][3]["shape"] == [4, 14, 14]
    assert session.run
    opened = Session(lambda: 0.0, {"compiled": compiled})
    opened.handle({"action": "open", "data": session.checkpoint_file()})
    assert opened.run and opened.run.network.fingerprint() == session.run.network.fingerprint()
    kernels = session.handle({"action": "kernels", **EXPERIMENT})
    called = {kernel["name"] for group in kernels["groups"] for kernel in group["kernels"]}
    assert {"add_forward", "add_backward_other", "add_gradient", "concatenate_forward"} <= called


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"kind": "Add", "layer": "relu_7"}, "add_1: 'relu_7' is no layer of the network; expected one of: input"),
        ({"kind": "Add", "layer": "input"}, "add_1 cannot follow .* same shape"),
        ({"kind": "Add"}, "layer"),
        ({"kind": "Add", "layer": 2}, "layer must be of type str"),
    ],
)
def test_refusals_reach_the_page(layer: dict[str, Any], words: str) -> None:
    """The editor shows the message of a network that cannot be."""
    session = Session(lambda: 0.0, {"compiled": compiled})
    answer = session.handle({"action": "describe", **EXPERIMENT, "layers": [*LAYERS[:3], layer, *LAYERS[7::4]]})
    assert answer["error"]["name"] in ("ConfigError", "ShapeError")
    assert re.search(words, answer["error"]["message"]), answer


def test_the_small_network_of_a_kernel_check() -> None:
    """Filters that do not fit together once they are fewer: then the network keeps its size."""
    network = Network(SHAPE, [*RESIDUAL[:6], *RESIDUAL[7:]], seed=1)
    assert small_network(network).names == network.names
