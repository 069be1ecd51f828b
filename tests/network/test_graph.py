"""Graphs: residual and parallel branches, whose gradients add up; and the graphs that are refused."""

import copy
import json
import pickle
from array import array
from dataclasses import dataclass
from math import prod
from pathlib import Path
from random import Random
from typing import Any

import pytest

from scnn import kernels
from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.errors import ConfigError, ModelError, ShapeError
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
    MaxPool2D,
    ReLU,
    Sigmoid,
    SiLU,
    Tanh,
)
from scnn.layers.layer import Shape, call
from scnn.layers.registry import layers_from_list
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

SHAPE, LABEL = (2, 4, 4), 1
CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "graphs.json").read_text())

RESIDUAL: list[Layer] = [
    *(Conv2D(8, 3, padding=1), ReLU(), Conv2D(8, 3, padding=1), ReLU(), Conv2D(8, 3, padding=1), Add("relu_1")),
    *(ReLU(), MaxPool2D(2), Flatten(), Dense(3)),
]
PARALLEL: list[Layer] = [
    *(Conv2D(4, 3, padding=1), SiLU(), Conv2D(3, 1), Tanh(), Branch("silu_1"), Conv2D(3, 3, padding=1)),
    *(Concatenate("tanh_1"), Branch("silu_1"), MaxPool2D(3, 1), Flatten(), Dense(5), Branch("concatenate_1")),
    *(Flatten(), Dense(5), Add("dense_1"), Dropout(0.3), Concatenate("dropout_1"), Dense(3)),
]
UNLEARNED: list[Layer] = [
    *(ReLU(), Branch("input"), Conv2D(1, 3, padding=1), Concatenate("relu_1"), Concatenate("input"), Flatten()),
    *(Dense(4), Tanh(), Add("tanh_1"), Dense(3), Add("dense_2")),
]
GRAPHS = {"residual": RESIDUAL, "parallel": PARALLEL, "without parameters before": UNLEARNED}


def numbers(count: int, seed: int) -> list[float]:
    """The parameters and the image of fixtures/make_graphs.py."""
    return [((37 * k + 13 * seed) % 101 - 50) / 128 for k in range(count)]


IMAGE = [abs(value) for value in numbers(prod(SHAPE), 0)]


def network_of(case: dict[str, Any]) -> Network:
    """The network of a case with the parameters of fixtures/make_graphs.py."""
    network = Network(SHAPE, layers_from_list(case["layers"]))
    for seed, values in enumerate(network.parameters.values(), 1):
        values[:] = array("f", numbers(len(values), seed))
    return network


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
    for place in (0, 7, 30):
        above, below = (
            network.logits(rows_of([*IMAGE[:place], abs(IMAGE[place] + change), *IMAGE[place + 1 :]]))[0][best]
            for change in (step, -step)
        )
        assert found[place] == pytest.approx(abs(above - below) / (2 * step), rel=0.05, abs=1e-3)


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


# ------------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([ReLU(), Add("relu_2"), ReLU()], "add_1: 'relu_2' is no earlier layer; expected one of: input, relu_1"),
        ([ReLU(), Add("add_1")], "add_1: 'add_1' is no earlier layer"),
        ([ReLU(), Branch("conv_1")], "branch_1: 'conv_1' is no layer of the network; expected one of: input, relu_1"),
        ([ReLU(), Concatenate("")], "concatenate_1: '' is no layer"),
        ([Add(3)], "add_1: 3 is no layer"),  # type: ignore[arg-type]
        ([ReLU(), Add("softmaxcrossentropy_1")], "is no earlier layer"),
        (
            [ReLU(), Branch("input")],
            "no layer reads the output of relu_1: remove relu_1, or join its output with Add",
        ),
        ([ReLU(), Dropout(0.5), Add("relu_1")], "add_1 reads the output of relu_1, which dropout_1 overwrites"),
        ([Dropout(0.5), Add("input")], "add_1 reads the output of input, which dropout_1 overwrites"),
        (
            [ReLU(), Tanh(), Branch("relu_1"), Dropout(0.5), Add("tanh_1")],
            "tanh_1 reads the output of relu_1, which dropout_1 overwrites: let tanh_1 read dropout_1, or put a",
        ),
        ([ReLU(), Dropout(0.5), Branch("relu_1"), Dropout(0.1), Add("dropout_1")], "dropout_. reads .* overwrites"),
    ],
)
def test_graphs_that_cannot_run(layers: list[Layer], words: str) -> None:
    """A ConfigError names the layers, and says what is expected, before anything is compiled."""
    with pytest.raises(ConfigError, match=words):
        Architecture(SHAPE, [*layers, Flatten(), Dense(3)])


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (
            [Conv2D(3, 3, padding=1), Add("input")],
            r"add_1 cannot .* same shape, got \(3, 4, 4\) and \(2, 4, 4\) from inp",
        ),
        (
            [Conv2D(3, 3), Concatenate("input")],
            r"the same rows and columns, got \(3, 2, 2\) and \(2, 4, 4\) from input",
        ),
        ([Flatten(), Concatenate("input")], r"got \(32,\) and \(2, 4, 4\) from input"),
        ([Flatten(), Branch("input"), Dense(3)], "dense_1 cannot follow"),
    ],
)
def test_shapes_that_do_not_fit(layers: list[Layer], words: str) -> None:
    """A ShapeError has both shapes, and the name of the other layer."""
    with pytest.raises(ShapeError, match=words):
        Architecture(SHAPE, [*layers, Flatten(), Dense(3)])


@pytest.mark.parametrize("layer", [Add("input"), Concatenate("input"), Branch("input")], ids=repr)
def test_a_layer_outside_of_a_network(layer: Layer) -> None:
    """It does not know the shape of the other output."""
    with pytest.raises(ConfigError, match="not known before it is in a network"):
        layer.output_shape((3,))


def test_hostile_layers_in_a_file_are_refused_or_sound() -> None:
    """References of any type, to any layer: the network of a file is refused by name, or it predicts."""
    network = Network(SHAPE, PARALLEL, seed=4)
    tensors, metadata, random = network.tensors(), network.metadata(), Random(5)
    junk: list[Any] = [None, -1, 10**12, "", "x" * 300, [], {}, True, 0.5, *network.names, "input", "dense_1.output"]
    refused = 0
    for _ in range(60):
        layers = json.loads(metadata["layers"])
        joins = [layer for layer in layers if "layer" in layer]
        random.choice(joins)["layer"] = random.choice(junk)
        if random.random() < 0.2:
            random.shuffle(layers)
        if random.random() < 0.2:
            random.choice(layers)["kind"] = random.choice(["Add", "Concatenate", "Branch", "Flatten"])
        try:
            found = Network.from_tensors(tensors, {**metadata, "layers": json.dumps(layers)})
        except ModelError:
            refused += 1
            continue
        assert found.logits(rows_of(IMAGE))
    assert 30 < refused < 60


def test_sums_of_one_output_do_not_take_exponential_time() -> None:
    """A chain of layers that add an output to itself."""
    layers: list[Layer] = [Conv2D(1, 1), *(Add(f"add_{n}") if n else Add("conv2d_1") for n in range(40)), Flatten()]
    assert len(backward_kernels([*layers, Dense(2)])) > 80


def rows_of(values: list[float]) -> list[list[list[float]]]:
    """The image as nested lists."""
    channels, rows, columns = SHAPE
    lines = [values[start : start + columns] for start in range(0, len(values), columns)]
    return [lines[channel * rows : (channel + 1) * rows] for channel in range(channels)]
