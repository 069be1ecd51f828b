"""`scnn export` and `scnn info`."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from scnn.errors import ConfigError
from scnn.experiments.presets import PAPER
from scnn.layers.activation import GELU, Dropout, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from scnn.layers.batch_normalisation import BatchNorm2D
from scnn.layers.branches import Add, Branch, Concatenate
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.layers.loss import MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.normalisation import GroupNorm, LayerNorm, Standardise
from scnn.layers.pooling import AveragePool2D, GlobalAveragePool, MaxPool2D
from scnn.layers.registry import LAYERS
from scnn.layers.transposed_convolution import ConvTranspose2D
from scnn.network.network import Network
from scnn.network.onnx import to_onnx
from tests.cli.command import lines_of, scnn


def test_export_does_not_overwrite_the_model(model: Path) -> None:
    """A model file is not overwritten by its own export."""
    before = model.read_bytes()
    refused = scnn("export", model, "--onnx", model)
    assert refused.returncode == 1 and "is the model itself" in refused.stderr and model.read_bytes() == before


def test_onnx(model: Path, tmp_path: Path) -> None:
    """onnxruntime computes the same logits from the exported file."""
    (line,) = lines_of(scnn("export", model, "--onnx", tmp_path / "m.onnx", "--json"))
    assert line == {"event": "export", "onnx": str(tmp_path / "m.onnx")}
    _, test = PAPER.digits()
    images = np.frombuffer(test.pixels, dtype=np.uint8).reshape(-1, 1, 28, 28).astype(np.float32) / 255
    (found,) = onnxruntime.InferenceSession(tmp_path / "m.onnx").run(["logits"], {"images": images})
    assert found == pytest.approx(np.array(Network.load(model).logits(test)), rel=1e-4, abs=1e-4)


def test_onnx_of_every_layer(tmp_path: Path) -> None:
    """Strides, paddings, a pooling that ignores the last row, and Dropout at the end are exported."""
    layers: list[Layer] = [Conv2D(3, 4, stride=3, padding=2), ReLU(), MaxPool2D(3, stride=2)]
    layers += [Flatten(), Dense(5), Dropout(0.5)]
    others: list[Layer] = [AveragePool2D(3, stride=2), Conv2D(9, 3), LeakyReLU(0.2), Sigmoid(), Conv2D(8, 2), Tanh()]
    others += [Conv2D(4, 3), SiLU(), GlobalAveragePool(), Flatten(), Dense(5)]
    more: list[Layer] = [Standardise((0.2, 0.4), 0.5), Conv2D(6, 3, dilation=2, groups=2), GroupNorm(3), GELU()]
    more += [
        MaxPool2D(3, 2, 1),
        PReLU(),
        ConvTranspose2D(4, 3, 2, 1, 1, 2, 2),
        LayerNorm(0.01),
        AveragePool2D(3, 2, 1),
    ]
    more += [AveragePool2D(3, 2, 1, False), Flatten(), Standardise(0.1), GroupNorm(2), PReLU(), LayerNorm(), Dense(5)]
    more += [BatchNorm2D()]
    others[2:2] = [BatchNorm2D(0.01, 0.2)]
    graph: list[Layer] = [Conv2D(3, 3, padding=1), ReLU(), Conv2D(3, 1), Add("relu_1"), Branch("input")]
    graph += [Concatenate("add_1"), Concatenate("relu_1"), Flatten(), Dense(5), Add("dense_1")]
    losses: list[Layer] = [SoftmaxCrossEntropy(0.1), SquaredHinge(), MeanSquaredError(), SoftmaxCrossEntropy()]
    assert {type(layer) for layer in [*layers, *others, *graph, *more, *losses]} == set(LAYERS)
    for chosen, loss in zip((layers, others, graph, more), losses, strict=True):
        check_onnx(Network((2, 29, 31), [*chosen, loss], seed=1), tmp_path)


def check_onnx(network: Network, tmp_path: Path) -> None:
    """The model has the logits, and their probabilities only if cross-entropy trained them."""
    to_onnx(network, tmp_path / "m.onnx")
    images = np.random.default_rng(1).random((3, 2, 29, 31), np.float32)
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    found = dict(zip((one.name for one in session.get_outputs()), session.run(None, {"images": images}), strict=True))
    expected = {"logits": network.logits(images)}
    if isinstance(network.loss, SoftmaxCrossEntropy):
        expected["probabilities"] = network.probabilities(images)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name] == pytest.approx(np.array(values), rel=1e-4, abs=1e-4), name


def test_onnx_knows_no_layer_of_ones_own(tmp_path: Path) -> None:
    """A layer of one's own is rejected even if it inherits from ReLU, because it may compute something else."""

    class Other(ReLU):
        pass

    with pytest.raises(ConfigError, match="Other cannot be exported: only scnn's own layers"):
        to_onnx(Network((1, 5, 5), [Flatten(), Other(), Dense(2)]), tmp_path / "m.onnx")


def test_info(model: Path) -> None:
    """It prints layers, shapes, counts, the hash and the provenance."""
    (facts,) = lines_of(scnn("info", model, "--json"))
    assert facts["event"] == "info"
    assert facts["parameters"] == 6423 and facts["classes"] == ["0", "1", "2"]
    assert facts["provenance"]["settings"]["epochs"] == 50 and facts["provenance"]["test"]["accuracy"] > 0.8
    assert "Dense(units=32)" in scnn("info", model).stdout
