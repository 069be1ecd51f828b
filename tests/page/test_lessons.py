"""What the place Learn shows: curves, steps and gradient checks are the engine's, and the network stays as it is."""

import json
from array import array
from collections.abc import Callable
from itertools import count
from math import prod
from random import Random
from typing import Any

import pytest

from scnn import Conv2D, Dense, Dropout, Flatten, MaxPool2D, Network, ReLU, kernels, load_digits
from scnn.compiler.reference.arithmetic import rounded
from scnn.data.dataset import Digits
from scnn.errors import ConfigError
from scnn.layers import Shape, call
from scnn.network.trace import NetworkTracer
from scnn.page.lessons import POINTS, Lessons
from scnn.plan import Call
from scnn.training import SGD, Trainer
from scnn.training.gradient_check import check_gradients

LAYERS = [Conv2D(3, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dropout(0.5), Dense(4)]
IMAGE = bytes(Random(5).randrange(256) for _ in range(64))
NUMBERS = [level / 255 for level in IMAGE]
LABEL = 2


def network() -> Network:
    return Network((1, 8, 8), LAYERS, seed=3, class_names="abcd")


def lessons(of: Network, label: int | None = LABEL, step: float = 0.004) -> Lessons:
    """With a clock that advances at every look."""
    ticks = count()
    return Lessons(lambda message: of, lambda message: (IMAGE, label), lambda: next(ticks) * step)


def asked(handler: Callable[[dict[str, Any]], dict[str, Any]], **message: object) -> dict[str, Any]:
    answer = handler(message)
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_gradients_are_drawn_from_right_to_left() -> None:
    """A sheet for the image and for each layer but the last, with the largest magnitude of the engine's gradient."""
    given = network()
    answer = asked(lessons(given).gradients)
    tracer = NetworkTracer(given)
    tracer.run(NUMBERS, LABEL)
    engine = tracer.engine
    assert [layer["name"] for layer in answer["layers"]] == ["image", *given.names[:-1]]
    buffers = ["d_input", "conv2d_1.d_output", "relu_1.d_output", "maxpool2d_1.d_output"]
    for layer, buffer in zip(answer["layers"], buffers, strict=False):
        assert layer["largest"] == max(map(abs, engine.read(buffer)))
        assert layer["picture"].startswith("data:image/png")
    assert answer["layers"][-1]["largest"] == max(map(abs, engine.read("d_logits")))
    assert (answer["class"], answer["loss"]) == ("c", engine.read("loss")[0])
    assert answer["probability"] == engine.read("probabilities")[LABEL]


@pytest.mark.parametrize(
    ("layer", "role", "element", "flat"),
    [
        ("conv2d_1", "weights", [1, 0, 2, 0], 9 + 6),
        ("conv2d_1", "bias", [2], 2),
        ("dense_1", "weights", [2, 7], 2 * 48 + 7),
        ("dense_1", "bias", [0], 0),
    ],
)
def test_the_loss_curve_is_the_engines(layer: str, role: str, element: list[int], flat: int) -> None:
    """At each point, loss and slope are those of a network that has this weight; the middle is the network itself."""
    given = network()
    before = given.fingerprint()
    answer = asked(lessons(given).loss_curve, layer=layer, role=role, element=element, span=0.5)
    own = given.parameters[f"{layer}.{role}"][flat]
    assert answer["values"][answer["middle"]] == own and len(answer["values"]) == POINTS
    assert answer["values"][0] == pytest.approx(own - 0.5) and answer["values"][-1] == pytest.approx(own + 0.5)
    changed = network()
    tracer = NetworkTracer(changed)
    for value, loss, slope in zip(answer["values"], answer["losses"], answer["gradients"], strict=True):
        changed.parameters[f"{layer}.{role}"][flat] = value
        tracer.run(NUMBERS, LABEL)
        assert loss == tracer.engine.read("loss")[0]
        assert slope == tracer.engine.read(f"{layer}.d_{role}")[flat]
    assert given.fingerprint() == before


def test_one_step_is_a_step_of_the_trainer() -> None:
    """The numbers before and after are those of a training with one image and one step."""
    given = network()
    plain = Network((1, 8, 8), [layer for layer in LAYERS if not isinstance(layer, Dropout)], class_names="abcd")
    for name, values in given.parameters.items():
        plain.parameters[name] = array("f", values)
    before = given.fingerprint()
    digits = Digits(IMAGE, bytes([LABEL]), 8, 8, tuple("abcd"))
    trainer = Trainer(plain, digits, None, epochs=1, optimiser=SGD(0.1), batch_size=1)
    for _ in trainer.run():
        pass
    tracer = NetworkTracer(given)
    tracer.run(NUMBERS, LABEL)
    for layer in ("conv2d_1", "dense_1"):
        answer = asked(lessons(given).one_step, layer=layer, learning_rate=0.1)
        assert (answer["class"], answer["learning_rate"]) == ("c", 0.1)
        moved = 0
        for role in ("weights", "bias"):
            old, new = given.parameters[f"{layer}.{role}"], plain.parameters[f"{layer}.{role}"]
            moved += sum(one != other for one, other in zip(old, new, strict=True))
        assert answer["moved"] == moved and len(answer["rows"]) == min(100, moved)
        assert answer["numbers"] == sum(len(given.parameters[f"{layer}.{role}"]) for role in ("weights", "bias"))
        sizes = [abs(row["after"] - row["before"]) for row in answer["rows"]]
        assert sizes == sorted(sizes, reverse=True) and sizes[-1] > 0
        for row in answer["rows"]:
            name = f"{layer}.{row['role']}"
            flat = 0
            for at, size in zip(row["at"], given.specifications()[name].shape, strict=True):
                flat = flat * size + at
            assert row["before"] == given.parameters[name][flat]
            assert row["after"] == plain.parameters[name][flat]
            assert row["gradient"] == tracer.engine.read(f"{layer}.d_{row['role']}")[flat]
            assert row["after"] == rounded(row["before"] - rounded(rounded(0.1) * row["gradient"]))
        assert [pictures["role"] for pictures in answer["pictures"]] == ["weights", "bias"]
        for pictures in answer["pictures"]:
            role = pictures.pop("role")
            name = f"{layer}.{role}"
            largest = {
                key: max(map(abs, values))
                for key, values in (
                    ("before", given.parameters[name]),
                    ("gradient", tracer.engine.read(f"{layer}.d_{role}")),
                    ("after", plain.parameters[name]),
                )
            }
            assert {key: picture["largest"] for key, picture in pictures.items()} == largest
        (untrained,), (trained,) = given.probabilities(IMAGE), plain.probabilities(IMAGE)
        assert (answer["before"]["probability"], answer["after"]["probability"]) == (untrained[LABEL], trained[LABEL])
        assert answer["before"]["loss"] == tracer.engine.read("loss")[0] > answer["after"]["loss"]
    assert given.fingerprint() == before


def test_the_hardest_sample_has_the_largest_loss() -> None:
    """Of the ten sample digits, those whose class the network knows."""
    given = Network((1, 28, 28), [Flatten(), Dense(3)], seed=1)
    digits = load_digits()[1]
    images = [digits.image(digits.labels.index(sample)) for sample in range(10)]
    of = Lessons(lambda message: given, lambda message: (images[message["sample"]], message["sample"]), lambda: 0.0)
    shares = [given.probabilities(images[sample])[0][sample] for sample in range(3)]
    assert asked(of.hardest_sample) == {"sample": shares.index(min(shares))}


def test_all_numbers_that_moved_can_be_asked_for() -> None:
    """Page by page; none comes twice."""
    of = lessons(network())
    first = asked(of.one_step, layer="dense_1", learning_rate=0.1)
    rest = asked(of.one_step, layer="dense_1", learning_rate=0.1, first=100)
    rows = first["rows"] + rest["rows"]
    assert len(rows) == first["moved"] > 100 and rest["first"] == 100
    assert rows[:7] == asked(of.one_step, layer="dense_1", learning_rate=0.1, count=7)["rows"]
    assert len({(row["role"], *row["at"]) for row in rows}) == len(rows)


def test_the_gradient_check_is_the_librarys() -> None:
    """In slices: the same results as in one go, and progress that ends at the total."""
    given = network()
    of = lessons(given)
    started = asked(of.check_gradients)
    checks, done, slices = [], [0], 0
    while True:
        answer = asked(of.advance_check, budget_ms=10)
        checks += answer["checks"]
        done.append(answer["done"])
        slices += 1
        if answer["complete"]:
            break
    assert slices > 5 and done == sorted(done) and done[-1] == started["total"] == answer["total"]
    report = check_gradients(given, NUMBERS, LABEL)
    assert [(one["name"], one["largest_error"], one["checked"]) for one in checks] == [
        (one.name, one.largest_error, one.checked) for one in report.checks
    ]
    assert all(one["verdict"] in ("passed", "not checked") for one in checks)
    assert any(one["verdict"] == "passed" for one in checks) and started["tolerance"] == report.tolerance
    with pytest.raises(ConfigError, match="there is no gradient check: start one first"):
        of.advance_check({"budget_ms": 10})


class Leaky(ReLU):
    """A ReLU whose backward pass lets everything through."""

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        assert input_gradient
        return [call(kernels.relu_forward, output="d_input", input="d_output", size=prod(shape))]


def test_a_wrong_gradient_fails() -> None:
    """The tensors whose gradients depend on the mistake fail; the others pass."""
    layers = [Leaky() if isinstance(layer, ReLU) else layer for layer in LAYERS]
    of = lessons(Network((1, 8, 8), layers, seed=3))
    asked(of.check_gradients)
    checks = asked(of.advance_check, budget_ms=1e9)["checks"]
    assert {one["name"] for one in checks if one["verdict"] == "failed"} >= {"conv2d_1.weights"}
    assert {one["name"] for one in checks if one["verdict"] == "passed"} >= {"dense_1.weights", "logits"}


@pytest.mark.parametrize(
    ("action", "message", "words"),
    [
        ("loss_curve", {"layer": "relu_1"}, "expected a layer with weights, conv2d_1 or dense_1, got 'relu_1'"),
        ("loss_curve", {"layer": "image"}, "expected a layer with weights"),
        ("loss_curve", {"layer": "dense_1", "role": "output"}, "expected weights or bias as the role, got 'output'"),
        ("loss_curve", {"layer": "dense_1", "role": "bias", "element": [4]}, "expected an element of 4 numbers"),
        (
            "loss_curve",
            {"layer": "dense_1", "role": "bias", "element": [0], "span": 0},
            "expected a span from 0.001 to 100, got 0",
        ),
        ("one_step", {"layer": "flatten_1"}, "expected a layer with weights"),
        ("one_step", {"layer": "dense_1"}, "the learning rate must be a number of at least 0, got None"),
        ("one_step", {"layer": "dense_1", "learning_rate": 0}, "the learning rate must be above 0"),
        ("one_step", {"layer": "dense_1", "learning_rate": 1, "first": -1}, "first must be an integer"),
        ("advance_check", {}, "the budget ms must be a number"),
    ],
)
def test_bad_messages_are_refused(action: str, message: dict[str, object], words: str) -> None:
    of = lessons(network())
    with pytest.raises(ConfigError, match=words):
        getattr(of, action)(message)


def test_an_image_without_a_class_has_no_loss() -> None:
    """Until the person says which class it is."""
    of = lessons(network(), None)
    tensors = [{"role": "weights", "shape": [3, 1, 3, 3]}, {"role": "bias", "shape": [3]}]
    facts = asked(of.gradients)
    assert facts["class"] is None and facts["classes"] == list("abcd") and "loss" not in facts
    assert facts["trained"][0] == {"name": "conv2d_1", "tensors": tensors}
    for handler, message in ((of.loss_curve, {"layer": "dense_1"}), (of.one_step, {}), (of.check_gradients, {})):
        with pytest.raises(ConfigError, match="choose the true class of the image first"):
            handler(message)
    assert asked(of.one_step, layer="dense_1", learning_rate=0.1, truth="a")["class"] == "a"
