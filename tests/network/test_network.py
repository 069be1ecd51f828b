"""Networks: names, counts, initialisation, layers that do not fit together, and what a network answers."""

import copy
import math
import pickle
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from scnn.data.bundled import load_digits
from scnn.data.dataset import Digits
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, DataError, ShapeError
from scnn.experiments.presets import PAPER
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.layers.loss import SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.pooling import MaxPool2D
from scnn.network.inspection import Inspector
from scnn.network.network import Network


def test_the_papers_network() -> None:
    """10 weights for each convolution, 196 × 32 + 32 and 32 × 3 + 3 for the dense layers."""
    network = Network(PAPER.input_shape, PAPER.layers, seed=1)
    assert network.parameter_count == 10 + 10 + 6304 + 99
    assert network.names[:2] == ("conv2d_1", "relu_1")
    assert network.shapes[-1] == (3,) and network.classes == 3


def test_softmax_cross_entropy_is_added_at_the_end() -> None:
    """A network with it and one without it are the same."""
    layers = [Flatten(), Dense(10)]
    assert Network((1, 4, 4), layers).names == Network((1, 4, 4), [*layers, SoftmaxCrossEntropy()]).names


def test_initialisation_is_he_uniform() -> None:
    """Weights fill ±√(6 / fan_in) with variance 2 / fan_in; biases are zero."""
    network = Network((1, 28, 28), [Flatten(), Dense(100)], seed=3)
    weights = network.parameters["dense_1.weights"]
    limit = (6 / 784) ** 0.5
    assert all(abs(weight) <= limit for weight in weights) and max(weights) > 0.99 * limit
    assert sum(weight * weight for weight in weights) / len(weights) == pytest.approx(2 / 784, rel=0.02)
    assert set(network.parameters["dense_1.bias"]) == {0.0}


def test_initialisation_by_glorot() -> None:
    """Weights fill ±√(6 / (fan_in + fan_out)), from the same random numbers as He's: as PyTorch's xavier_uniform_."""
    layers = [Conv2D(8, 5), Conv2D(12, 3), Flatten(), Dense(10)]
    he, glorot = (Network((2, 16, 16), layers, seed=3, initialisation=one) for one in ("he", "glorot"))
    for name, fans in (("conv2d_1", (50, 200)), ("conv2d_2", (72, 108)), ("dense_1", (1200, 10))):
        ratio = (fans[0] / sum(fans)) ** 0.5
        weights = he.parameters[f"{name}.weights"]
        assert glorot.parameters[f"{name}.weights"] == pytest.approx([one * ratio for one in weights], rel=1e-6)
    assert he.fingerprint() == Network((2, 16, 16), layers, seed=3).fingerprint()
    with pytest.raises(ConfigError, match="initialisation must be one of he, glorot, got 'zeros'"):
        Network((2, 16, 16), layers, initialisation="zeros")


def test_filters_begin_upright() -> None:
    """No filter of a convolution sums below zero, and single weights still take both signs."""
    weights = Network((1, 28, 28), [Conv2D(50, 3), Flatten(), Dense(2)], seed=3).parameters["conv2d_1.weights"]
    sums = [sum(weights[start : start + 9]) for start in range(0, 450, 9)]
    assert min(sums) >= 0 and min(weights) < -0.5 < 0.5 < max(weights)


def test_a_seed_gives_the_same_bits_in_another_process() -> None:
    """The fingerprint of seed 1 is the same in a new process, and differs from that of seed 2."""
    program = (
        "from scnn.network import Network; from scnn.experiments.presets import PAPER;"
        "print(Network(PAPER.input_shape, PAPER.layers, seed=1).fingerprint())"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    assert Network(PAPER.input_shape, PAPER.layers, seed=1).fingerprint() == other
    assert Network(PAPER.input_shape, PAPER.layers, seed=2).fingerprint() != other


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Conv2D(4, 3), MaxPool2D(2), Dense(10)], ["dense_1", "(4, 13, 13)", "Flatten()"]),
        ([Flatten(), Conv2D(4, 3)], ["conv2d_1", "(784,)", "(channels, rows, columns)"]),
        ([MaxPool2D(9), MaxPool2D(9)], ["maxpool2d_2", "(1, 3, 3)", "9×9"]),
        ([ReLU()], ["softmaxcrossentropy_1", "(1, 28, 28)"]),
        ([Flatten(), SoftmaxCrossEntropy(), Dense(3)], ["SoftmaxCrossEntropy", "end"]),
        ([Flatten(), SquaredHinge(), Dense(3), SoftmaxCrossEntropy()], ["SquaredHinge", "end"]),
    ],
)
def test_layers_of_incompatible_shapes(layers: list[Layer], words: list[str]) -> None:
    """The error names the layer, the input shape that it got, and the expected one."""
    with pytest.raises(ShapeError) as caught:
        Network((1, 28, 28), layers)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize("shape", [(28, 28), (1, 0, 28), (), (1, 28.5, 28), (1, "28", 28), 28, None])
def test_invalid_input_shapes(shape: object) -> None:
    """An input is (channels, rows, columns), whole numbers of at least 1."""
    with pytest.raises(ShapeError, match="channels, rows, columns"):
        Network(shape, [Flatten(), Dense(2)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([Flatten, Dense(10)], r"layer 1 of 2 .* such as Dense\(10\); got the class Flatten itself: write Flatten"),
        ([Flatten(), 10], "layer 2 of 2 must be of type Layer, .* got 10"),
        (Dense(10), "layers must be .* got an object of type Dense"),
    ],
)
def test_invalid_layers(layers: object, words: str) -> None:
    """The error names the position, and the object found there."""
    with pytest.raises(ConfigError, match=words):
        Network((1, 28, 28), layers)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None])
def test_invalid_seeds(seed: object) -> None:
    """Seeds are 32-bit unsigned integers, as on the command line and in addresses."""
    with pytest.raises(ConfigError, match=f"the seed must be .*, got {seed!r}"):
        Network((1, 28, 28), [Flatten(), Dense(2)], seed=seed)  # type: ignore[arg-type]


def test_both_engines_predict_the_same(trained: Network) -> None:
    """They agree to float32's accuracy."""
    _, test = PAPER.digits()
    compiled_, interpreted = trained.logits(test), trained.logits(test, make_engine=Interpreter)
    for one, other in zip(compiled_, interpreted, strict=True):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-5)


def test_evaluate(trained: Network) -> None:
    """Digits in memory and a list of images give the same report."""
    _, test = PAPER.digits()
    report = trained.evaluate(test)
    assert report.accuracy >= 0.9 and [sum(row) for row in report.confusion] == [10, 10, 10]
    assert trained.evaluate(test.pixels, test.labels) == report
    with pytest.raises(ShapeError):
        trained.evaluate(Digits(bytes(4), bytes(1), 2, 2))
    with pytest.raises(ConfigError, match="labels up to 9, but the network has 3 classes"):
        trained.evaluate(load_digits()[1])
    with pytest.raises(ConfigError, match="no images to evaluate on"):
        trained.evaluate(Digits(b"", b""))


def test_class_names_and_outputs_of_different_number() -> None:
    """The error says how many units the last Dense needs; without one, how many outputs there are."""
    words = r"last Dense has 3 units, and there are 10 classes \(0, 1, …\): it needs 10"
    with pytest.raises(ConfigError, match=words):
        Network((1, 4, 4), [Flatten(), Dense(3)], class_names=tuple("0123456789"))
    with pytest.raises(ConfigError, match=r"has 16 outputs, and there are 2 classes \(a, b\)"):
        Network((1, 4, 4), [Flatten()], class_names=("a", "b"))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([0.5] * 30, "labels must be integers; number 0 is 0.5"),
        (["a"] * 30, "labels must be numbers, got 'a'"),
        ([3] * 30, "sample 0 has label 3, .* expected classes 0 to 2"),
        ([0], "expected one prediction per label, got 30 and 1"),
        (None, "takes a dataset .* or images and labels"),
    ],
)
def test_invalid_labels(trained: Network, labels: object, words: str) -> None:
    """Evaluation names what is wrong with them; those of an array's single column are fine."""
    _, test = PAPER.digits()
    with pytest.raises((DataError, ConfigError), match=words):
        trained.evaluate(test.pixels, labels)
    column = np.frombuffer(test.labels, dtype=np.uint8).reshape(-1, 1)
    assert trained.evaluate(test.pixels, column) == trained.evaluate(test)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies(trained: Network, copied: Callable[[Network], Network]) -> None:
    """A network that has predicted can be copied and pickled; the copy is independent."""
    _, test = PAPER.digits()
    expected = trained.logits(test.image(3))
    other = copied(trained)
    assert other.logits(test.image(3)) == expected
    other.parameters["dense_1.bias"][0] += 1
    assert trained.logits(test.image(3)) == expected != other.logits(test.image(3))


@pytest.mark.parametrize(
    "layers",
    [
        [Conv2D(3, 3, stride=2), ReLU(), MaxPool2D(13), Flatten()],
        [Flatten(), Dense(3), Dropout(0.2)],
        [MaxPool2D(2), Flatten(), ReLU(), Dropout(0.5), Flatten()],
    ],
)
def test_logits_of_a_layer_without_a_buffer_of_its_own(layers: list[Layer]) -> None:
    """A network may end with Flatten or Dropout: it predicts and can be inspected as any other."""
    network = Network((1, 28, 28), layers, seed=1)
    image = load_digits()[1].image(0)
    (logits,), (probabilities,) = network.logits(image), network.probabilities(image)
    powers = [math.exp(logit - max(logits)) for logit in logits]
    assert probabilities == pytest.approx([power / sum(powers) for power in powers], rel=1e-4)
    assert network.predict(image) == [logits.index(max(logits))]
    looked = Inspector(network, compiled).look([level / 255 for level in image])
    assert looked.best == logits.index(max(logits)) and looked.probabilities == probabilities


def test_digits_of_another_size_are_refused() -> None:
    """They are not regrouped into fewer images of the right size."""
    network = Network((1, 28, 28), [Flatten(), Dense(3)], seed=1)
    with pytest.raises(ShapeError, match="14, 14"):
        network.predict(Digits(bytes(4 * 196), bytes(4), 14, 14))
