"""Batch normalisation against PyTorch's figures (made by fixtures/make_batch_norm.py), and its gradients."""

import json
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scnn.engines.engine import Engine
from scnn.engines.float64 import Float64
from scnn.engines.group import Group
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.layers import BatchNorm2D, Conv2D, Dense, Flatten, MaxPool2D, PReLU, Tanh
from scnn.layers.layer import Layer
from scnn.layers.registry import layers_from_list
from scnn.network.network import Network
from scnn.plan import Argument, Call, Loop, Offset, Plan, Procedure
from scnn.training.gradient_check import check_gradients
from scnn.training.lowering import lower_training
from scnn.training.optimisers import SGD
from tests.engines.makers import MAKERS

FIGURES = json.loads((Path(__file__).parents[1] / "fixtures" / "batch_norm.json").read_text())
STEPS = len(FIGURES["cases"][0]["losses"])


def group(plan: Plan) -> Engine:
    return Group(plan, WasmtimeHost(), 2, always=True)


def network_of(case: dict[str, Any]) -> Network:
    return Network(FIGURES["shape"], layers_from_list(FIGURES["layers"]), parameters=case["begin"])


def begun(make_engine: Callable[[Plan], Engine], network: Network, case: dict[str, Any]) -> Engine:
    """An engine with the batch of a case, and the settings of all steps."""
    count = case["batch"]
    engine = make_engine(lower_training(network, count, SGD(FIGURES["learning_rate"]), None, STEPS, count))
    for name, values in network.parameters.items():
        engine.write(name, values)
    engine.write("pixels", bytes(pixel for one in case["pixels"] for pixel in one))
    engine.write("labels", bytes(case["labels"]))
    engine.write("settings", STEPS * SGD(FIGURES["learning_rate"]).row(0, 1.0))
    return engine


@pytest.mark.parametrize("make_engine", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("case", FIGURES["cases"], ids=lambda case: case["name"])
def test_three_steps_agree_with_pytorch(case: dict[str, Any], make_engine: Callable[[Plan], Engine]) -> None:
    """Losses, gradients, weights and running statistics; the logits with these are those of PyTorch's eval mode."""
    network = network_of(case)
    engine = begun(make_engine, network, case)
    if len(engine.plan.shards) == 1:
        engine.run("learn", 0, case["batch"])
        for name, gradients in case["gradients"].items():
            owner, _, role = name.partition(".")
            found = [one / case["batch"] for one in engine.read(f"{owner}.d_{role}")]
            assert found == pytest.approx(gradients, rel=1e-4, abs=2e-6), name
        engine = begun(make_engine, network, case)
    for losses in case["losses"]:
        engine.run("train", 0, 1)
        assert list(engine.read("outcomes")[::2]) == pytest.approx(losses, rel=1e-4, abs=1e-5)
    for name, after in case["after"].items():
        assert list(engine.read(name)) == pytest.approx(after, rel=2e-4, abs=1e-5), name
        network.parameters[name][:] = array("f", engine.read(name))
    images = [[pixel / 255 for pixel in one] for one in case["pixels"][:2]]
    channels, rows, columns = FIGURES["shape"]
    shaped = [
        [[one[(c * rows + r) * columns :][:columns] for r in range(rows)] for c in range(channels)] for one in images
    ]
    for found, logits in zip(network.logits(shaped), case["logits"], strict=True):
        assert list(found) == pytest.approx(logits, rel=2e-4, abs=1e-4)


def test_two_workers_compute_the_same_bits() -> None:
    """Each computes the statistics of its own shard."""
    case = FIGURES["cases"][1]
    alone, shared = (begun(make, network_of(case), case) for make in (compiled, group))
    assert alone.plan.shards == (16, 16)
    for engine in (alone, shared):
        for _ in range(STEPS):
            engine.run("train", 0, 1)
    for buffer in ("parameters", "confusion", "loss_sum"):
        assert alone.read(buffer) == shared.read(buffer)


# ------------------------------------------------------------------------------------- finite differences

SHAPE, SAMPLES = (1, 5, 4), 5
LAYERS: list[Layer] = [
    *(Conv2D(2, 3, padding=1), BatchNorm2D(0.01), Tanh(), MaxPool2D(2), Conv2D(3, 2), BatchNorm2D(), PReLU()),
    *(Flatten(), BatchNorm2D(), Dense(3)),
]


def unrolled(steps: tuple[Call | Loop, ...], values: Mapping[str, int]) -> Iterator[Call]:
    """The calls of a procedure in order, with numbers in the places of parameters and loop variables."""

    def number(argument: str | int | Offset) -> int:
        if isinstance(argument, Offset):
            return values[argument.variable] + argument.by
        return values[argument] if isinstance(argument, str) else argument

    for step in steps:
        if isinstance(step, Loop):
            for turn in range(number(step.count)):
                variable = number(step.start) + turn * number(step.step)
                yield from unrolled(step.body, {**values, step.variable: variable})
        else:
            arguments: dict[str, Argument] = {
                name: values[value] if isinstance(value, str) and value in values else value
                for name, value in step.arguments.items()
            }
            yield Call(step.kernel, arguments)


def gradient_errors(spoiled: str | None = None) -> dict[str, float]:
    """For each parameter, the largest difference of the compiled gradients from those by finite differences of the
    batch's loss in float64, relative to the tensor's largest; with one kernel's calls left out, if `spoiled`."""
    network = Network(SHAPE, LAYERS, seed=3)
    random = Random(5)
    pixels, labels = random.randbytes(SAMPLES * 20), [0, 2, 1, 0, 2]
    for name, values in network.parameters.items():
        if ".running" not in name:
            values[:] = array("f", [value + random.uniform(-0.3, 0.3) for value in values])
    plan = lower_training(network, SAMPLES, batch_size=SAMPLES)
    calls = list(unrolled(plan.procedures["learn"].body, {"first": 0, "count": SAMPLES}))
    run = tuple(call for call in calls if call.kernel.__name__ != spoiled)
    exact, engine = Float64(plan), compiled(Plan(plan.buffers, {"learn": Procedure("learn", (), run)}))
    for on in (exact, engine):
        on.write("pixels", list(pixels))
        on.write("labels", labels)
        for name, values in network.parameters.items():
            on.write(name, list(values))
    engine.run("learn")

    def loss() -> float:
        exact.run(calls)
        return sum(exact.buffers["outcomes"][: 2 * SAMPLES : 2])

    errors = {}
    for name, parameter in network.specifications().items():
        if not parameter.learned:
            continue
        numbers, expected = exact.buffers[name], []
        for position, value in enumerate(numbers):
            numbers[position] = value + 1e-6
            above = loss()
            numbers[position] = value - 1e-6
            expected.append((above - loss()) / 2e-6)
            numbers[position] = value
        owner, _, role = name.partition(".")
        found = engine.read(f"{owner}.d_{role}")
        largest = max(map(abs, expected))
        differences = [abs(one - other) for one, other in zip(found, expected, strict=True)]
        # a shift of all of a channel's numbers changes nothing, so the gradients of biases before it are zero
        errors[name] = max(differences) / max(largest, 0.01)
    return errors


def test_gradients_are_those_of_the_batch() -> None:
    """The samples depend on one another: finite differences of the sum of all their losses."""
    errors = gradient_errors()
    assert len(errors) == 13
    assert max(errors.values()) < 1e-3, errors


@pytest.mark.parametrize("kernel", ["batch_norm_gradient", "add_gradient_sums", "add_channel_squares"])
def test_a_wrong_gradient_is_found(kernel: str) -> None:
    """The check above fails without any one of the kernels."""
    assert max(gradient_errors(kernel).values()) > 0.01


def test_gradients_with_running_statistics() -> None:
    """One image is explained as inference computes it; the derived backward kernels are right."""
    network = Network(SHAPE, LAYERS, seed=2)
    for at in (1, 2, 3):
        for role, start in (("running_mean", 0.1), ("running_variance", 0.5)):
            values = network.parameters[f"batchnorm2d_{at}.{role}"]
            values[:] = array("f", [start + 0.1 * k for k in range(len(values))])
    report = check_gradients(network, [[[0.1 * (r + 3 * c % 5) for c in range(4)] for r in range(5)]], 1)
    verdicts = {check.name: check.verdict for check in report.checks}
    assert {verdicts[f"batchnorm2d_{at}.{role}"] for at in (1, 2, 3) for role in ("weights", "bias")} == {"right"}
    assert report.passed and not any("running" in name for name in verdicts)


@pytest.mark.parametrize("make_engine", MAKERS.values(), ids=MAKERS)
def test_a_single_number(make_engine: Callable[[Plan], Engine]) -> None:
    """A batch of one vector has no variance: the output is the bias, and the statistics stay finite."""
    network = Network((1, 1, 2), [Flatten(), BatchNorm2D(momentum=0.5), Dense(2)], seed=1)
    network.parameters["batchnorm2d_1.bias"][:] = array("f", [0.25, -0.5])
    engine = make_engine(lower_training(network, 1))
    for name, values in network.parameters.items():
        engine.write(name, values)
    engine.write("pixels", bytes([255, 51]))
    engine.run("learn", 0, 1)
    assert list(engine.read("batchnorm2d_1.output")) == [0.25, -0.5]
    assert list(engine.read("batchnorm2d_1.d_weights")) == [0.0, 0.0]
    engine.run("update", 1)
    assert list(engine.read("batchnorm2d_1.running_mean")) == pytest.approx([0.5, 0.1])
    assert list(engine.read("batchnorm2d_1.running_variance")) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BatchNorm2D(0.0), "BatchNorm2D: epsilon must be a number from 1e-12 to 1, got 0.0"),
        (lambda: BatchNorm2D(momentum=0.0), "BatchNorm2D: the momentum must be above 0 and at most 1, got 0.0"),
        (lambda: BatchNorm2D(momentum=float("nan")), "at most 1, got nan"),
    ],
)
def test_settings_out_of_range(make: Callable[[], Any], words: str) -> None:
    """The error names the setting and the value."""
    with pytest.raises(ConfigError) as caught:
        make()
    assert words in str(caught.value)
