"""Graphs: residual and parallel branches, whose gradients add up."""

import copy
import pickle
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import pytest

from scnn import kernels
from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.language import Float32Buffer, Size, lanes
from scnn.layers import (
    Add,
    Branch,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Join,
    Layer,
    ReLU,
    Sigmoid,
    Tanh,
)
from scnn.layers.layer import Shape, call
from scnn.network.architecture import Architecture
from scnn.network.inspection import Inspector
from scnn.network.network import Network
from scnn.network.trace import NetworkTracer
from scnn.plan import Call, Loop
from scnn.training.gradient_check import check_gradients
from scnn.training.lowering import lower_training
from tests.compiler.support import bits
from tests.engines.makers import MAKERS
from tests.layers.mistakes import with_mistake
from tests.network.graphs import (
    CASES,
    GRAPHS,
    IMAGE,
    LABEL,
    PARALLEL,
    RESIDUAL,
    SHAPE,
    UNLEARNED,
    network_of,
    rows_of,
)

# ----------------------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize("make_engine", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_figures_of_pytorch(case: dict[str, Any], make_engine: EngineFactory) -> None:
    """Logits, loss and every gradient agree with PyTorch's in float32, back to the image."""
    tracer = NetworkTracer(network_of(case), make_engine)
    tracer.run(IMAGE, LABEL)
    engine = tracer.engine
    assert list(engine.read("logits")) == pytest.approx(case["logits"], rel=1e-5, abs=1e-6)
    assert engine.read("loss")[0] == pytest.approx(case["loss"], rel=1e-5, abs=1e-6)
    assert case["gradients"].keys() == {*tracer.network.parameters, "input"}
    for name, expected in case["gradients"].items():
        owner, dot, role = name.rpartition(".")
        assert list(engine.read(f"{owner}{dot}d_{role}")) == pytest.approx(expected, rel=1e-4, abs=1e-6), name


def multiply(output: Float32Buffer, input: Float32Buffer, other: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        output[i] = input[i] * other[i]


@dataclass(frozen=True)
class Multiply(Join):
    """A layer of one's own that reads two outputs."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, shape: Shape) -> list[Call]:
        return [call(multiply, size=prod(shape))]


def test_a_layer_of_ones_own_reads_two_outputs(tmp_path: Path) -> None:
    """Its backward pass is derived for both; files hold it."""
    layers = [Conv2D(3, 3), Sigmoid(), Branch("conv2d_1"), Tanh(), Multiply("sigmoid_1"), Flatten(), Dense(3)]
    network = Network(SHAPE, layers, seed=2)
    assert check_gradients(network, rows_of(IMAGE), LABEL, samples=3).passed
    network.save(tmp_path / "own.safetensors")
    again = Network.load(tmp_path / "own.safetensors", layers=[Multiply])
    assert again.logits(rows_of(IMAGE)) == network.logits(rows_of(IMAGE))


@pytest.mark.parametrize("layers", GRAPHS.values(), ids=GRAPHS)
def test_finite_differences(layers: list[Layer]) -> None:
    """The gradient of each parameter, and of each output, is right, however many layers read it."""
    network = Network(SHAPE, layers, seed=4)
    report = check_gradients(network, rows_of(IMAGE), LABEL, samples=5)
    assert report.passed, report
    assert set(network.parameters) < {check.name for check in report.checks}


def test_a_missing_sum_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that overwrites the other layer's gradient makes that output wrong, and the layers before it."""
    wrong = with_mistake(kernels.add_gradient, "d_output[i] + d_input[i]", "d_input[i]")
    monkeypatch.setattr(kernels, "add_gradient", wrong)
    report = check_gradients(Network(SHAPE, RESIDUAL, seed=4), rows_of(IMAGE), LABEL, samples=5)
    found = {check.name for check in report.checks if check.verdict == "wrong"}
    assert {"relu_1.output", "conv2d_1.weights"} <= found and "conv2d_2.weights" not in found


@pytest.mark.parametrize("layers", GRAPHS.values(), ids=GRAPHS)
def test_the_same_bits_on_every_engine(layers: list[Layer]) -> None:
    """A step on two samples gives the exact interpreter's bits in every buffer."""
    network = Network(SHAPE, layers, seed=4)
    plan = lower_training(network, 2, batch_size=2)
    results = []
    for name in ("exact", "compiled"):
        engine = MAKERS[name](plan)
        for parameter, values in network.parameters.items():
            engine.write(parameter, values)
        engine.write("pixels", [(11 * k) % 256 for k in range(2 * prod(SHAPE))])
        engine.write("labels", [0, 2])
        engine.write("counter", [7, 0])
        engine.write("settings", [0.1] * 8)
        engine.run("train", 0, 1)
        results.append({buffer: bits(engine.read(buffer)) for buffer in plan.buffers})
    assert results[0] == results[1]


def test_the_first_reader_in_the_backward_pass_writes_and_the_others_add() -> None:
    """One sum for each further reader, none where no parameter needs the gradient, and none in a list of layers."""
    assert backward_kernels(RESIDUAL).count("add_gradient") == 1
    assert backward_kernels(UNLEARNED).count("add_gradient") == 2  # of tanh_1 and dense_2, not of the image
    assert not any("relu" in name for name in backward_kernels(UNLEARNED))
    assert "add_gradient" not in backward_kernels([Conv2D(2, 3), ReLU(), Dropout(0.1), Flatten(), Dense(2)])


def backward_kernels(layers: list[Layer]) -> list[str]:
    names = called(lower_training(Architecture(SHAPE, layers), 1).procedures["learn"].body)
    return names[names.index("record_outcome") + 1 :]


def called(steps: tuple[Call | Loop, ...]) -> list[str]:
    lists = [[step.kernel.__name__] if isinstance(step, Call) else called(step.body) for step in steps]
    return [name for names in lists for name in names]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_saliency_is_the_gradient_of_the_largest_logit(case: dict[str, Any]) -> None:
    """It goes through all branches back to the image, as differences of the logit do."""
    network = network_of(case)
    inspector = Inspector(network, compiled)
    best = inspector.look(IMAGE).best
    inspector.saliency()
    found = list(inspector.engine.read("d_input"))
    step = 1 / 64
    for index in (0, 7, 30):
        above, below = (
            network.logits(rows_of([*IMAGE[:index], abs(IMAGE[index] + change), *IMAGE[index + 1 :]]))[0][best]
            for change in (step, -step)
        )
        assert found[index] == pytest.approx(abs(above - below) / (2 * step), rel=0.05, abs=1e-3)


# ------------------------------------------------------------------------------------------------- forward


def test_concatenation_keeps_the_order_of_the_list() -> None:
    """The named output comes first, since its layer stands first in the list."""
    network = Network((1, 1, 2), [Branch("input"), Concatenate("input"), Flatten()], class_names=["a", "b", "c", "d"])
    assert network.logits([[[0.25, 0.5]]]) == [[0.25, 0.5, 0.25, 0.5]]
    network = Network((1, 1, 2), [ReLU(), Add("input"), Concatenate("relu_1"), Flatten()])
    assert network.logits([[[0.25, 0.5]]]) == [[0.25, 0.5, 0.5, 1.0]]


def test_names_that_are_used_are_printed() -> None:
    """A line ends with the layer's name if another layer reads its output by that name."""
    assert "→ 8 × 4 × 4  (relu_1)\n" in str(Network(SHAPE, RESIDUAL)) and "relu_2" not in str(
        Network(SHAPE, RESIDUAL)
    )


def test_files_and_copies(tmp_path: Path) -> None:
    """A graph comes back from a file, a pickle and a deep copy, and predicts the same bits."""
    network = Network(SHAPE, PARALLEL, seed=4)
    expected = network.logits(rows_of(IMAGE))
    network.save(tmp_path / "graph.safetensors")
    for other in (
        Network.load(tmp_path / "graph.safetensors"),
        pickle.loads(pickle.dumps(network)),
        copy.deepcopy(network),
    ):
        assert other.layers == network.layers and other.logits(rows_of(IMAGE)) == expected


def test_sums_of_one_output_do_not_take_exponential_time() -> None:
    """A chain of layers that add an output to itself."""
    layers: list[Layer] = [Conv2D(1, 1), *(Add(f"add_{n}") if n else Add("conv2d_1") for n in range(40)), Flatten()]
    assert len(backward_kernels([*layers, Dense(2)])) > 80
