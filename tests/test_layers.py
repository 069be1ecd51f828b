"""Layers: their shapes, their gradients against finite differences, and what they refuse."""

from collections.abc import Callable
from math import prod
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scnn.errors import ConfigError, ShapeError
from scnn.kernels.loss import EPSILON
from scnn.layers.activation import ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer, Shape
from scnn.layers.loss import SoftmaxCrossEntropy
from scnn.layers.pooling import MaxPool2D
from scnn.plan import Call

Numbers = list[float]


class Bench:
    """One layer alone: its kernels run on float64 lists, so that finite differences are exact enough to judge."""

    def __init__(self, layer: Layer, shape: Shape, random: Random) -> None:
        self.layer, self.shape = layer, shape
        output_size = prod(layer.output_shape(shape))
        self.roles: dict[str, Numbers | list[int]] = {
            "input": [0.0] * prod(shape),
            "d_input": [random.random() for _ in range(prod(shape))],  # rubbish: it must be overwritten
            "output": [0.0] * output_size,
            "d_output": [0.0] * output_size,
            "loss": [0.0],
            "label": [0],
        }
        for name, (kind, extent) in layer.buffers(shape).items():
            self.roles[name] = [0 if kind == "int32" else 0.0] * prod(extent)
        self.parameters = {name: parameter.shape for name, parameter in layer.parameters(shape).items()}
        for name, extent in self.parameters.items():
            self.roles[name] = [random.uniform(-1, 1) for _ in range(prod(extent))]
            self.roles["d_" + name] = [0.0] * prod(extent)

    def run(self, calls: list[Call]) -> None:
        for step in calls:
            step.kernel(
                *(self.roles[value] if isinstance(value, str) else value for value in step.arguments.values())
            )

    def forward(self, image: Numbers) -> Numbers:
        self.roles["input"][:] = image
        self.run(self.layer.forward(self.shape))
        return list(self.roles["input" if self.layer.shares_memory else "output"])


def differences(values: Numbers, loss: Callable[[], float], step: float = 1e-5) -> Numbers:
    """The gradient of the loss with respect to the list `values`, by central differences."""
    gradient = []
    for place, value in enumerate(values):
        values[place] = value + step
        above = loss()
        values[place] = value - step
        below = loss()
        values[place] = value
        gradient.append((above - below) / (2 * step))
    return gradient


def check_gradients(layer: Layer, shape: Shape, batch: int, seed: int) -> None:
    """For the loss Σ g · Y over a batch: parameters' gradients add up, each input's is its own."""
    random = Random(seed)
    bench = Bench(layer, shape, random)
    levels = range(-999, 1000, 2)  # a step of the differences leads from none to the next, nor over zero
    images = [[level / 1000 for level in random.sample(levels, prod(shape))] for _ in range(batch)]
    size = prod(layer.output_shape(shape))
    weights = [[random.uniform(-1, 1) for _ in range(size)] for _ in range(batch)]

    def loss_of(sample: int) -> float:
        return sum(g * y for g, y in zip(weights[sample], bench.forward(images[sample]), strict=True))

    for sample in range(batch):
        bench.forward(images[sample])
        bench.roles["d_output"][:] = weights[sample]
        bench.run(layer.backward(shape))
        expected = differences(images[sample], lambda sample=sample: loss_of(sample))
        assert bench.roles["d_input"] == pytest.approx(expected, rel=1e-6, abs=1e-7)
    for name in bench.parameters:
        expected = differences(bench.roles[name], lambda: sum(map(loss_of, range(batch))))
        assert bench.roles["d_" + name] == pytest.approx(expected, rel=1e-6, abs=1e-7)


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=120, deadline=None)
@given(
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    channels=st.integers(1, 3),
    filters=st.integers(1, 5),
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    batch=st.integers(1, 4),
    seed=seeds,
)
def test_conv2d_gradients(
    kernel: int,
    stride: int,
    padding: int,
    channels: int,
    filters: int,
    height: int,
    width: int,
    batch: int,
    seed: int,
) -> None:
    """Weights, bias and input get the right gradients for every kernel size, stride and padding."""
    assume(max(kernel, stride) <= min(height, width) + 2 * padding)
    layer = Conv2D(filters, kernel, stride=stride, padding=padding)
    check_gradients(layer, (channels, height, width), batch, seed)


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 4),
    stride=st.one_of(st.none(), st.integers(1, 3)),
    channels=st.integers(1, 3),
    height=st.integers(1, 8),
    width=st.integers(1, 8),
    batch=st.integers(1, 4),
    seed=seeds,
)
def test_maxpool2d_gradients(
    size: int, stride: int | None, channels: int, height: int, width: int, batch: int, seed: int
) -> None:
    """Overlapping windows add up where they share a maximum; pixels outside every window get nothing."""
    layer = MaxPool2D(size, stride)
    assume(max(size, layer.step) <= min(height, width))
    check_gradients(layer, (channels, height, width), batch, seed)


@settings(max_examples=30, deadline=None)
@given(inputs=st.integers(1, 40), units=st.integers(1, 20), batch=st.integers(1, 4), seed=seeds)
def test_dense_gradients(inputs: int, units: int, batch: int, seed: int) -> None:
    """∂L/∂W = ∂L/∂Y · Xᵀ, ∂L/∂B = ∂L/∂Y, ∂L/∂X = Wᵀ · ∂L/∂Y."""
    check_gradients(Dense(units), (inputs,), batch, seed)


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 50), batch=st.integers(1, 4), seed=seeds)
def test_relu_gradients(size: int, batch: int, seed: int) -> None:
    """The gradient passes where the input was positive, and nowhere else."""
    check_gradients(ReLU(), (size,), batch, seed)


@settings(max_examples=40, deadline=None)
@given(classes=st.integers(2, 12), seed=seeds)
def test_softmax_cross_entropy_gradients(classes: int, seed: int) -> None:
    """∂L/∂z = P - T agrees with finite differences of L = -log(P[k] + ε)."""
    random = Random(seed)
    layer, shape = SoftmaxCrossEntropy(), (classes,)
    bench = Bench(layer, shape, random)
    logits = [random.uniform(-3, 3) for _ in range(classes)]
    bench.roles["label"][0] = random.randrange(classes)

    def loss() -> float:
        bench.forward(logits)
        bench.run(layer.loss(shape))
        return float(bench.roles["loss"][0])

    expected = differences(logits, loss, step=1e-3)
    loss()
    bench.run(layer.backward(shape))
    assert bench.roles["d_input"] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("size", [1.0, 80.0, 1e4, 1e30])
def test_softmax_cross_entropy_is_stable(size: float) -> None:
    """Logits of any size give probabilities that sum to one, and a finite loss."""
    layer, shape = SoftmaxCrossEntropy(), (3,)
    bench = Bench(layer, shape, Random(1))
    for label in range(3):
        bench.roles["label"][0] = label
        probabilities = bench.forward([size, -size, 0.0])
        bench.run(layer.loss(shape))
        assert sum(probabilities) == pytest.approx(1.0, abs=1e-6)
        assert 0.0 <= bench.roles["loss"][0] + EPSILON <= 18.5
        bench.run(layer.backward(shape))
        assert bench.roles["d_input"] == pytest.approx([p - (k == label) for k, p in enumerate(probabilities)])


def test_maxpool2d_first_maximum_wins_a_tie() -> None:
    """Of equal maxima the first, in row order, gets the whole gradient."""
    bench = Bench(MaxPool2D(2), (1, 2, 4), Random(1))
    assert bench.forward([0, 7, 3, 3, 7, 0, 3, 3]) == [7, 3]
    bench.roles["d_output"][:] = [1.0, 2.0]
    bench.run(bench.layer.backward(bench.shape))
    assert bench.roles["d_input"] == [0, 1, 2, 0, 0, 0, 0, 0]


def test_conv2d_by_hand() -> None:
    """Two channels, stride 2, padding 1, against sums worked out on paper."""
    bench = Bench(Conv2D(1, 2, stride=2, padding=1), (2, 2, 2), Random(1))
    bench.roles["weights"][:] = [1, 2, 3, 4, 5, 6, 7, 8]
    bench.roles["bias"][:] = [0.5]
    # the windows see X's corners: 4·1 + 8·10, 3·2 + 7·20, 2·3 + 6·30, 1·4 + 5·40, each + 0.5
    assert bench.forward([1, 2, 3, 4, 10, 20, 30, 40]) == [84.5, 146.5, 186.5, 204.5]


def test_flatten_is_the_identity_of_memory() -> None:
    """Maps lie row after row already: the output is the input's memory, and nothing is called."""
    layer = Flatten()
    assert layer.output_shape((2, 3, 4)) == (24,)
    assert layer.shares_memory and not layer.forward((2, 3, 4)) and not layer.backward((2, 3, 4))


@pytest.mark.parametrize(
    ("layer", "shape", "output"),
    [
        (Conv2D(8, 5, padding=2), (1, 28, 28), (8, 28, 28)),
        (Conv2D(2, 3, stride=2), (4, 9, 8), (2, 4, 3)),
        (MaxPool2D(2), (8, 5, 4), (8, 2, 2)),
        (MaxPool2D(3, 2), (1, 7, 9), (1, 3, 4)),
        (Dense(10), (7,), (10,)),
        (ReLU(), (3, 2, 1), (3, 2, 1)),
    ],
)
def test_output_shapes(layer: Layer, shape: Shape, output: Shape) -> None:
    """(rows + 2 · padding - size) // stride + 1."""
    assert layer.output_shape(shape) == output


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(1, 5), (1, 4, 9), ["5×5", "4×9"]),
        (Conv2D(1, 3, stride=6), (1, 4, 5), ["stride of 6", "4×5"]),
        (Conv2D(1, 9, padding=1), (1, 6, 6), ["9×9", "8×8", "padding of 1"]),
        (Conv2D(1, 3), (784,), ["maps", "(784,)"]),
        (MaxPool2D(3), (8, 2, 2), ["3×3", "2×2"]),
        (MaxPool2D(1, stride=4), (8, 3, 3), ["stride of 4", "3×3"]),
        (MaxPool2D(2), (9,), ["maps", "(9,)"]),
        (Dense(10), (8, 7, 7), ["(392,)", "(8, 7, 7)", "Flatten()"]),
        (SoftmaxCrossEntropy(), (8, 7, 7), ["(8, 7, 7)"]),
    ],
)
def test_shapes_that_do_not_fit(layer: Layer, shape: Shape, words: list[str]) -> None:
    """A ShapeError names what the layer takes and what it was given."""
    with pytest.raises(ShapeError) as caught:
        layer.output_shape(shape)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Conv2D(0), "filters"),
        (lambda: Conv2D(1, kernel_size=0), "kernel_size"),
        (lambda: Conv2D(1, stride=0), "stride"),
        (lambda: Conv2D(1, padding=-1), "padding"),
        (lambda: Conv2D(1.5), "filters"),
        (lambda: MaxPool2D(0), "size"),
        (lambda: MaxPool2D(2, stride=0), "stride"),
        (lambda: Dense(True), "units"),
    ],
)
def test_settings_out_of_range(make: Callable[[], Layer], word: str) -> None:
    """A ConfigError names the setting."""
    with pytest.raises(ConfigError, match=word):
        make()
