"""The tracer: a traced element has the bits that the compiled engine computed, for every layer."""

from array import array
from math import prod
from random import Random

import pytest

from scnn import (
    AveragePool2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LeakyReLU,
    MaxPool2D,
    Network,
    ReLU,
    SiLU,
    load_digits,
)
from scnn.compiler.reference.arithmetic import rounded
from scnn.compiler.terms import Factor, total_of
from scnn.compiler.trace import Combination, Step, Tracer
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.experiments.presets import PRESETS
from scnn.network.trace import NetworkTracer, calls_of, unravel
from scnn.training.lowering import lower_training
from tests.compiler.support import bits, kernel_of

ELEMENTS = 4  # of each buffer that a preset's layers make


def small() -> NetworkTracer:
    """A tracer of a network with padding, a stride and dropout, after one image."""
    layers = [Conv2D(3, 3, stride=2, padding=1), ReLU(), MaxPool2D(2), Dropout(0.5), Flatten(), Dense(4)]
    network = Network((2, 9, 9), layers, seed=3)
    tracer = NetworkTracer(network)
    random = Random(5)
    tracer.run([random.random() for _ in range(162)], 2)
    return tracer


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_layer_of_the_presets_is_traced_to_the_bit(preset: object) -> None:
    """Random elements of all buffers that layers compute, forward and backward."""
    network = Network(preset.input_shape, preset.layers, seed=1)  # type: ignore[attr-defined]
    training, _ = load_digits()
    tracer = NetworkTracer(network)
    tracer.run([pixel / 255 for pixel in training.image(7)], 1)
    random = Random("trace")
    traced = 0
    for ran in tracer.ran:
        for buffer, values in ran.after.items():
            shape = tracer.plan.buffers[buffer].shape
            for _ in range(min(ELEMENTS, prod(shape))):
                flat = random.randrange(prod(shape))
                trace = tracer.explain(ran, buffer, flat)
                assert bits(array("f", [trace.value])) == bits(array("f", [values[flat]]))
                assert trace.index == unravel(flat, shape)
                stores = [step for step in trace.steps if isinstance(step, Step) and step.index is not None]
                assert stores or trace.value == ran.before[buffer][flat]  # such as a pixel that has not won
                traced += 1
    assert traced > 20


def test_what_is_traced_is_what_a_training_computes() -> None:
    """The plan of a training gives the same gradients and activations."""
    preset = PRESETS["mnist"]
    network = Network(preset.input_shape, preset.layers, seed=2)
    training, _ = load_digits()
    engine = compiled(lower_training(network, 1))
    for name, values in network.parameters.items():
        engine.write(name, values)
    engine.write("pixels", training.image(3))
    engine.write("labels", [training.labels[3]])
    engine.run("gradients", 0, 1)
    tracer = NetworkTracer(network)
    tracer.run(engine.read("input"), training.labels[3])
    for layer, role, element, buffer, flat in [
        ("conv2d_2", "weights", (1, 2, 3, 4), "conv2d_2.d_weights", ((1 * 8 + 2) * 5 + 3) * 5 + 4),
        ("conv2d_1", "bias", (5,), "conv2d_1.d_bias", 5),
        ("dense_1", "weights", (7, 9), "dense_1.d_weights", 7 * network.shapes[7][0] + 9),
    ]:
        trace = tracer.trace(layer, element, role, backward=True)
        assert (trace.buffer, trace.value) == (buffer, engine.read(buffer)[flat])
    assert tracer.trace("softmaxcrossentropy_1", (3,)).value == engine.read("probabilities")[3]
    assert tracer.trace("softmaxcrossentropy_1", (0,), "loss").value == engine.read("loss")[0]


def test_a_convolution_is_the_sum_of_its_products() -> None:
    """Each term has its two factors with their indices; the sum starts with the bias."""
    tracer = small()
    trace = tracer.trace("conv2d_1", (1, 2, 3))
    total = trace.total
    assert total is not None
    assert len(total.terms) == 2 * 3 * 3
    assert total.start == tracer.network.parameters["conv2d_1.bias"][1]
    padded, weights = tracer.engine.read("conv2d_1.padded"), tracer.engine.read("conv2d_1.weights")
    running = total.start
    positions = [(d, i, j) for d in range(2) for i in range(3) for j in range(3)]
    for term, (d, i, j) in zip(total.terms, positions, strict=True):
        one, other = ((d * 11 + 4 + i) * 11 + 6 + j), ((1 * 2 + d) * 3 + i) * 3 + j
        assert term.factors == (Factor("padded", one, padded[one]), Factor("weights", other, weights[other]))
        assert trace.index_in("padded", one) == (d, 4 + i, 6 + j)
        assert term.value == rounded(padded[one] * weights[other])
        running = rounded(running + term.value)
        assert term.total == running
    assert total.value == running == trace.value
    assert (trace.kernel, trace.file) == ("conv2d_forward", "kernels/convolution.py")


def test_a_dense_layer_has_four_partial_sums() -> None:
    """The partial sums are combined at the end, and then the bias is added."""
    trace = small().trace("dense_1", (2,))
    assert trace.total is not None
    assert len(trace.total.terms) == 3 * 2 * 2
    assert {term.partial for term in trace.total.terms} == {1, 2, 3, 4}
    end = trace.total.combination
    assert isinstance(end, Combination)
    low, high = rounded(end.partial[0] + end.partial[1]), rounded(end.partial[2] + end.partial[3])
    assert trace.total.value == rounded(0.0 + rounded(low + high))


def test_pooling_says_which_pixel_has_won() -> None:
    """Every comparison is a step with both of its numbers."""
    tracer = small()
    trace = tracer.trace("maxpool2d_1", (1, 0, 1))
    branches = [step for step in trace.steps if isinstance(step, Step) and not step.name]
    assert len(branches) == 4
    assert all(len(step.reads) == 1 and "largest" in step.locals for step in branches)
    winner = tracer.trace("maxpool2d_1", (1, 0, 1), "winners").value
    assert tracer.engine.read("relu_1.output")[int(winner)] == trace.value


def test_the_gradient_of_a_padded_input_leads_to_its_sum() -> None:
    """The trace of the copied element leads to the element that it was copied from."""
    trace = small().trace("conv2d_1", (1, 3, 4), "input", backward=True)
    assert trace.kernel == "pad2d_backward"
    assert trace.source is not None
    assert trace.source.kernel == "conv2d_backward_input"
    assert trace.source.index == (1, 4, 5)
    assert trace.source.value == trace.value


def test_only_the_turns_of_the_element_run() -> None:
    """The trace of an input's gradient runs only the products that contribute to it."""
    tracer = small()
    trace = tracer.trace("conv2d_1", (1, 4, 5), "padded", backward=True)
    stores = [step for step in trace.steps if isinstance(step, Step) and step.name == "d_padded"]
    assert all(step.index == (1 * 11 + 4) * 11 + 5 for step in stores)
    assert len(trace.steps) <= 3 * 2 * 2 * 6  # filters, windows over the element, statements of each


def test_a_whole_call_is_recorded_step_by_step() -> None:
    """Without an element every iteration runs; a step has its line, the elements that it read, and its locals."""
    kernel = kernel_of(
        "def kernel(out: Float32Buffer, x: Float32Buffer, size: Size):\n"
        "    for i in range(size):\n        y = x[i] * 2.0\n        out[i] = y\n"
    )
    buffers = {"out": array("f", [0.0, 0.0]), "x": array("f", [1.5, 2.5])}
    recording = Tracer().record(kernel, {"out": "out", "x": "x", "size": 2}, buffers)
    steps = [step for step in recording.steps if isinstance(step, Step)]
    assert [(step.line, step.name, step.index, step.value) for step in steps] == [
        (3, "y", None, 3.0),
        (4, "out", 0, 3.0),
        (3, "y", None, 5.0),
        (4, "out", 1, 5.0),
    ]
    assert [(one.buffer, one.index, one.value) for one in steps[2].reads] == [("x", 1, 2.5)]
    assert steps[3].locals == {"y": 5.0, "i": 1}
    assert list(recording.results["out"]) == [3.0, 5.0]
    assert list(buffers["out"]) == [0.0, 0.0]
    assert total_of(recording, "out", 1) is None


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ("for i in range(8):\n        out[7 - i] = x[i]", 2),
        ("for i in range(6, -1, -2):\n        out[i] = x[i]", 4),
        ("for i in lanes(8):\n        out[i] = x[i] + 1.0", 6),
        ("for i in range(2):\n        for j in range(4):\n            out[4 * i + j] += x[j] * x[i]", 5),
        ("for i in range(4):\n        for j in range(4):\n            out[i + j] += x[i] * x[j]", 3),
        ("for i in range(1, 8):\n        out[i] = out[i - 1] + x[i]", 7),
        ("for i in range(8):\n        out[n[i]] += x[i]", 3),
        ("s = 0.0\n    for i in range(8):\n        s = s + x[i]\n        out[i] = s", 5),
        (
            "for i in range(8):\n        k = i\n"
            "        if x[i] > 0.0:\n            k = 7 - i\n        out[k] += x[i]",
            1,
        ),
        ("for i in blocked(8, 4):\n        for j in lanes(1):\n            out[i + j] = x[i]", 6),
    ],
)
def test_slices_of_any_loop_give_the_whole_run_s_element(body: str, element: int) -> None:
    """The trace is exact for indices that are affine, from data, under a branch, or from earlier stores."""
    kernel = kernel_of(f"def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer):\n    {body}\n")
    random = Random(body)
    x, out = (array("f", [random.uniform(-1, 1) for _ in range(8)]) for _ in range(2))
    buffers = {"out": out, "x": x, "n": array("i", [3, 1, 3, 0, 7, 3, 2, 2])}
    arguments = {name: name for name in buffers}
    tracer = Tracer()
    whole = tracer.record(kernel, arguments, buffers).results["out"]
    part = tracer.record(kernel, arguments, buffers, ("out", element)).results["out"]
    assert bits(array("f", [part[element]])) == bits(array("f", [whole[element]]))


@pytest.mark.parametrize(
    ("layer", "element", "role", "backward", "message"),
    [
        ("conv2d_9", (0,), "", False, "no layer 'conv2d_9'; it has conv2d_1"),
        (
            "conv2d_1",
            (0, 0),
            "",
            False,
            r"expected an index inside conv2d_1.output, whose shape is \(3, 5, 5\), got \(0, 0\)",
        ),
        ("conv2d_1", (3, 0, 0), "", False, r"got \(3, 0, 0\)"),
        ("conv2d_1", (0,), "nonsense", False, "has no 'nonsense'"),
        ("relu_1", (0,), "weights", True, "has no gradient of 'weights'"),
        ("flatten_1", (0, 0, 0), "", False, "trace the layer before it"),
    ],
)
def test_what_cannot_be_traced(layer: str, element: tuple[int, ...], role: str, backward: bool, message: str) -> None:
    """The error names the layers, roles or shape that exist."""
    with pytest.raises(ConfigError, match=message):
        small().trace(layer, element, role, backward)


def test_run_needs_a_valid_label_and_trace_needs_a_run() -> None:
    """Each mistake has its own message."""
    tracer = small()
    with pytest.raises(ConfigError, match="expected a label from 0 to 3, got 4"):
        tracer.run([0.0] * 162, 4)
    with pytest.raises(ConfigError, match="run an image first"):
        NetworkTracer(tracer.network).trace("conv2d_1", (0, 0, 0))


def test_every_kernel_of_the_layers_is_in_the_trace() -> None:
    """The trace covers forward, loss and backward."""
    names = {call.kernel.__name__ for _, _, call in calls_of(small().network)}
    assert {"conv2d_forward", "cross_entropy_forward", "softmax_cross_entropy_backward", "pad2d_backward"} <= names


def test_gradients_of_derived_kernels_are_traced() -> None:
    """Layers without a backward pass of their own: the value is the engine's, and the kernel is the derived one."""
    layers: list[Layer] = [Conv2D(2, 3), LeakyReLU(0.2), AveragePool2D(2), SiLU(), Flatten(), Dense(3)]
    network = Network((1, 8, 8), layers, seed=3)
    tracer = NetworkTracer(network)
    tracer.run([Random(4).random() for _ in range(64)], 1)
    for name, kernel in (
        ("leakyrelu_1", "leakyrelu_backward"),
        ("averagepool2d_1", "averagepool2d_backward"),
        ("silu_1", "silu_backward"),
    ):
        trace = tracer.trace(name, (1, 2, 2), "input", backward=True)
        buffer = tracer.plan.buffers[trace.buffer]
        position = (1 * buffer.shape[1] + 2) * buffer.shape[2] + 2
        assert trace.value == tracer.engine.read(trace.buffer)[position] and trace.kernel == kernel
        assert trace.steps
