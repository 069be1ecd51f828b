"""Softmax and cross-entropy: probabilities, loss and gradient on every engine."""

import math
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.kernels.loss import EPSILON
from scnn.layers import SoftmaxCrossEntropy
from scnn.layers.layer import Layer, Shape
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
