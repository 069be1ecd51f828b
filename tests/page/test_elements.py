"""Explanations of elements on the page: what they say about each kind of layer, and what is refused."""

import json

import pytest

from scnn import Network, load_digits
from scnn.compiler.reference.arithmetic import rounded
from scnn.errors import ConfigError
from scnn.experiments.presets import PRESETS
from scnn.page.elements import Elements
from scnn.page.sums import LARGEST, MAX_ROWS
from tests.page.explained import IMAGE, LAYERS, asked, elements, every, folded, value_at


@pytest.fixture(scope="module")
def small() -> Elements:
    """All kinds of layers: padding, a stride, several channels, dropout."""
    return elements(Network((2, 13, 13), LAYERS, seed=3, class_names="abcd"), IMAGE, 2)


def test_a_convolution_says_where_its_numbers_come_from(small: Elements) -> None:
    """The window's place in the layer before, with padding; the filter's weights; the window in each channel."""
    network = small.run({}).network
    answer = asked(small, "conv2d_1", [1, 0, 3])
    assert [column["tensor"] for column in answer["columns"]] == ["image", "weights"]
    assert answer["columns"][1]["layer"] == "conv2d_1"
    assert [row["at"] for row in answer["rows"][:3]] == [[[0, -1, 5 + j], [1, 0, 0, j]] for j in range(3)]
    assert [row["padding"] for row in answer["rows"]] == [True, True, True, *[False] * 6] * 2
    box = {"channel": None, "row": -1, "column": 5, "rows": 3, "columns": 3}
    assert answer["window"] == {"layer": "", "gradient": False, **box}
    for row in answer["rows"]:
        (channel, y, x), (filter, again, i, j) = row["at"]
        assert (channel, filter) == (again, 1)
        assert row["values"][1] == network.parameters["conv2d_1.weights"][((filter * 2 + channel) * 3 + i) * 3 + j]
        assert row["values"][0] == (0.0 if row["padding"] else rounded(IMAGE[(channel * 13 + y) * 13 + x] / 255))
    for channel in (0, 1):
        grid = asked(small, "conv2d_1", [1, 0, 3], channel=channel)["grid"]
        rows = answer["rows"][9 * channel : 9 * channel + 9]
        assert grid["input"] == [row["values"][0] for row in rows]
        assert grid["weights"] == [row["values"][1] for row in rows]
        assert grid["products"] == [row["product"] for row in rows]
        assert grid["sums"][channel] == pytest.approx(sum(grid["products"]), abs=1e-6)
    assert answer["grid"]["channel"] == max((0, 1), key=lambda at: abs(answer["grid"]["sums"][at]))


def test_a_maximum_says_who_won(small: Elements) -> None:
    """The window's numbers with their places; the first of the largest has won."""
    tracer = small.run({})
    for element in every((2, 1, 1)):
        answer = asked(small, "maxpool2d_1", element)
        values = [row["values"][0] for row in answer["rows"]]
        assert [row["at"][0] for row in answer["rows"]] == [[element[0], i, j] for i in (0, 1) for j in (0, 1)]
        assert values == [
            value_at(tracer.engine, "conv2d_2.output", row["at"][0], (2, 5, 5)) for row in answer["rows"]
        ]
        assert [row["won"] for row in answer["rows"]].index(True) == values.index(max(values))
        assert [row["won"] for row in answer["rows"]].count(True) == 1 and answer["value"] == max(values)
        assert answer["columns"][0]["layer"] == "conv2d_2"


def test_softmax_divides_exponentials_by_their_sum(small: Elements) -> None:
    """The power of each class is exp(logit - largest logit); their sum is in the foot."""
    tracer = small.run({})
    for k in range(4):
        answer = asked(small, "softmaxcrossentropy_1", [k])
        powers = [row["product"] for row in answer["rows"]]
        assert [row["values"][0] for row in answer["rows"]] == list(tracer.engine.read("logits"))
        assert max(powers) == 1 and answer["power"] == powers[k]
        total = 0.0
        for power in powers:
            total = rounded(total + power)
        assert answer["total"] == total and answer["value"] == rounded(powers[k] / total)


def test_flatten_and_dropout_pass_numbers_on(small: Elements) -> None:
    """Unit 1 after them is the pixel of the second map before them."""
    for name in ("flatten_1", "dropout_1"):
        answer = asked(small, name, [5])
        assert answer["origin"] == {"tensor": "output", "layer": "maxpool2d_1", "at": [1, 0, 1]}
        assert answer["value"] == asked(small, "maxpool2d_1", [1, 0, 1])["value"]
        with pytest.raises(ConfigError, match=f"no kernel computes {name}"):
            small.element_steps({"layer": name, "element": [5], "first": 0, "count": 10})


def test_a_long_sum_is_shortened_to_its_largest_products() -> None:
    """One row has the rest; together they are the sum. `everything` asks for all rows."""
    preset = PRESETS["mnist"]
    training, _ = load_digits()
    network = Network(preset.input_shape, preset.layers, seed=1)
    whole = elements(network, training.image(7))
    short = asked(whole, "dense_1", [4])
    everything = asked(whole, "dense_1", [4], everything=True)
    assert everything["rest"] is None and len(everything["rows"]) == short["terms"] == 784 > MAX_ROWS
    last = asked(whole, "dense_1", [4], everything=True, first=700)
    assert last["rows"] == everything["rows"][700:] and last["total"] == everything["total"]
    assert asked(whole, "dense_1", [4], everything=True, first=100)["rows"] == everything["rows"][100:200]
    assert len(short["rows"]) == LARGEST and short["rest"]["count"] == 784 - LARGEST
    sizes = sorted((abs(row["product"]) for row in everything["rows"]), reverse=True)
    assert [abs(row["product"]) for row in short["rows"]] == sizes[:LARGEST]
    added = sum(row["product"] for row in short["rows"]) + short["rest"]["value"]
    assert added == pytest.approx(short["total"], abs=1e-5)
    assert short["total"] == everything["total"] == folded(everything)


def test_the_steps_are_the_kernels_lines(small: Elements) -> None:
    """Each step has its line in the source text, the name that it assigned, and the values of its names."""
    message = {"layer": "conv2d_1", "element": [1, 2, 3], "first": 0, "count": 100}
    answer = small.element_steps(message)
    assert json.loads(json.dumps(answer)) == answer
    source = answer["sources"][0]
    assert (source["kernel"], source["file"]) == ("conv2d_forward", "kernels/convolution.py")
    assert answer["count"] == len(answer["steps"]) == 1 + 2 * 3 * (2 + 3) + 1
    for step in answer["steps"]:
        line = source["lines"][step["line"] - source["first_line"]]
        assert step["name"].split("[")[0] in line
    assert answer["steps"][-1]["value"] == asked(small, "conv2d_1", [1, 2, 3])["value"]
    part = small.element_steps({**message, "first": 5, "count": 3})
    assert part["steps"] == answer["steps"][5:8]
    softmax = small.element_steps({**message, "layer": "softmaxcrossentropy_1", "element": [1]})
    assert [one["kernel"] for one in softmax["sources"]] == ["softmax_forward", "exp"]
    back = small.element_steps(
        {**message, "layer": "conv2d_2", "element": [0, 1, 1, 1], "role": "weights", "backward": True}
    )
    assert back["sources"][0]["kernel"] == "conv2d_backward_weights"


def test_the_image_is_a_layer_too(small: Elements) -> None:
    answer = asked(small, "image", [1, 2, 3])
    assert answer["form"] == "pixel" and answer["value"] == rounded(IMAGE[169 + 29] / 255)


def test_the_largest_number_is_explained_by_default(small: Elements) -> None:
    """Of the first layer, or of the layer that the message names; forward and backward."""
    tracer = small.run({})
    for backward, buffer in ((False, "conv2d_1.output"), (True, "conv2d_1.d_output")):
        answer = small.element({"backward": backward})
        assert (answer["layer"], answer["backward"]) == ("conv2d_1", backward)
        assert abs(answer["value"]) == max(map(abs, tracer.engine.read(buffer)))
    for layer, role, buffer in (("dense_1", "weights", "dense_1.d_weights"), ("image", "output", "d_input")):
        answer = small.element({"layer": layer, "role": role, "backward": True})
        assert abs(answer["value"]) == max(map(abs, tracer.engine.read(buffer)))
    probability = small.element({"layer": "softmaxcrossentropy_1"})["value"]
    assert probability == max(tracer.engine.read("probabilities"))
    last = small.element({"layer": "softmaxcrossentropy_1", "backward": True})
    assert abs(last["value"]) == max(map(abs, tracer.engine.read("d_logits")))


def test_the_tracer_follows_the_network_and_the_image() -> None:
    """New weights or another image: other numbers; the same again: the same trace."""
    network = Network((2, 13, 13), LAYERS, seed=3)
    of = elements(network, IMAGE, 0)
    before = asked(of, "dense_2", [1])["value"]
    network.parameters["dense_2.bias"][1] += 1
    assert asked(of, "dense_2", [1])["value"] == pytest.approx(before + 1, abs=1e-5)
    of.subject_of = lambda message: (bytes(2 * 13 * 13), 0)
    assert asked(of, "dense_2", [1])["value"] != pytest.approx(before + 1, abs=1e-5)
    fingerprint = network.fingerprint()
    asked(of, "conv2d_1", [0, 0, 0, 0], role="weights", backward=True)
    assert network.fingerprint() == fingerprint


def test_a_network_that_has_diverged_is_explained() -> None:
    """NaN and infinity come as words, which JSON can carry."""
    network = Network((2, 13, 13), LAYERS, seed=3)
    network.parameters["dense_2.bias"][1] = float("inf")
    of = elements(network, IMAGE, 0)
    assert asked(of, "dense_2", [1])["value"] == "∞"
    assert asked(of, "softmaxcrossentropy_1", [1])["value"] == "NaN"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"layer": "conv9", "element": [0]}, "expected a layer of the network, image, conv2d_1.*got 'conv9'"),
        ({"layer": "conv2d_1", "element": [0, 0]}, r"expected an element of 3 × 7 × 7 numbers.*got \[0, 0\]"),
        ({"layer": "conv2d_1", "element": [3, 0, 0]}, "expected an element of 3 × 7 × 7"),
        ({"layer": "conv2d_1", "element": [0, 0, -1]}, "expected an element of 3 × 7 × 7"),
        ({"layer": "conv2d_1", "element": [0, 0, 1.5]}, "expected an element of 3 × 7 × 7"),
        ({"layer": "conv2d_1", "element": "0"}, "got '0'"),
        ({"layer": "image", "role": "bias", "backward": True}, "expected output as the role of a gradient of image"),
        ({"layer": "conv2d_1", "element": [0, 0, 0], "channel": 2}, "channel must be an integer from 0 to 1, got 2"),
        ({"layer": "relu_1", "element": [0], "role": "weights", "backward": True}, "expected output as the role"),
        ({"layer": "dense_1", "element": [0], "role": "x", "backward": True}, "expected output or weights or bias"),
        ({"layer": "dense_1", "element": [0], "truth": "7"}, "expected the true class, one of a, b, c, d, got '7'"),
    ],
)
def test_bad_messages_are_refused(small: Elements, message: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        small.element(message)


def test_a_gradient_needs_the_true_class() -> None:
    """A drawing has none until the person says it; the class of a test image may be unknown to the network."""
    network = Network((2, 13, 13), LAYERS, seed=3, class_names="abcd")
    message = {"layer": "dense_2", "element": [1], "backward": True}
    with pytest.raises(ConfigError, match="choose the true class of the image first"):
        elements(network, IMAGE).element(message)
    with pytest.raises(ConfigError, match="does not know the class of this image; it knows a, b, c, d"):
        elements(network, IMAGE, 7).element(message)
    chosen = elements(network, IMAGE).element({**message, "truth": "b"})
    assert chosen["truth"] == 1 and chosen["value"] == rounded(chosen["probability"] - 1)
