"""Lowering: plans are checked without running them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path

import pytest

from scnn import kernels
from scnn.compiler import compile_plan
from scnn.engines.engine import EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ScnnError
from scnn.experiments.presets import PAPER
from scnn.language import Float32, Float32Buffer, Size, lanes
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer, Shape, call
from scnn.layers.pooling import MaxPool2D
from scnn.network.lowering import lower
from scnn.network.network import Network
from scnn.plan import ALIGNMENT, Call, Loop, Plan
from scnn.training.lowering import lower_training


def plan_of(*layers: object, images: int = 4) -> Plan:
    return lower_training(Network((1, 8, 8), layers, seed=1), images)  # type: ignore[arg-type]


def calls(plan: Plan, procedure: str) -> list[str]:
    """The kernels that a procedure calls, in order, including those inside loops."""

    def names(steps: tuple[Call | Loop, ...]) -> list[str]:
        found = []
        for step in steps:
            found += [step.kernel.__name__] if isinstance(step, Call) else names(step.body)
        return found

    return names(plan.procedures[procedure].body)


def test_the_order_of_a_training_step() -> None:
    """Forward, loss and counting come first, then backward in reverse order; the first layer's input has no
    gradient."""
    plan = plan_of(Conv2D(2, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(3))
    assert calls(plan, "gradients") == [
        *["load_image", "load_label"],
        *["pad2d_forward", "conv2d_forward", "relu_forward", "maxpool2d_forward", "dense_forward"],
        *["softmax_forward", "cross_entropy_forward", "record_outcome"],
        *["softmax_cross_entropy_backward", "dense_backward_weights", "dense_backward_input"],
        *["zero", "maxpool2d_backward", "relu_backward", "conv2d_backward_weights"],
        "tally",
    ]
    assert calls(plan, "train") == [*calls(plan, "gradients"), "sgd_update"]


def test_a_batch_is_its_shards_and_their_tree() -> None:
    """The loops of a step's shards follow one another and cover the batch; the sums between them are those of
    scnn.shards; a sample's random numbers are seeded first, where there are any."""
    network = Network((1, 8, 8), [Flatten(), Dropout(0.5), Dense(3)], seed=1)
    plan = lower_training(network, images=16, batch_size=9)
    (steps,) = plan.procedures["train"].body
    assert isinstance(steps, Loop) and steps.step == 9 and plan.shards == (4, 5)
    loops = [(str(one.start), one.count) for one in steps.body if isinstance(one, Loop)]
    assert loops == [("start + 0", 4), ("start + 4", 5), ("start", 9)]
    (first, _, _) = (one for one in steps.body if isinstance(one, Loop))
    assert "seed_sample" in str(first.body[0])
    assert [one.kernel.__name__ for one in steps.body if isinstance(one, Call)] == [
        "keep_sum",
        "join_sum",
        "sgd_update",
    ]


def test_inference_has_no_loss() -> None:
    """`infer` is the forward pass alone."""
    assert calls(plan_of(Flatten(), Dense(3)), "infer") == ["dense_forward", "softmax_forward"]


def test_every_argument_is_a_buffer_a_size_or_a_variable() -> None:
    """Every role is resolved, and every named buffer exists."""
    plan = lower_training(Network(PAPER.input_shape, PAPER.layers, seed=1), images=5)

    def check(steps: tuple[Call | Loop, ...], known: set[str]) -> None:
        for step in steps:
            if isinstance(step, Loop):
                check(step.body, known | {step.variable})
                continue
            for value in step.arguments.values():
                assert isinstance(value, int) or value in known or value in plan.buffers, f"{value} in {step}"

    for procedure in plan.procedures.values():
        check(procedure.body, set(procedure.parameters))


def test_buffers_lie_apart_and_aligned() -> None:
    """No two buffers overlap, except the two that contain all parameters and all gradients."""
    plan = lower_training(Network(PAPER.input_shape, PAPER.layers, seed=1), images=5)
    single = [buffer for name, buffer in plan.buffers.items() if name not in ("parameters", "gradients")]
    end = 0
    for buffer in sorted(single, key=lambda buffer: buffer.offset):
        assert buffer.offset >= end and buffer.offset % ALIGNMENT == 0
        end = buffer.offset + buffer.size
    assert plan.memory >= end


def test_memory_grows_by_the_images_alone() -> None:
    """Each image adds its pixels, a label and its outcome; nothing else depends on the number of images."""
    few, many = plan_of(Flatten(), Dense(3), images=1600), plan_of(Flatten(), Dense(3), images=60_800)
    assert many.memory - few.memory == (60_800 - 1600) * (64 + 1 + 8)


class Broken(Flatten):
    """A layer with given calls and a given shape."""

    def __init__(self, calls: object = (), shape: object = (64,)) -> None:
        self.calls, self.shape = calls, shape

    def output_shape(self, _: Shape) -> Shape:
        return self.shape  # type: ignore[return-value]

    def forward(self, _: Shape) -> list[Call]:
        return self.calls  # type: ignore[return-value]


def relu_with(**arguments: str | int) -> list[Call]:
    return [call(kernels.relu_forward, size=64, **arguments)]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Broken(None), "broken_1: expected a list of kernel calls from forward and backward, got None"),
        (lambda: Broken([3]), "got [3]"),
        (lambda: Broken(relu_with(input="inptu")), "unknown role 'inptu' for the parameter input of relu_forward"),
        (lambda: Broken(relu_with(output="mask")), "expected a number or one of: input, output, d_input, d_output"),
        (
            lambda: relu_with(siez=3),
            "kernel relu_forward has no parameter 'siez'; expected one of: output, input, size",
        ),
        (lambda: Broken(shape=None), "output shape of broken_1 must be a tuple of positive integers, got None"),
        (lambda: Broken(shape=(0,)), "must be a tuple of positive integers, got (0,)"),
    ],
)
def test_layers_of_ones_own_that_are_broken(make: Callable[[], Layer], words: str) -> None:
    """The error names the layer, and is raised before anything is compiled."""
    with pytest.raises(ScnnError, match=re.escape(words)):
        lower(Network((1, 8, 8), [make(), Dense(3)], seed=1))


def leak(output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] if input[i] > 0.0 else slope * input[i]


@dataclass(frozen=True)
class Leaky(ReLU):
    """A layer that passes a setting to its kernel as a constant."""

    slope: float = 0.01

    def forward(self, shape: Shape) -> list[Call]:
        return [call(leak, slope=self.slope, size=prod(shape))]


@pytest.mark.parametrize("make_engine", [compiled, Interpreter])
def test_settings_with_a_point_reach_the_kernels(make_engine: EngineFactory, tmp_path: Path) -> None:
    """Constants keep the layer's value on both engines, and after saving and loading."""
    network = Network((1, 2, 2), [Flatten(), Leaky(0.25)], seed=1)
    network.save(tmp_path / "m.safetensors")
    again = Network.load(tmp_path / "m.safetensors", layers=[Leaky])
    assert again.layers == network.layers != Network((1, 2, 2), [Flatten(), Leaky(0.5)], seed=1).layers
    engine = make_engine(lower(again))
    engine.write("input", [1.0, -1.0, -4.0, 0.5])
    engine.run("infer")
    assert list(engine.read("logits")) == [1.0, -0.25, -1.0, 0.5]


def test_memory_that_is_not_there() -> None:
    """A short configuration can require terabytes; the error says how much memory."""
    network = Network((1, 8, 8), [Conv2D(1, 3, padding=100_000), MaxPool2D(200_006), Flatten(), Dense(3)], seed=1)
    with pytest.raises(ConfigError, match="the network needs [0-9]{6} MiB; expected at most 1024"):
        lower(network)


def test_windows_of_any_size_compile_soon() -> None:
    """Loops are not unrolled in the plan."""
    network = Network((1, 8, 8), [Conv2D(1, 3, padding=2000), MaxPool2D(4006), Flatten(), Dense(3)], seed=1)
    assert len(compile_plan(lower(network)).code) < 10_000


def test_the_parameters_span_exactly_the_layers_parameters() -> None:
    """One update changes every weight and bias, and nothing else."""
    plan = plan_of(Conv2D(3, 3), ReLU(), Flatten(), Dense(3))
    for whole, prefix in (("parameters", ""), ("gradients", "d_")):
        owned = [
            f"conv2d_1.{prefix}weights",
            f"conv2d_1.{prefix}bias",
            f"dense_1.{prefix}weights",
            f"dense_1.{prefix}bias",
        ]
        first, last = plan.buffers[owned[0]].offset, plan.buffers[owned[-1]]
        span = plan.buffers[whole]
        assert span.offset == first and span.size - (last.offset + last.size - first) in range(ALIGNMENT)
    assert plan.buffers["parameters"].length == plan.buffers["gradients"].length


def test_plans_compare_and_print() -> None:
    """Equal networks give equal plans; a plan's text names kernels, buffers and sizes."""
    one, other = plan_of(Flatten(), Dense(3)), plan_of(Flatten(), Dense(3))
    assert one == other != plan_of(Flatten(), Dense(4))
    text = str(one)
    assert "dense_forward(output=logits, input=input, weights=dense_1.weights, bias=dense_1.bias" in text
    assert "inputs=64, outputs=3)" in text and "position from first, count times, by 1:" in text


def test_call_arguments_follow_the_kernel() -> None:
    """Arguments are in the order of the kernel's parameters."""
    step = next(step for step in plan_of(Flatten(), Dense(3)).procedures["infer"].body if isinstance(step, Call))
    assert list(step.arguments) == ["output", "input", "weights", "bias", "inputs", "outputs"]
    assert step.kernel is kernels.dense_forward


class Own(ReLU):
    """A user's layer whose backward pass reads its output, which is allowed."""

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        return [call(kernels.relu_backward, input="output", size=prod(shape))] if input_gradient else []


def test_an_output_that_is_read_again_is_not_overwritten() -> None:
    """Dropout works in place: after such a layer it is rejected, because it would corrupt the gradients."""
    with pytest.raises(ConfigError, match="dropout_1 overwrites the output of own_1"):
        plan_of(Own(), Flatten(), Dropout(0.5), Dense(3))
    assert plan_of(Own(), Flatten(), Dense(4), Dropout(0.5), Dense(3))
