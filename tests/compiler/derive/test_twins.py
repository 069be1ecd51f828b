"""Derived backward kernels beside those written by hand."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import DataObject, DrawFn, booleans, composite, data, integers

from scnn import kernels
from scnn.compiler.derive import Derived, derive, derive_all
from tests.compiler.derive.trial import Case, Trial
from tests.compiler.support import bits, engines, plan_of, run

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
def grouped_convolutions(draw: DrawFn) -> Twins:
    """Dilations and groups, also of one channel."""
    kernel, stride, dilation, groups = draw(integers(1, 2)), draw(integers(1, 2)), draw(integers(1, 2)), 2
    extent = dilation * (kernel - 1) + 1
    height, width = (draw(integers(extent, 7)) for _ in range(2))
    channels, filters = draw(integers(1, 2)), draw(integers(1, 2))
    rows, columns = (height - extent) // stride + 1, (width - extent) // stride + 1
    sizes = {"groups": groups, "channels": channels, "height": height, "width": width, "filters": filters}
    sizes |= {"kernel": kernel, "stride": stride, "dilation": dilation, "out_height": rows, "out_width": columns}
    lengths = {"output": groups * filters * rows * columns, "padded": groups * channels * height * width}
    lengths |= {"weights": groups * filters * channels * kernel * kernel, "bias": groups * filters}
    case = Case(kernels.conv2d_grouped_forward, lengths, sizes)
    if draw(booleans()):
        return case, ["weights", "bias"], kernels.conv2d_grouped_backward_weights
    return case, ["padded"], kernels.conv2d_grouped_backward_input


@composite
def paddings(draw: DrawFn) -> Twins:
    channels, height, width, padding = (draw(integers(1, 6)) for _ in range(4))
    lengths = {
        "padded": channels * (height + 2 * padding) * (width + 2 * padding),
        "input": channels * height * width,
    }
    sizes = {"channels": channels, "height": height, "width": width, "padding": padding}
    if draw(booleans()):
        return (
            Case(kernels.pad2d_channel_last_forward, lengths, sizes),
            ["input"],
            kernels.pad2d_channel_last_backward,
        )
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
        case = Case(kernels.gelu_forward, {"output": size, "input": size}, {"size": size})
        return case, ["input"], kernels.gelu_backward
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
    rounding = 2e-6 if by_hand is kernels.gelu_backward else 1e-12  # which has no slope of an approximation
    for one in wanted:
        assert mine[f"d_{one}"] == pytest.approx(theirs[f"d_{one}"], rel=rounding, abs=rounding)
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


@pytest.mark.parametrize("label", [0, 4])
def test_losses_and_their_gradients(label: int) -> None:
    """The kernel that is derived from each loss gives what the one written by hand does. The latter of the smoothed
    cross-entropy reads the probabilities."""
    random = Random(4 + label)
    scores, gradient = [random.uniform(-2, 2) for _ in range(5)], [0.0] * 5
    probabilities = [0.0] * 5
    kernels.softmax_forward(probabilities, scores, 5)
    kernels.smoothed_cross_entropy_backward(gradient, probabilities, [label], 0.1, 5)
    (derived,) = derive_all(kernels.smoothed_cross_entropy_forward)
    assert made_by(derived, scores, label, 0.1) == pytest.approx(gradient, abs=1e-6)
    for forward, by_hand in (
        (kernels.squared_hinge_forward, kernels.squared_hinge_backward),
        (kernels.mean_squared_error_forward, kernels.mean_squared_error_backward),
    ):
        by_hand(gradient, scores, [label], 5)
        (derived,) = derive_all(forward)
        assert made_by(derived, scores, label) == pytest.approx(gradient, abs=1e-12)


def made_by(derived: Derived, scores: list[float], label: int, *smoothing: float) -> list[float]:
    """The gradient of the scores, for a gradient of 1 of the loss."""
    found = [0.0] * len(scores)
    given = {"d_loss": [1.0], "loss": [0.0], "label": [label], "classes": len(scores)}
    given |= {"logits": scores, "scores": scores, "d_logits": found, "d_scores": found}
    given |= {"smoothing": smoothing[0]} if smoothing else {}
    derived.kernel(*(given[name] for name in derived.parameters))
    return found
