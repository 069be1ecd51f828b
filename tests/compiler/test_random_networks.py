"""Trainings of random networks: the compiled engine gives the bits of the exact interpreter."""

from collections.abc import Iterator
from math import prod
from random import Random

import pytest

from scnn import kernels
from scnn.engines.engine import Engine
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine
from scnn.layers import (
    GELU,
    Add,
    AveragePool2D,
    BatchNorm2D,
    Branch,
    Concatenate,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    GroupNorm,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    MeanSquaredError,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    SoftmaxCrossEntropy,
    SquaredHinge,
    Standardise,
    Tanh,
)
from scnn.layers.layer import Layer
from scnn.network.architecture import Architecture
from scnn.plan import Call, Loop, Plan
from scnn.training.augmentation import Augmentation
from scnn.training.lowering import lower_training
from scnn.training.muon import Muon
from scnn.training.optimisers import SGD, AdamW, Lion
from tests.compiler.support import bits, kernel_of, plan_of, run


def random_plans() -> Iterator[tuple[Plan, Random]]:
    """Random small networks and trainings, with every layer, optimiser and augmentation."""
    optimisers = [
        SGD(0.05),
        SGD(0.05, momentum=0.9, weight_decay=0.01),
        SGD(0.1, momentum=0.8, nesterov=True),
        AdamW(0.01, weight_decay=0.001, clip_norm=0.1, averaging=0.9),
    ]
    for seed in range(12):
        random = Random(seed)
        shape = (random.randrange(1, 4), random.randrange(6, 15), random.randrange(6, 15))
        layers: list[Layer] = []
        for _ in range(random.randrange(1, 3)):
            size = random.randrange(1, 6)
            layers += [Conv2D(random.randrange(1, 7), size, random.randrange(1, 3), random.randrange(size // 2, 3))]
            layers += [random.choice([ReLU(), ReLU(), LeakyReLU(0.2), SiLU()])]
        pooling = [MaxPool2D, AveragePool2D][seed % 2]
        layers += [pooling(random.randrange(1, 3), random.randrange(1, 3))]
        layers += [GlobalAveragePool(), Flatten(), Dense(7), Tanh(), Sigmoid()] if seed % 4 == 3 else [Flatten()]
        layers += [Dense(random.randrange(1, 20)), ReLU(), Dropout(0.4), Dense(random.randrange(2, 12))]
        losses: list[Layer] = [SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.1), SquaredHinge(), MeanSquaredError()]
        network = Architecture(shape, [*layers, losses[seed % 4]])
        colours = {"flip": 0.5, "brightness": 0.1, "contrast": 0.2, "tint": 0.1} if seed % 3 == 2 else {}
        distorted = Augmentation(rotation=20, scale=0.2, shear=0.2, shift=2, bend=1, nodes=3, **colours)
        change = distorted if seed % 3 else None
        yield lower_training(network, 9, optimisers[seed % 4], change, 2, batch_size=4 if seed % 2 else 8), random
    others = [Conv2D(4, 3, padding=2, dilation=2), PReLU(), Conv2D(4, 3, groups=4), GroupNorm(2), GELU()]
    others += [Standardise(0.1, (1.0, 0.5, 2.0, 0.25)), MaxPool2D(3, 2, 1), ConvTranspose2D(3, 3, 2, 1, 1)]
    others += [AveragePool2D(3, 2, 1, False), LayerNorm(), Flatten(), Dense(4)]
    yield lower_training(Architecture((2, 7, 9), others), 9, optimisers[3], None, 2, batch_size=8), Random(13)
    winograd = [Conv2D(8, 3, padding=1), ReLU(), Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(4), Flatten(), Dense(4)]
    yield lower_training(Architecture((1, 8, 8), winograd), 9, optimisers[0], None, 2, batch_size=8), Random(12)
    norms = [Conv2D(4, 3), BatchNorm2D(), Dropout(0.3), MaxPool2D(2), Conv2D(8, 3, padding=1), BatchNorm2D(0.01, 0.5)]
    norms += [ReLU(), Conv2D(8, 3, padding=1), Add("relu_1"), Flatten(), Dense(5), BatchNorm2D(), Dense(3)]
    for batch in (5, 32):
        change = Augmentation(rotation=20, nodes=3)
        yield lower_training(Architecture((2, 10, 10), norms), 2 * batch, optimisers[3], change, 2, batch), Random(14)
    lion = Lion(0.01, weight_decay=0.1)
    graph = [Conv2D(3, 3, padding=1), ReLU(), Conv2D(3, 1), Add("relu_1"), Branch("relu_1"), Concatenate("add_1")]
    yield lower_training(Architecture((2, 5, 6), [*graph, Flatten(), Dense(4)]), 9, lion, None, 2, 8), Random(13)
    muon = [Conv2D(3, 3), ReLU(), Flatten(), Dense(4)]
    yield lower_training(Architecture((2, 5, 6), muon), 9, Muon(0.01, weight_decay=0.1), None, 2, 8), Random(15)


def called(steps: tuple[Call | Loop, ...]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Call):
            yield step.kernel.__name__
        else:
            yield from called(step.body)


PLANS = list(random_plans())


@pytest.mark.parametrize(("plan", "random"), PLANS, ids=map(str, range(len(PLANS))))
def test_trainings_of_random_networks_agree_to_the_bit(plan: Plan, random: Random) -> None:
    """After a batch or two every buffer has the same bits, compiled and interpreted exactly."""
    engines: list[Engine] = [Interpreter(plan, exact=True), WasmEngine(plan, WasmtimeHost())]
    classes = plan.buffers["confusion"].shape[0]
    values: dict[str, list[float]] = {
        "parameters": [random.uniform(-0.5, 0.5) for _ in range(plan.buffers["parameters"].length)],
        "settings": [random.uniform(0.01, 0.5) for _ in range(16)],
        "counter": [random.randrange(1, 2**31 - 1), random.randrange(1000)],
        "pixels": [random.randrange(256) for _ in range(prod(plan.buffers["pixels"].shape))],
        "labels": [random.randrange(classes) for _ in range(9)],
    }
    if "shares" in plan.buffers:
        values["shares"] = [0.4, 0.3]
    if "strengths" in plan.buffers:
        values["strengths"] = [0.3, 0.2, 0.2, 1.5, 1.0, 0.5, 0.1, 0.2, 0.1]
    for engine in engines:
        for buffer, numbers in values.items():
            engine.write(buffer, [int(n) for n in numbers] if plan.buffers[buffer].kind != "float32" else numbers)
        engine.run("train", 0, 8 // sum(plan.shards))
        if "swap" in plan.procedures:
            engine.run("swap")
        engine.run("evaluate", 8, 1)
        if "sums" in plan.buffers:
            engine.run("keep_sum", 0)
            engine.run("add_sums", 0, 0)
    for buffer in plan.buffers:
        assert bits(engines[0].read(buffer)) == bits(engines[1].read(buffer)), buffer


def test_the_random_networks_call_every_kernel() -> None:
    """The trainings call all of scnn's kernels, directly or through other kernels, and the derived ones."""
    derived = {"averagepool2d_backward", "globalaveragepool_backward", "leakyrelu_backward", "sigmoid_backward"}
    derived |= {"silu_backward", "tanh_backward", "prelu_backward_input", "prelu_backward_slopes"}
    derived |= {"averagepool2d_padded_backward", "standardise_backward", "normalise_backward"}
    derived |= {f"scale_{what}_backward_{role}" for what in ("channels", "elements") for role in ("weights", "input")}
    derived |= {"add_backward_input", "add_backward_other", "concatenate_backward"}
    seen = {name for plan, _ in PLANS for p in plan.procedures.values() for name in called(p.body)}
    inner = {"exp", "log", "next_random", "normal_cdf", "sigmoid", "uniform"}  # which other kernels call
    inner |= {"winograd_inputs", "winograd_products", "winograd_outputs"}
    assert seen == derived | set(kernels.__all__) - inner


def test_iterations_that_run_together_give_the_compiled_bits() -> None:
    """Blocked loops in lanes, calls in blocked loops, and branches on varying values."""
    kernel = kernel_of(
        "def add(out: Float32Buffer, x: Float32Buffer, at: Int32, size: Size, factor: Float32):\n"
        "    total = 0.0\n"
        "    for k in range(size):\n"
        "        total += x[k] * factor\n"
        "    if factor > 0.5:\n"
        "        total = total + 1.0\n"
        "    out[at] = total\n"
        "def kernel(out: Float32Buffer, x: Float32Buffer, rows: Size, size: Size):\n"
        "    for r in blocked(rows, 3):\n"
        "        for i in lanes(size, 8):\n"
        "            f = x[i] if r != 2 else 0.25\n"
        "            add(out, x, r * size + i, size, f)\n"
    )
    plan = plan_of(kernel, {"out": 7 * 21, "x": 21}, {"rows": 7, "size": 21})
    x = [Random(1).random() for _ in range(21)]
    expected = run(Interpreter(plan, exact=True), {"x": x})
    assert bits(run(WasmEngine(plan, WasmtimeHost()), {"x": x})["out"]) == bits(expected["out"])
