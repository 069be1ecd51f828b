"""Explanations of all elements of a network: every number is the engine's, and the sums are its sums, to the bit."""

import pytest

from scnn import Conv2D, Dense, Flatten, Network
from scnn.compiler.reference.arithmetic import rounded
from scnn.layers import AveragePool2D, GlobalAveragePool, LeakyReLU, Sigmoid, SiLU, Tanh
from scnn.network.lowering import activation, gradient
from scnn.page.elements import Elements
from tests.page.explained import IMAGE, LAYERS, asked, elements, every, folded, value_at


@pytest.fixture(scope="module")
def small() -> Elements:
    """All kinds of layers: padding, a stride, several channels, dropout."""
    return elements(Network((2, 13, 13), LAYERS, seed=3, class_names="abcd"), IMAGE, 2)


def test_every_element_of_every_layer_is_the_engines(small: Elements) -> None:
    """Forward, for all elements: the value is the engine's, and each sum adds up to it."""
    tracer = small.run({})
    network = tracer.network
    forms = []
    for at, name in enumerate(network.names):
        shape = network.shapes[at + 1]
        for element in every(shape):
            answer = asked(small, name, element, everything=True)
            assert answer["value"] == value_at(tracer.engine, activation(network, at + 1), element, shape)
            if answer["form"] == "sum":
                bias = answer["bias"]["value"]
                assert bias == network.parameters[f"{name}.bias"][element[0]]
                total = folded(answer)
                assert total == answer["total"]
                assert answer["value"] == (total if answer["start"] == bias else rounded(total + bias))
        forms.append(answer["form"])
    assert forms == ["sum", "rectified", "sum", "maximum", "same", "same", "sum", "rectified", "sum", "softmax"]


def test_every_gradient_of_every_layer_is_the_engines(small: Elements) -> None:
    """Backward, for all elements of all outputs, of the image, and of the parameters."""
    tracer = small.run({})
    network, engine = tracer.network, tracer.engine
    outputs = [("image", "output", network.input_shape, gradient("input"))]
    for at, name in enumerate(network.names):
        buffer = gradient(activation(network, min(at + 1, len(network.layers) - 1)))
        outputs.append((name, "output", network.shapes[at + 1], buffer))
        for role, parameter in network.layers[at].parameters(network.shapes[at]).items():
            outputs.append((name, role, parameter.shape, gradient(f"{name}.{role}")))
    forms = set()
    for layer, role, shape, buffer in outputs:
        values = engine.read(buffer)
        for flat, element in enumerate(every(shape)):
            answer = asked(small, layer, element, role=role, backward=True, everything=True)
            assert answer["value"] == values[flat], (layer, role, element)
            if answer["form"] == "sum":
                assert folded(answer) == answer["total"] == answer["value"]
            elif answer["form"] == "difference":
                assert answer["value"] == rounded(answer["probability"] - answer["truth"])
            elif answer["form"] == "gate":
                (input, arriving) = answer["rows"][0]["values"]
                assert answer["value"] == (arriving if input > 0 else 0.0)
            else:
                assert answer["form"] == "nothing" and answer["value"] == 0
            forms.add(answer["form"])
    assert forms == {"sum", "difference", "gate", "nothing"}


def test_layers_with_derived_gradients_are_explained() -> None:
    """Other activations by what they read, averages as sums; all values are the engine's."""
    layers = [Conv2D(2, 3), LeakyReLU(), AveragePool2D(2), Sigmoid(), Tanh(), SiLU(), GlobalAveragePool(), Flatten()]
    network = Network((2, 13, 13), [*layers, Dense(3)], seed=1)
    of = elements(network, IMAGE, 1)
    engine = of.run({}).engine
    forms: dict[tuple[str, bool], str] = {}
    for at, name in enumerate(network.names[:-1]):
        shape = network.shapes[at + 1]
        for backward in (False, True):
            buffer = activation(network, at + 1)
            values = engine.read(gradient(buffer) if backward else buffer)
            for flat, element in enumerate(every(shape)):
                answer = asked(of, name, element, backward=backward)
                assert answer["value"] == values[flat], (name, element, backward)
                forms.setdefault((name.partition("_")[0], backward), answer["form"])
            if not network.layers[at].shares_memory:
                of.element_steps({"layer": name, "element": element, "first": 0, "count": 9, "backward": backward})
    assert (forms["leakyrelu", False], forms["averagepool2d", False]) == ("steps", "sum")
    read = asked(of, "tanh_1", [0, 1, 1])["rows"]
    assert [(row["column"]["layer"], row["at"]) for row in read] == [("sigmoid_1", [[0, 1, 1]])]
