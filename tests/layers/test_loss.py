"""Losses: probabilities, loss and gradient on every engine, also against PyTorch's (fixtures/make_losses.py)."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.errors import ConfigError
from scnn.kernels.loss import EPSILON
from scnn.layers import MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.layer import Layer, Shape
from scnn.layers.loss import Loss
from scnn.layers.registry import LAYERS, LOSSES
from scnn.settings import from_dict
from tests.layers.bench import BENCHES, Bench, Numbers, OnLists, differences, forward, on_every_bench


@settings(max_examples=40, deadline=None)
@given(classes=st.integers(2, 12), seed=st.integers(0, 2**32 - 1))
def test_softmax_cross_entropy_gradients(classes: int, seed: int) -> None:
    """∂L/∂z = P - T agrees with finite differences of L = -log(P[k] + ε) to the accuracy of our exp and log; and to
    float32's accuracy with the platform's exp, on every engine."""
    random = Random(seed)
    logits = [random.uniform(-3, 3) for _ in range(classes)]
    label = random.randrange(classes)
    reference = OnLists(SoftmaxCrossEntropy(), (classes,))
    reference.write("label", [label])

    def loss(values: Numbers) -> float:
        forward(reference, values)
        reference.run("loss")
        return reference.read("loss")[0]

    total = sum(map(math.exp, logits))
    expected = [math.exp(logit) / total - (index == label) for index, logit in enumerate(logits)]
    assert expected == pytest.approx(differences(logits, loss, step=1e-3), abs=1e-4)
    for name, bench_of in BENCHES.items():
        bench = bench_of(SoftmaxCrossEntropy(), (classes,))
        bench.write("label", [label])
        forward(bench, logits)
        bench.run("loss")
        bench.run("backward")
        assert bench.read("d_input") == pytest.approx(expected, abs=1e-6), name
        assert bench.read("loss")[0] == pytest.approx(-math.log(expected[label] + 1 + EPSILON), abs=2e-6), name


@on_every_bench
@pytest.mark.parametrize("size", [1.0, 80.0, 1e4, 1e30])
def test_softmax_cross_entropy_is_stable(bench_of: Callable[[Layer, Shape], Bench], size: float) -> None:
    """Logits of any size give probabilities that sum to one, and a finite loss."""
    bench = bench_of(SoftmaxCrossEntropy(), (3,))
    for label in range(3):
        bench.write("label", [label])
        probabilities = forward(bench, [size, -size, 0.0])
        bench.run("loss")
        assert sum(probabilities) == pytest.approx(1.0, abs=1e-6)
        assert 0.0 <= bench.read("loss")[0] + EPSILON <= 18.5
        bench.run("backward")
        assert bench.read("d_input") == pytest.approx([p - (k == label) for k, p in enumerate(probabilities)])


CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "losses.json").read_text())
OTHERS: list[Loss] = [SoftmaxCrossEntropy(0.05), SoftmaxCrossEntropy(0.7), SquaredHinge(), MeanSquaredError()]


@on_every_bench
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_losses_agree_with_pytorch(case: dict[str, Any], bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Loss and gradient, to float32. Cross-entropy without smoothing adds ε to the probability."""
    expected = case["loss"]
    if case["layer"] == {"kind": "SoftmaxCrossEntropy"}:
        expected = -math.log(math.exp(-expected) + EPSILON)
    bench = bench_of(from_dict(case["layer"], LAYERS), (len(case["logits"]),))
    bench.write("label", [case["label"]])
    forward(bench, case["logits"])
    bench.run("loss")
    bench.run("backward")
    assert bench.read("loss")[0] == pytest.approx(expected, rel=2e-6, abs=2e-7)
    assert bench.read("d_input") == pytest.approx(case["gradient"], rel=2e-6, abs=2e-7)


def test_every_loss_has_a_case() -> None:
    """The test above leaves out no loss that files may name."""
    assert {case["layer"]["kind"] for case in CASES} == set(LOSSES)


@settings(max_examples=12, deadline=None)
@given(loss=st.sampled_from(OTHERS), classes=st.integers(2, 12), seed=st.integers(0, 2**32 - 1))
def test_gradients_of_other_losses(loss: Loss, classes: int, seed: int) -> None:
    """They agree with finite differences of the loss, and engines agree with one another to float32."""
    random = Random(seed)
    logits, label = [random.uniform(-3, 3) for _ in range(classes)], random.randrange(classes)
    reference = OnLists(loss, (classes,))
    reference.write("label", [label])

    def loss_of(values: Numbers) -> float:
        forward(reference, values)
        reference.run("loss")
        return reference.read("loss")[0]

    expected = differences(logits, loss_of, step=1e-3)
    found = {}
    for name, bench_of in BENCHES.items():
        bench = bench_of(loss, (classes,))
        bench.write("label", [label])
        forward(bench, logits)
        bench.run("loss")
        bench.run("backward")
        assert bench.read("d_input") == pytest.approx(expected, abs=2e-3), name  # near a kink of the hinge
        found[name] = bench.read("loss") + bench.read("d_input")
        assert found[name] == pytest.approx(found["lists"], rel=2e-6, abs=2e-6), name


@on_every_bench
@pytest.mark.parametrize("loss", OTHERS, ids=repr)
def test_probabilities_are_those_of_the_softmax(loss: Loss, bench_of: Callable[[Layer, Shape], Bench]) -> None:
    """Every loss predicts by the same softmax, also for large scores."""
    for scores in ([0.5, -1.5, 2.0], [1e4, -1e4, 0.0]):
        assert forward(bench_of(loss, (3,)), scores) == forward(bench_of(SoftmaxCrossEntropy(), (3,)), scores)


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), *OTHERS], ids=repr)
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_the_loss_of_chance_and_the_least(loss: Loss, classes: int) -> None:
    """`of_chance` is the smallest mean loss of one vector of scores for all labels; `least` that of the best scores
    for each label. Found by gradient descent on the kernels themselves."""

    def mean_loss(scores: list[Numbers], step: float) -> float:
        """Takes a step for each vector, with the mean gradient over its labels; returns the mean loss before it."""
        total = 0.0
        for at, vector in enumerate(scores):
            labels = [at] if len(scores) > 1 else range(classes)
            bench = OnLists(loss, (classes,))
            gradient = [0.0] * classes
            for label in labels:
                bench.write("label", [label])
                forward(bench, vector)
                bench.run("loss")
                bench.run("backward")
                total += bench.read("loss")[0]
                gradient = [
                    one + other / len(labels) for one, other in zip(gradient, bench.read("d_input"), strict=True)
                ]
            vector[:] = [score - step * one for score, one in zip(vector, gradient, strict=True)]
        return total / classes

    for scores, expected in (
        ([[0.0] * classes], loss.of_chance(classes)),
        ([[5.0 * (k == label) for k in range(classes)] for label in range(classes)], loss.least(classes)),
    ):
        for _ in range(400):
            found = mean_loss(scores, 1.0)
        assert found == pytest.approx(expected, abs=4e-3)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan"), float("inf"), "0.1", None])
def test_smoothing_out_of_range(smoothing: Any) -> None:
    """It is a share of at least 0 and below 1."""
    with pytest.raises(ConfigError, match="smoothing must be a number from 0 to below 1"):
        SoftmaxCrossEntropy(smoothing)
