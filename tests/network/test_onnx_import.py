"""Import of ONNX files: exports come back as they were, other programs' graphs are computed as onnxruntime does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from scnn.errors import ModelError
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
    Flatten,
    GlobalAveragePool,
    GroupNorm,
    Layer,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Standardise,
    Tanh,
)
from scnn.network.network import Network
from scnn.network.onnx import to_onnx
from scnn.network.onnx_import import from_onnx
from tests.cli.command import lines_of, scnn

RANDOM = np.random.default_rng(1)
LISTS: list[list[Layer]] = [
    [Standardise((0.2, 0.4), 0.5), Conv2D(6, 3, dilation=2, groups=2), GroupNorm(3), GELU(), Flatten(), Dense(5)],
    [Conv2D(3, 3), BatchNorm2D(0.01, 0.25), Flatten(), Dense(4), BatchNorm2D(), Dense(5)],
    [MaxPool2D(3, 2, 1), PReLU(), ConvTranspose2D(4, 3, 2, 1, 1, 2, 2), LayerNorm(0.01), Flatten(), Dense(5)],
    [AveragePool2D(3, 2, 1), AveragePool2D(3, 2, 1, False), Conv2D(3, 2), SiLU(), GlobalAveragePool(), Flatten()],
    [
        Conv2D(3, 3, padding=1),
        ReLU(),
        Conv2D(3, 1),
        Add("relu_1"),
        Branch("input"),
        Concatenate("add_1"),
        Concatenate("relu_1"),
        Flatten(),
        Dense(5),
        LeakyReLU(0.2),
        Add("dense_1"),
        Sigmoid(),
        Tanh(),
    ],
]


@pytest.mark.parametrize("layers", LISTS, ids=range(len(LISTS)))
def test_an_export_comes_back(layers: list[Layer], tmp_path: Path) -> None:
    """The same layers with the same parameters, to the bit."""
    network = Network((2, 9, 8), layers, seed=1)
    for name, values in network.parameters.items():
        if not name.startswith(("conv", "dense")):  # the others begin with equal numbers
            values[:] = type(values)("f", RANDOM.random(len(values)).tolist())
    to_onnx(network, tmp_path / "m.onnx")
    found = from_onnx(tmp_path / "m.onnx")
    assert [type(one) for one in found.layers] == [type(one) for one in network.layers]
    assert found.fingerprint() == network.fingerprint()
    images = RANDOM.random((2, 2, 9, 8), np.float32)
    assert np.allclose(found.logits(images), network.logits(images), rtol=1e-6, atol=1e-6)


def model(
    nodes: Sequence[tuple[str, list[str], dict[str, Any]]],
    constants: dict[str, Any],
    path: Path,
    shape: Sequence[int | str] = ("n", 2, 6, 5),
) -> Path:
    """A file with these operators. The first one reads `x`, each one's output is its number, and the last one's is
    the output of the model."""
    graph = helper.make_graph(
        [
            helper.make_node(kind, inputs, [str(at)], f"n{at}", **more)
            for at, (kind, inputs, more) in enumerate(nodes)
        ],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(str(len(nodes) - 1), TensorProto.FLOAT, ["n", "classes"])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    path.write_bytes(made.SerializeToString())
    return path


def numbers(*shape: int) -> Any:
    return np.asarray(RANDOM.normal(size=shape), np.float32)


STATISTICS = {name: np.abs(numbers(4)) + 0.1 for name in ("scale", "shift", "mean", "variance")}
NORM = ["scale", "shift", "mean", "variance"]
GRAPHS: dict[str, tuple[list[Any], dict[str, Any], list[type[Layer]]]] = {
    "batch norm after a convolution": (
        [("Conv", ["x", "w"], {"pads": [1] * 4}), ("BatchNormalization", ["0", *NORM], {}), ("Flatten", ["1"], {})],
        {"w": numbers(4, 2, 3, 3), **STATISTICS},
        [Conv2D, BatchNorm2D, Flatten],
    ),
    "batch norm after an activation": (
        [
            ("Conv", ["x", "w"], {}),
            ("Relu", ["0"], {}),
            ("BatchNormalization", ["1", *NORM], {"epsilon": 0.1}),
            ("Flatten", ["2"], {}),
        ],
        {"w": numbers(4, 2, 3, 3), **STATISTICS},
        [Conv2D, ReLU, BatchNorm2D, Flatten],
    ),
    "dense layers without Gemm": (
        [
            ("Reshape", ["x", "sizes"], {}),
            ("MatMul", ["0", "w"], {}),
            ("Add", ["b", "1"], {}),
            ("Tanh", ["2"], {}),
            ("MatMul", ["3", "v"], {}),
            ("BatchNormalization", ["4", *NORM], {}),
        ],
        {"sizes": np.array([0, -1]), "w": numbers(60, 3), "b": numbers(3), "v": numbers(3, 4), **STATISTICS},
        [Flatten, Dense, Tanh, Dense, BatchNorm2D],
    ),
    "scaled Gemm": (
        [("Flatten", ["x"], {}), ("Gemm", ["0", "w", "b"], {"alpha": 0.5, "beta": 2.0})],
        {"w": numbers(60, 3), "b": numbers(1)},
        [Flatten, Dense],
    ),
    "GELU and SiLU in parts": (
        [
            ("Div", ["x", "root"], {}),
            ("Erf", ["0"], {}),
            ("Add", ["1", "one"], {}),
            ("Mul", ["x", "2"], {}),
            ("Mul", ["3", "half"], {}),
            ("Sigmoid", ["4"], {}),
            ("Mul", ["4", "5"], {}),
            ("Flatten", ["6"], {}),
        ],
        {name: np.float32(value) for name, value in (("root", 2**0.5), ("one", 1), ("half", 0.5))},
        [GELU, SiLU, Flatten],
    ),
    "constants": (
        [
            ("Sub", ["x", "m"], {}),
            ("Div", ["0", "d"], {}),
            ("Mul", ["1", "two"], {}),
            ("Add", ["two", "2"], {}),
            ("Identity", ["3"], {}),
            ("Dropout", ["4"], {}),
            ("ReduceMean", ["5"], {"axes": [2, 3], "keepdims": 0}),
        ],
        {"m": numbers(1, 2, 1, 1), "d": np.abs(numbers(2, 1, 1)), "two": np.float32(2)},
        [Standardise, Standardise, Standardise, GlobalAveragePool, Flatten],
    ),
    "branches": (
        [
            ("Relu", ["x"], {}),
            ("Sigmoid", ["x"], {}),
            ("Add", ["0", "1"], {}),
            ("Concat", ["1", "x", "2"], {"axis": 1}),
            ("Flatten", ["3"], {"axis": -3}),
        ],
        {},
        [ReLU, Branch, Sigmoid, Add, Branch, Concatenate, Branch, Concatenate, Flatten],
    ),
    "instance norm": (
        [("Conv", ["x", "w"], {}), ("InstanceNormalization", ["0", "scale", "shift"], {}), ("Flatten", ["1"], {})],
        {"w": numbers(4, 2, 3, 3), **STATISTICS},
        [Conv2D, GroupNorm, Flatten],
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_of_other_programs(name: str, tmp_path: Path) -> None:
    """They have the expected layers, and compute onnxruntime's numbers."""
    nodes, constants, kinds = GRAPHS[name]
    path = model(nodes, constants, tmp_path / "m.onnx")
    network = from_onnx(path)
    assert [type(layer) for layer in network.layers[:-1]] == kinds
    images = RANDOM.random((3, 2, 6, 5), np.float32)
    (wanted,) = onnxruntime.InferenceSession(path).run(None, {"x": images})
    assert np.array(network.logits(images)) == pytest.approx(wanted, rel=1e-4, abs=1e-4)


def test_vectors_and_a_softmax_at_the_end(tmp_path: Path) -> None:
    """A model of vectors has images of one row; its probabilities are those of the network."""
    nodes: list[Any] = [("Gemm", ["x", "w"], {}), ("Softmax", ["0"], {"axis": 1})]
    path = model(nodes, {"w": numbers(7, 3)}, tmp_path / "m.onnx", shape=(1, 7))
    network = from_onnx(path)
    assert network.input_shape == (1, 1, 7)
    image = RANDOM.random((1, 7), np.float32)
    (wanted,) = onnxruntime.InferenceSession(path).run(None, {"x": image})
    assert np.array(network.probabilities(image.reshape(1, 1, 1, 7))) == pytest.approx(wanted, rel=1e-5)


REFUSED: list[tuple[list[Any], str]] = [
    ([("Elu", ["x"], {})], "the operator Elu 'n0' cannot be imported: scnn has no layer for it"),
    ([("Conv", ["x", "w"], {"strides": [1, 2]})], "strides [1, 2] differ"),
    ([("Conv", ["x", "w"], {"pads": [1, 0, 1, 0]})], "paddings [1, 0, 1, 0] differ"),
    ([("Conv", ["x", "x"], {})], "the weights must be constants"),
    ([("MaxPool", ["x"], {"kernel_shape": [2, 2], "dilations": [2, 2]})], "poolings have no dilation"),
    (
        [("MaxPool", ["x"], {"kernel_shape": [2, 2], "pads": [2] * 4})],
        "the padding must be below the size of 2",
    ),
    ([("MaxPool", ["x"], {"kernel_shape": [9, 9]})], "a window of 9×9 is larger than the 6×5 map"),
    ([("LeakyRelu", ["x"], {"alpha": 2.0})], "the slope must be a number from 0 to 1"),
    ([("Flatten", ["x"], {"axis": 2})], "expected axis 1"),
    ([("Mul", ["x", "zero"], {})], "a channel is multiplied by 0"),
    ([("Mul", ["x", "x"], {})], "scnn has no layer for it with two computed inputs"),
    ([("Sub", ["w", "x"], {})], "expected the images' values first"),
    ([("Softmax", ["x"], {"axis": 1}), ("Relu", ["0"], {})], "Softmax 'n0' cannot be imported"),
    ([("Relu", ["x"], {})], "SoftmaxCrossEntropy takes a vector of logits, such as (10,), but got (2, 6, 5)"),
]


@pytest.mark.parametrize(("nodes", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(nodes: list[Any], words: str, tmp_path: Path) -> None:
    """The error names the operator and the reason."""
    path = model(nodes, {"w": numbers(4, 2, 3, 3), "zero": np.float32(0)}, tmp_path / "m.onnx")
    with pytest.raises(ModelError) as caught:
        from_onnx(path)
    assert words in str(caught.value)


def test_files_that_are_no_models(tmp_path: Path) -> None:
    """They are refused in one line; so are inputs of unknown size."""
    path = tmp_path / "m.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="is not a valid ONNX model"):
        from_onnx(path)
    with pytest.raises(ModelError, match="fixed sizes"):
        from_onnx(model([("Relu", ["x"], {})], {}, path, shape=("n", 1, "h", "w")))


def test_the_command(tmp_path: Path) -> None:
    """`scnn import` writes a model beside the file, which other commands open; the data's mean comes first."""
    nodes: list[Any] = [("Flatten", ["x"], {}), ("Gemm", ["0", "w"], {})]
    path = model(nodes, {"w": numbers(60, 3)}, tmp_path / "m.onnx")
    (line,) = lines_of(scnn("import", path, "--mean", "0.1,0.2", "--deviation", "0.5", "--json"))
    assert line == {"event": "import", "model": str(tmp_path / "m.safetensors"), "parameters": 183}
    network = Network.load(tmp_path / "m.safetensors")
    assert network.layers[0] == Standardise((0.1, 0.2), 0.5) and network.provenance["imported"]["file"] == "m.onnx"
    refused = scnn("import", tmp_path / "m.safetensors", "-o", tmp_path / "other.safetensors")
    assert refused.returncode == 1 and "is not a valid ONNX model" in refused.stderr
