"""Files of networks: what is saved, what is refused, and what other programs saved."""

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scnn.errors import ModelError, ScnnError
from scnn.experiments.presets import MNIST
from scnn.formats.safetensors import Tensor
from scnn.layers.activation import ReLU
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.network.network import Network

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: Network((1, 2, 2), [Flatten(), Dense(2)], parameters={}),
            r"dense_1.weights must have 8 values of shape \(2, 4\), got 0",
        ),
        (lambda: Network((1, 5000, 1), [Flatten(), Dense(1)]), "each from 1 to 4096"),
        (lambda: Network((1, 2, 2), [ReLU()] * 100 + [Flatten()]), "1 to 100 layers, got 101"),
        (lambda: Network((1, 2, 2), []), "1 to 100 layers, got 0"),
        (
            lambda: Network((1, 64, 64), [Flatten(), Dense(9000), Dense(2)]),
            "36891002 parameters; expected at most 20000000",
        ),
        (lambda: Network((1, 2, 2), [Flatten(), Dense(257)]), "257 outputs; expected at most 256 classes"),
        (lambda: Network((1, 1, 2), [Flatten()], provenance=5), "provenance must be of type Mapping"),  # type: ignore[arg-type]
        (lambda: Network((1, 1, 2), [Flatten()], class_names=["a", "b\n"]), "must not contain control characters"),
        (lambda: Network((1, 1, 2), [Flatten()], class_names=["a", "\ud800"]), "must not contain control characters"),
        (lambda: Dense(1 << 21), "units must be an integer from 1 to 1048576"),
        (lambda: Network((1, 1, 2), [Flatten()], class_names=["a", "b" * 101]), "at most 100 characters"),
        (lambda: Network((1, 1, 2), [Flatten()], class_names=[1, 2]), "class name must be of type str"),  # type: ignore[list-item]
        (lambda: Network.load(None), "expected a path as a string or Path, got None"),  # type: ignore[arg-type]
        (lambda: Network.load("a\0b"), "expected a path as a string or Path"),
    ],
)
def test_settings_that_no_file_could_store(make: Callable[[], Network], words: str) -> None:
    """It is rejected when the network is created, not when a trained one is saved or loaded."""
    with pytest.raises(ScnnError, match=words):
        make()


@dataclass(frozen=True)
class Odd(Flatten):
    """A layer with a setting that cannot be saved to a file."""

    sizes: tuple[int, ...] = (1, 2)


class Plain(Flatten):
    """A layer whose setting is not a dataclass field."""

    def __init__(self, slope: float = 0.1) -> None:
        self.slope = slope


def namesake() -> Layer:
    """A user's layer with the name of one of scnn's layers."""
    kind: type[Layer] = type("ReLU", (Flatten,), {})
    return kind()


@pytest.mark.parametrize(
    ("layer", "provenance", "words"),
    [
        (Flatten(), {"path": Path("x")}, "provenance must be JSON"),
        (Flatten(), {"loss": math.nan}, "provenance must be JSON"),
        (Odd(), {}, r"Odd: sizes must be .* .tuple.int, \.\.\.. cannot be stored"),
        (Plain(0.3), {}, "Plain would be loaded with other settings: make it a dataclass"),
        (namesake(), {}, "your layer ReLU cannot be saved"),
    ],
)
def test_a_model_that_could_not_be_loaded_is_not_saved(
    layer: Layer, provenance: dict[str, object], words: str, tmp_path: Path
) -> None:
    """Saving raises an error, and leaves the existing file unchanged."""
    network = Network((1, 2, 2), [layer, Dense(2)], seed=1)
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"old")
    network.provenance = provenance
    with pytest.raises(ModelError, match=words):
        network.save(path)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_saving_and_loading(trained: Network, tmp_path: Path) -> None:
    """Loading restores the layers, the weights to the bit, class names and provenance."""
    trained.provenance = {"seed": 1, "accuracy": 0.9}
    trained.save(tmp_path / "m.safetensors")
    found = Network.load(tmp_path / "m.safetensors")
    assert found.layers == trained.layers and found.fingerprint() == trained.fingerprint()
    assert found.class_names == ("0", "1", "2") and found.provenance == trained.provenance
    trained.save(tmp_path / "n.safetensors")
    assert (tmp_path / "n.safetensors").read_bytes() == (tmp_path / "m.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("format", "other", "does not describe a network of scnn"),
        ("version", "99", "expected version 1 of the format, got '99'"),
        ("layers", "{", "not JSON"),
        ("layers", '[{"kind": []}]', r"unknown kind '\[\]'"),
        ("layers", "[]", "list of 1 to"),
        ("layers", '[{"kind": "os.system"}]', "unknown kind 'os.system'"),
        (
            "layers",
            '[{"kind": "Flatten"}, {"kind": "Dense", "units": 1e9}]',
            "units must be of type int up to 1048576",
        ),
        (
            "layers",
            '[{"kind": "Flatten"}, {"kind": "Dense", "units": 999999999}]',
            "units must be of type int up to 1048576",
        ),
        ("layers", '[{"kind": "Flatten"}, {"kind": "Dense", "units": 1000000}]', "at most 256 classes"),
        ("provenance", '{"accuracy": 1e999}', "JSON object"),
        ("layers", '[{"kind": "Flatten"}, {"kind": "Dense", "units": 4}]', "of shape \\(4, 784\\)"),
        ("layers", '[{"kind": "Dense", "units": 3}]', "network is invalid"),
        ("layers", '[{"kind": "Flatten", "x": 3}]', "has no setting 'x'"),
        ("input_shape", "[1, 28]", "network is invalid"),
        ("input_shape", "[1, 28, 1e9]", "three integers, got .1, 28, 1000000000.0"),
        ("input_shape", "[1, 28, 9999]", "each from 1 to 4096"),
        ("class_names", '["0"]', r"last Dense has 3 units, and there is 1 class \(0\): it needs 1"),
        ("class_names", "[1, 2, 3]", "class name must be of type str"),
        ("provenance", "[]", "JSON object"),
        ("provenance", '{"accuracy": NaN}', "not JSON.*NaN"),
    ],
)
def test_models_with_invalid_metadata(trained: Network, name: str, value: str, words: str) -> None:
    """Metadata that does not fit is refused, by name."""
    with pytest.raises(ModelError, match=words):
        Network.from_tensors(trained.tensors(), {**trained.metadata(), name: value})


def test_models_with_invalid_tensors(trained: Network) -> None:
    """A tensor that is missing, has another shape, or is not finite is rejected."""
    tensors = trained.tensors()
    with pytest.raises(ModelError, match=r"dense_2\.bias is missing"):
        Network.from_tensors({k: v for k, v in tensors.items() if k != "dense_2.bias"}, trained.metadata())
    with pytest.raises(ModelError, match=r"dense_2\.bias must be of shape \(3,\), got \(1, 3\)"):
        Network.from_tensors({**tensors, "dense_2.bias": Tensor(array("f", [0] * 3), (1, 3))}, trained.metadata())
    with pytest.raises(ModelError, match="not finite"):
        bad = Tensor(array("f", [0, math.inf, 0]), (3,))
        Network.from_tensors({**tensors, "dense_2.bias": bad}, trained.metadata())


@pytest.mark.parametrize("name", ["extra_f16", "extra_i64", "as_f16"])
def test_models_that_other_programs_saved_again(name: str) -> None:
    """One more tensor of another type is left alone; weights stored as float16 are widened."""
    network = Network.load(FIXTURES / f"{name}.safetensors")
    assert all(values.typecode == "f" for values in network.parameters.values())
    assert len(network.predict(bytes(math.prod(network.input_shape)))) == 1


def test_a_model_without_its_metadata() -> None:
    """Its weights load into an architecture that is named, and into no other."""
    path = FIXTURES / "no_meta.safetensors"
    with pytest.raises(ModelError, match="name the architecture: Network.load.path, like=network"):
        Network.load(path)
    found = Network.load(path, like=Network(MNIST.input_shape, MNIST.layers))
    assert found.fingerprint() == Network.load(FIXTURES / "extra_f16.safetensors").fingerprint()
    with pytest.raises(ModelError, match="is missing|must be of shape"):
        Network.load(path, like=Network((1, 28, 28), [Flatten(), Dense(3)]))
