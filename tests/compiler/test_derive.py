"""Derived backward kernels: against finite differences, against those written by hand, and in every engine."""

import math
import subprocess
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import DataObject, DrawFn, booleans, composite, data, integers

from scnn import kernels
from scnn.compiler import KernelError, TextKernel, kernels_from
from scnn.compiler.derive import derive, derive_all, inputs_and_outputs
from scnn.kernels import exp
from scnn.language import (
    Float32,
    Float32Buffer,
    Int32Buffer,
    Size,
    float_to_bits,
    lanes,
    sqrt,
)
from tests.compiler.support import bits, engines, plan_of, run

Numbers = list[float]


# ------------------------------------------------------------------------------------- kernels as users write them


def leaky(output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] if input[i] > 0.0 else slope * input[i]


def sigmoid(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = 1.0 / (1.0 + exp(-input[i]))


def tanh(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        power = exp(2.0 * input[i])
        output[i] = (power - 1.0) / (power + 1.0)


def squashed(x: Float32) -> Float32:
    power = exp(2.0 * x)
    return (power - 1.0) / (power + 1.0)


def gelu(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        x = input[i]
        output[i] = 0.5 * x * (1.0 + squashed(0.7978845608 * (x + 0.044715 * x * x * x)))


def average_pool(
    output: Float32Buffer,
    input: Float32Buffer,
    channels: Size,
    height: Size,
    width: Size,
    size: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    for channel in range(channels):
        for row in range(out_height):
            for column in range(out_width):
                total = 0.0
                for i in range(size):
                    for j in range(size):
                        total += input[(channel * height + row * size + i) * width + column * size + j]
                output[(channel * out_height + row) * out_width + column] = total / float(size * size)


def layer_norm(
    output: Float32Buffer, input: Float32Buffer, gain: Float32Buffer, shift: Float32Buffer, size: Size
) -> None:
    total = 0.0
    for i in lanes(size):
        total += input[i]
    mean = total / float(size)
    squares = 0.0
    for i in lanes(size):
        difference = input[i] - mean
        squares += difference * difference
    scale = 1.0 / sqrt(squares / float(size) + 1e-5)
    for i in lanes(size):
        output[i] = (input[i] - mean) * scale * gain[i] + shift[i]


def normalised_in_two_loops(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    total = 0.0
    for i in range(size):
        output[i] = exp(input[i])
        total += output[i]
    for k in range(size):
        output[k] = output[k] / total


def global_max(output: Float32Buffer, input: Float32Buffer, channels: Size, area: Size) -> None:
    for channel in range(channels):
        largest = -1e30
        for i in range(area):
            largest = max(largest, input[channel * area + i])
        output[channel] = largest * largest


def smallest_and_sum(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    smallest = input[0]
    total = 0.0
    for i in range(size):
        smallest = min(input[i], smallest)
        total += input[i] * input[i]
    output[0] = smallest * total


def prefix_sums(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    total = 0.0
    for i in range(size):
        total += input[i] * input[i]
        output[i] = total


def decaying(output: Float32Buffer, input: Float32Buffer, rate: Float32, size: Size) -> None:
    state = 0.0
    for i in range(size):
        state = state * rate + input[i]
        output[i] = state


def stored_twice(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[i] = input[i] * input[i]
        if input[i] < 0.0:
            output[i] = 0.1 * input[i]


def changed_in_branches(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        x = input[i]
        y = x
        if x > 0.3:
            x = x * x
            y = x + y
        elif x < -0.3:
            y = y * x
        output[i] = x * y


def polynomial_in_steps(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        x = input[i]
        y = 0.1 * x
        y = 0.5 + x * y
        y = 1.0 + x * y
        output[i] = y


def read_before_the_sum(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    x = input[0]
    y = x * x
    for i in range(1, size):
        x += input[i]
    output[0] = x * y


def even_and_odd(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[2 * i] = input[i] * 2.0
        output[2 * i + 1] = abs(input[i])


def by_another_kernel(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    leaky(output, input, 0.1, size)


def two_loops_one_name(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    total = 0.0
    for i in range(size):
        power = input[i] * input[i]
        total += power
    for i in range(size):
        power = input[i] / total
        output[i] = power * power


def scaled_in_place(values: Float32Buffer, gain: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        values[i] = values[i] * 3.0 + gain[i]


def matrix_product(
    output: Float32Buffer, one: Float32Buffer, other: Float32Buffer, rows: Size, inner: Size, columns: Size
) -> None:
    for row in range(rows):
        for column in range(columns):
            output[row * columns + column] = 0.0
            for k in range(inner):
                output[row * columns + column] += one[row * inner + k] * other[k * columns + column]


@dataclass(frozen=True)
class Case:
    """A forward kernel with its sizes and the lengths of its buffers; other buffers begin with random numbers."""

    kernel: Callable[..., Any]
    lengths: Mapping[str, int]
    sizes: Mapping[str, Any]
    fixed: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.kernel.__name__


def conv(stride: int = 1, kernel: int = 3) -> Case:
    sizes = {"channels": 2, "height": 7, "width": 8, "filters": 3, "kernel": kernel, "stride": stride}
    rows, columns = (7 - kernel) // stride + 1, (8 - kernel) // stride + 1
    lengths = {"output": 3 * rows * columns, "padded": 112, "weights": 6 * kernel * kernel, "bias": 3}
    return Case(kernels.conv2d_forward, lengths, {**sizes, "out_height": rows, "out_width": columns})


def pool(size: int, stride: int) -> Case:
    rows, columns = (6 - size) // stride + 1, (9 - size) // stride + 1
    sizes = {"channels": 2, "height": 6, "width": 9, "size": size, "stride": stride}
    lengths = {"output": 2 * rows * columns, "winners": 2 * rows * columns, "input": 108}
    return Case(kernels.maxpool2d_forward, lengths, {**sizes, "out_height": rows, "out_width": columns})


def plain(kernel: Callable[..., Any], output: int = 9, **sizes: float) -> Case:
    return Case(kernel, {"output": output, "input": 9}, {"size": 9, **sizes})


CASES = [
    conv(),
    conv(stride=2),
    conv(stride=3, kernel=2),
    Case(
        kernels.pad2d_forward,
        {"padded": 2 * 8 * 7, "input": 24},
        {"channels": 2, "height": 4, "width": 3, "padding": 2},
    ),
    Case(kernels.dense_forward, {"output": 5, "input": 9, "weights": 45, "bias": 5}, {"inputs": 9, "outputs": 5}),
    plain(kernels.relu_forward),
    pool(2, 2),
    pool(3, 1),
    Case(kernels.softmax_forward, {"probabilities": 6, "logits": 6}, {"classes": 6}),
    Case(
        kernels.dropout_forward,
        {"values": 20, "mask": 20, "random": 1},
        {"threshold": 1 << 30, "size": 20},
        {"random": [4711]},
    ),
    Case(
        kernels.distort_image,
        {"image": 128, "pixels": 128, "distortion": 6 + 2 * 9},
        {"position": 0, "channels": 2, "height": 8, "width": 8, "nodes": 3},
        {
            "pixels": [(37 * i * i) % 256 for i in range(128)],
            "distortion": [1.05, 0.1, 0.3, -0.1, 0.93, 0.2] + [0.11] * 18,
        },
    ),
    plain(leaky, slope=0.1),
    plain(sigmoid),
    plain(tanh),
    plain(gelu),
    Case(
        average_pool,
        {"output": 8, "input": 2 * 5 * 4},
        {"channels": 2, "height": 5, "width": 4, "size": 2, "out_height": 2, "out_width": 2},
    ),
    Case(layer_norm, {"output": 9, "input": 9, "gain": 9, "shift": 9}, {"size": 9}),
    plain(normalised_in_two_loops),
    Case(global_max, {"output": 3, "input": 12}, {"channels": 3, "area": 4}),
    plain(smallest_and_sum, output=1),
    plain(prefix_sums),
    plain(decaying, rate=0.8),
    plain(stored_twice),
    plain(changed_in_branches),
    plain(polynomial_in_steps),
    plain(read_before_the_sum, output=1),
    plain(even_and_odd, output=18),
    plain(by_another_kernel),
    plain(two_loops_one_name),
    Case(scaled_in_place, {"values": 9, "gain": 9}, {"size": 9}),
    Case(matrix_product, {"output": 12, "one": 15, "other": 20}, {"rows": 3, "inner": 5, "columns": 4}),
]


class Trial:
    """One case with random numbers in its buffers, run as plain Python in float64."""

    def __init__(self, case: Case, seed: int = 1) -> None:
        self.case = case
        random = Random(seed)
        self.inputs, self.outputs = inputs_and_outputs(case.kernel)
        self.outputs = [one for one in self.outputs if one != "mask"]
        self.start: dict[str, Any] = {}
        for name, length in case.lengths.items():
            whole = name in ("winners", "random", "pixels")
            self.start[name] = [0] * length if whole else [random.uniform(-1, 1) for _ in range(length)]
            self.start[name] = list(case.fixed.get(name, self.start[name]))
        self.weights = {name: [random.uniform(-1, 1) for _ in self.start[name]] for name in self.outputs}

    def forward(self, buffers: Mapping[str, Any] | None = None) -> dict[str, Any]:
        after = {name: list(values) for name, values in (buffers or self.start).items()}
        self.call(self.case.kernel, after)
        return after

    def call(self, kernel: Callable[..., Any], buffers: Mapping[str, Any]) -> None:
        names = [name for name in kernel.__annotations__ if name != "return"]
        kernel(*(buffers[name] if name in buffers else self.case.sizes[name] for name in names))

    def loss(self, buffers: Mapping[str, Any]) -> float:
        after = self.forward(buffers)
        return math.fsum(w * y for one in self.outputs for w, y in zip(self.weights[one], after[one], strict=True))

    def differences(self, wanted: str, step: float = 1e-5) -> Numbers:
        found = []
        for place, value in enumerate(self.start[wanted]):
            above, below = ({**self.start, wanted: list(self.start[wanted])} for _ in range(2))
            above[wanted][place], below[wanted][place] = value + step, value - step
            found.append((self.loss(above) - self.loss(below)) / (2 * step))
        return found

    def backward(self, made: bool) -> dict[str, Any]:
        """All gradients, by the derived kernels, on top of a one in each that they add to."""
        after: dict[str, Any] = self.forward()
        after |= {f"d_{one}": list(values) for one, values in self.weights.items()}
        for wanted in sorted(self.inputs, key=self.outputs.__contains__):  # what is changed in place comes last
            derived = derive(self.case.kernel, [wanted], made=[wanted] if made else [], sizes=self.case.sizes)
            extent = derived.elements_made(wanted, self.case.sizes)
            if wanted in self.outputs:
                after[f"d_{wanted}"] = list(self.weights[wanted])
            else:
                rest = len(self.start[wanted]) - extent
                after[f"d_{wanted}"] = [9.0] * extent + [0.0] * rest if made else [1.0] * (extent + rest)
            self.call(derived.kernel, after)
        return after


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("made", [False, True], ids=["added", "made"])
def test_against_finite_differences(case: Case, made: bool) -> None:
    """Each gradient agrees with central differences of the forward kernel, added to what was there or made new."""
    trial = Trial(case)
    assert trial.inputs
    after = trial.backward(made)
    for wanted in trial.inputs:
        there = 0.0 if made or wanted in trial.outputs else 1.0
        expected = [there + value for value in trial.differences(wanted)]
        assert after[f"d_{wanted}"] == pytest.approx(expected, rel=1e-4, abs=2e-5), wanted


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_engine_runs_it(case: Case) -> None:
    """A derived kernel compiles, with its lanes and without; compiled it gives the exact interpreter's bits, and
    everywhere the float64 values, rounded."""
    trial = Trial(case)
    for derived in derive_all(case.kernel, sizes=case.sizes):
        buffers: dict[str, Any] = trial.forward() | {f"d_{one}": list(w) for one, w in trial.weights.items()}
        for one in trial.inputs:
            buffers.setdefault(f"d_{one}", [0.0] * len(trial.start[one]))
        used = {name: buffers[name] for name in derived.parameters if name in buffers}
        plan = plan_of(derived.kernel, {name: len(values) for name, values in used.items()}, case.sizes)
        results = {name: run(engine, used) for name, engine in engines(plan).items()}
        trial.call(derived.kernel, buffers)
        for name in used:
            assert bits(results["compiled"][name]) == bits(results["interpreted"][name]), name
        for engine, name in product(results, used):
            assert list(results[engine][name]) == pytest.approx(buffers[name], rel=1e-3, abs=1e-4), (engine, name)


# ------------------------------------------------------------------------------------- beside those written by hand

Twins = tuple[Case, list[str], Callable[..., Any]]  # a forward kernel, the gradients, and who makes them by hand


@composite
def convolutions(draw: DrawFn) -> Twins:
    """Any number of channels and filters, and windows, strides and paddings that fit."""
    kernel, stride, padding = draw(integers(1, 4)), draw(integers(1, 3)), draw(integers(0, 2))
    height, width = (draw(integers(max(kernel - 2 * padding, 1), 8)) + 2 * padding for _ in range(2))
    channels, filters = draw(integers(1, 3)), draw(integers(1, 5))
    rows, columns = (height - kernel) // stride + 1, (width - kernel) // stride + 1
    sizes = {"channels": channels, "height": height, "width": width, "filters": filters, "kernel": kernel}
    sizes |= {"stride": stride, "out_height": rows, "out_width": columns}
    lengths = {"output": filters * rows * columns, "padded": channels * height * width}
    lengths |= {"weights": filters * channels * kernel * kernel, "bias": filters}
    case = Case(kernels.conv2d_forward, lengths, sizes)
    if draw(booleans()):
        return case, ["weights", "bias"], kernels.conv2d_backward_weights
    return case, ["padded"], kernels.conv2d_backward_input


@composite
def paddings(draw: DrawFn) -> Twins:
    channels, height, width, padding = (draw(integers(1, 6)) for _ in range(4))
    lengths = {
        "padded": channels * (height + 2 * padding) * (width + 2 * padding),
        "input": channels * height * width,
    }
    sizes = {"channels": channels, "height": height, "width": width, "padding": padding}
    return Case(kernels.pad2d_forward, lengths, sizes), ["input"], kernels.pad2d_backward


@composite
def dense_layers(draw: DrawFn) -> Twins:
    inputs, outputs = draw(integers(1, 40)), draw(integers(1, 9))
    lengths = {"output": outputs, "input": inputs, "weights": inputs * outputs, "bias": outputs}
    case = Case(kernels.dense_forward, lengths, {"inputs": inputs, "outputs": outputs})
    if draw(booleans()):
        return case, ["weights", "bias"], kernels.dense_backward_weights
    return case, ["input"], kernels.dense_backward_input


@composite
def poolings(draw: DrawFn) -> Twins:
    """Windows that overlap, touch, or leave gaps."""
    size, stride, channels = draw(integers(1, 4)), draw(integers(1, 5)), draw(integers(1, 3))
    height, width = draw(integers(size, 9)), draw(integers(size, 9))
    rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    sizes = {"channels": channels, "height": height, "width": width, "size": size, "stride": stride}
    output = channels * rows * columns
    lengths = {"output": output, "winners": output, "input": channels * height * width}
    case = Case(kernels.maxpool2d_forward, lengths, {**sizes, "out_height": rows, "out_width": columns})
    return case, ["input"], kernels.maxpool2d_backward


@composite
def activations(draw: DrawFn) -> Twins:
    size = draw(integers(1, 40))
    if draw(booleans()):
        case = Case(kernels.relu_forward, {"output": size, "input": size}, {"size": size})
        return case, ["input"], kernels.relu_backward
    sizes = {"threshold": draw(integers(1, 2**31 - 2)), "size": size}
    start = {"random": [draw(integers(1, 2**31 - 2))]}
    case = Case(kernels.dropout_forward, {"values": size, "mask": size, "random": 1}, sizes, start)
    return case, ["values"], kernels.dropout_backward


TWINS = {
    "convolution": convolutions(),
    "padding": paddings(),
    "dense": dense_layers(),
    "max pooling": poolings(),
    "activation": activations(),
}


@pytest.mark.parametrize("layer", TWINS)
@settings(max_examples=20, deadline=None)
@given(data=data(), seed=integers(0, 1 << 16))
def test_twins(layer: str, data: DataObject, seed: int) -> None:
    """A derived kernel does what the one written by hand does, for random shapes and numbers: as plain Python in
    float64 to its rounding, and compiled to that of float32; compiled it gives the exact interpreter's bits."""
    case, wanted, by_hand = data.draw(TWINS[layer])
    trial = Trial(case, seed)
    derived = derive(case.kernel, wanted, made=wanted, sizes=case.sizes)
    buffers = trial.forward() | {f"d_{one}": list(w) for one, w in trial.weights.items()}
    for one in wanted:
        buffers.setdefault(f"d_{one}", [0.0] * len(trial.start[one]))
    mine, theirs = ({name: list(values) for name, values in buffers.items()} for _ in range(2))
    trial.call(derived.kernel, mine)
    sizes = {**case.sizes}
    if by_hand is kernels.maxpool2d_backward:
        sizes["size"] = len(buffers["output"])
    names = [name for name in by_hand.__annotations__ if name != "return"]
    by_hand(*(theirs[name] if name in theirs else sizes[name] for name in names))
    for one in wanted:
        assert mine[f"d_{one}"] == pytest.approx(theirs[f"d_{one}"], rel=1e-12, abs=1e-12)
    used = {name: buffers[name] for name in derived.parameters if name in buffers}
    made = engines(plan_of(derived.kernel, {name: len(values) for name, values in used.items()}, case.sizes))
    compiled, exact = (run(made[engine], used) for engine in ("compiled", "interpreted"))
    for name in used:
        assert bits(compiled[name]) == bits(exact[name]), name
    for one in wanted:
        assert list(compiled[f"d_{one}"]) == pytest.approx(mine[f"d_{one}"], rel=1e-4, abs=1e-5)


def test_softmax_and_cross_entropy_together() -> None:
    """Their derived kernels, one after the other, give P - T, as the fused kernel does."""
    random = Random(3)
    logits, label = [random.uniform(-2, 2) for _ in range(5)], [2]
    probabilities, d_probabilities, d_logits, fused = ([0.0] * 5 for _ in range(4))
    kernels.softmax_forward(probabilities, logits, 5)
    (loss,) = derive_all(kernels.cross_entropy_forward)
    loss.kernel(d_probabilities, [1.0], probabilities, label)
    (softmax,) = derive_all(kernels.softmax_forward)
    softmax.kernel(d_logits, d_probabilities, probabilities, logits, 5)
    kernels.softmax_cross_entropy_backward(fused, probabilities, label, 5)
    assert d_logits == pytest.approx(fused, abs=1e-6)


# ------------------------------------------------------------------------------------- text

DENSE = '''\
def dense_backward_weights(
    d_weights: Float32Buffer,
    d_bias: Float32Buffer,
    d_output: Float32Buffer,
    input: Float32Buffer,
    inputs: Size,
    outputs: Size,
) -> None:
    """∂L/∂weights and ∂L/∂bias from ∂L/∂output, by the chain rule through dense_forward. Adds to them."""
    for j in range(outputs):
        gradient = d_output[j]
        if gradient != 0.0:
            d_bias[j] += gradient
            for i in lanes(inputs):
                d_weights[j * inputs + i] += gradient * input[i]
'''

POOL = '''\
def maxpool2d_backward(
    d_input: Float32Buffer,
    d_output: Float32Buffer,
    winners: Int32Buffer,
    channels: Size,
    out_height: Size,
    out_width: Size,
) -> None:
    """∂L/∂input from ∂L/∂output, by the chain rule through maxpool2d_forward. Adds to them."""
    for i in range(channels * out_height * out_width):
        winner = winners[i]
        d_input[winner] += d_output[i]
'''

LEAKY = '''\
def leaky_backward(
    d_input: Float32Buffer, d_output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size
) -> None:
    """∂L/∂input from ∂L/∂output, by the chain rule through leaky."""
    for i in lanes(size):
        gradient = d_output[i]
        d_input[i] = gradient if input[i] > 0.0 else gradient * slope
'''


@pytest.mark.parametrize(
    ("kernel", "wanted", "text"),
    [
        (kernels.dense_forward, ["weights", "bias"], DENSE),
        (kernels.maxpool2d_forward, ["input"], POOL),
        (leaky, ["input"], LEAKY),
    ],
    ids=["dense", "maxpool2d", "leaky"],
)
def test_text(kernel: Callable[..., Any], wanted: list[str], text: str) -> None:
    """A derived kernel reads as one written by hand."""
    assert derive(kernel, wanted, made=["input"]).text.partition("\n\n\n")[2] == text


# ------------------------------------------------------------------------------------- what is refused


def running_product(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    product = 1.0
    for i in range(size):
        product = product * input[i]
    output[0] = product


def scattered(output: Float32Buffer, input: Float32Buffer, place: Int32Buffer, size: Size) -> None:
    for i in range(size):
        output[place[i]] = input[i]


def squared_in_place(values: Float32Buffer, size: Size) -> None:
    for i in range(size):
        values[i] = values[i] * values[i]


def shifted_in_place(values: Float32Buffer, size: Size) -> None:
    for i in range(size):
        values[i] = values[i + 1]


def counted(count: Int32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        count[0] += 1 if input[i] > 0.0 else 0


def rounded(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[i] = float(int(input[i]))


def by_bits(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(size):
        output[i] = input[i] * float(float_to_bits(input[i]) & 1)


@pytest.mark.parametrize(
    ("kernel", "wanted", "line", "words"),
    [
        (running_product, "input", "product = product * input[i]", "product as it was in the middle of this loop"),
        (scattered, "input", "output[place[i]] = input[i]", "an element of output twice"),
        (squared_in_place, "values", "values[i] = values[i] * values[i]", "a value of values that this kernel over"),
        (shifted_in_place, "values", "values[i] = values[i + 1]", "overwritten at different places"),
        (counted, "input", "count[0] += 1", "stores no float32"),
        (rounded, "input", "output[i] = float(int(input[i]))", "by whole numbers and comparisons alone"),
        (by_bits, "input", "output[i] = input[i]", "bits of a number have no derivative"),
        (leaky, "slope", "", "slope has no gradient; expected one of input"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_refused(kernel: Callable[..., Any], wanted: str, line: str, words: str) -> None:
    """What has no derivative is refused, with the line and the reason."""
    with pytest.raises(KernelError) as caught:
        derive(kernel, [wanted])
    assert line in str(caught.value) and words in str(caught.value)


def test_the_command_prints_derived_kernels() -> None:
    """`python -m scnn.compiler derive` prints what `derive_all` gives; a name that is no kernel is refused."""
    command = [sys.executable, "-m", "scnn.compiler", "derive"]
    shown = subprocess.run([*command, "conv2d_forward"], capture_output=True, text=True, check=True).stdout
    assert "def conv2d_backward_weights(" in shown and "def conv2d_backward_padded(" in shown
    refused = subprocess.run([*command, "conv3d_forward"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "expected one of" in refused.stderr


def test_the_command_reads_files(tmp_path: Path) -> None:
    """FILE.py:NAME is a kernel of a file that is not executed; what is not there is named."""
    file = tmp_path / "mine.py"
    file.write_text(
        "from scnn.language import Float32Buffer, Size, lanes\n\n"
        "def halved(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:\n"
        "    for i in lanes(size):\n        output[i] = 0.5 * input[i] * input[i]\n"
    )
    command = [sys.executable, "-m", "scnn.compiler", "derive"]
    shown = subprocess.run([*command, f"{file}:halved"], capture_output=True, text=True, check=True).stdout
    assert "def halved_backward(" in shown
    for name, words in [(f"{file}:doubled", "it has halved"), (f"{tmp_path}/other.py:halved", "cannot be read")]:
        refused = subprocess.run([*command, name], capture_output=True, text=True, check=False)
        assert refused.returncode == 1 and words in refused.stderr


def test_the_command_compares_speeds() -> None:
    """`--time` prints ns a call, GFLOP/s and the ratio, for each derived kernel that has one written by hand."""
    command = [sys.executable, "-m", "scnn.compiler", "derive", "dense_forward", "--time", "--rounds", "1"]
    head, *rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert head.split()[-1] == "ratio"
    assert [row.split()[0] for row in rows] == ["dense_backward_weights", "dense_backward_input"]
    assert all(row.count("GFLOP/s") == row.count(" ns ") == 2 and float(row.split()[-1]) > 0 for row in rows)


def test_a_kernel_from_a_text_is_never_executed() -> None:
    """Its derived kernel is one from a text, too, and runs like any other."""
    text = "def halved(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:\n"
    text += "    for i in lanes(size):\n        output[i] = 0.5 * input[i] * input[i]\n"
    derived = derive(kernels_from(text, "a text")["halved"], ["input"], made=["input"])
    assert isinstance(derived.kernel, TextKernel)
    d_input, d_output, values = array("f", [9.0, 9.0]), array("f", [1.0, 2.0]), array("f", [3.0, 5.0])
    derived.kernel(d_input, d_output, values, 2)
    assert list(d_input) == [3.0, 10.0]
