"""Settings as plain data: there and back again, and what is refused."""

import json
from dataclasses import fields
from typing import Any

import pytest

from scnn.errors import ConfigError, ScnnError
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
    Layer,
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
from scnn.layers.registry import LAYERS, layers_from_list
from scnn.settings import from_dict, to_dict
from scnn.training import (
    SGD,
    Adam,
    AdamW,
    Augmentation,
    Constant,
    Cosine,
    Lion,
    Muon,
    OneCycle,
    OwnOptimiser,
    StepDecay,
)
from scnn.training.settings import settings_from_dict

THINGS = [
    *(Conv2D(3, 5, stride=2, padding=1), ReLU(), MaxPool2D(2, 3), MaxPool2D(2), Flatten(), Dense(7), Dropout(0.25)),
    *(LeakyReLU(0.2), Sigmoid(), Tanh(), SiLU(), AveragePool2D(3), AveragePool2D(2, 1), GlobalAveragePool()),
    *(Add("relu_1"), Concatenate("input"), Branch("conv2d_2")),
    *(BatchNorm2D(), BatchNorm2D(0.001, 0.5)),
    *(GELU(), PReLU(0.1), GroupNorm(2), GroupNorm(2, 0.001), LayerNorm(), ConvTranspose2D(3, 3, 2, 1, 1)),
    *(Conv2D(4, dilation=2, groups=2), MaxPool2D(3, 2, 1), AveragePool2D(3, 2, 1, False), ConvTranspose2D(2)),
    *(Standardise(), Standardise((0.1, 0.2, 0.3), (0.5, 1, 2)), Standardise((0.5,), 2)),
    *(SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.05), SquaredHinge(), MeanSquaredError()),
    *(SGD(0.1, momentum=0.9, nesterov=True), Adam(0.002, weight_decay=0.01)),
    *(Muon(), Muon(0.05, 0.9, weight_decay=0.1), OwnOptimiser(), OwnOptimiser(0.5, "own_step")),
    *(Lion(), Lion(0.001, 0.95, 0.98, weight_decay=0.1)),
    AdamW(0.002, clip_norm=1.5, averaging=0.99),
    *(Constant(), StepDecay(3, 0.5), Cosine(), OneCycle(), Augmentation(rotation=10, nodes=4)),
]
KINDS: list[type[Any]] = [
    *LAYERS,
    SGD,
    Adam,
    AdamW,
    Lion,
    Muon,
    OwnOptimiser,
    Constant,
    StepDecay,
    Cosine,
    OneCycle,
    Augmentation,
]


@pytest.mark.parametrize("thing", THINGS, ids=repr)
def test_there_and_back_again(thing: object) -> None:
    """Through JSON, every setting comes back, and the kind with it."""
    plain = json.loads(json.dumps(to_dict(thing)))
    back: object = from_dict(plain, KINDS)
    assert type(back) is type(thing) and to_dict(back) == to_dict(thing)


JUNK: list[Any] = [None, True, -1, 0, 2, 2**20, 10**12, 0.5, 1e-9, -0.5, 1e300, 1e999, "x", "input", [], {}, [1, 2]]
JUNK += [["x"], [0.5] * 65, [1e999], [0.5, None], {"kind": "ReLU"}]


@pytest.mark.parametrize("layer", [thing for thing in THINGS if isinstance(thing, Layer)], ids=repr)
def test_any_value_of_a_setting_is_refused_or_sound(layer: Layer) -> None:
    """A file's setting gives the named error, or a layer that is saved as it is and that lists its calls."""
    plain = {**{one.name: getattr(layer, one.name) for one in fields(layer)}, "kind": type(layer).__name__}  # type: ignore[arg-type]
    for name in plain.keys() - {"kind"}:
        for value in JUNK:
            try:
                found = from_dict({**plain, name: value}, LAYERS)
                again = from_dict(json.loads(json.dumps(to_dict(found), allow_nan=False)), LAYERS)
                assert again == found and repr(again) == repr(found)
                for shape in ((2, 6, 7), (6,)):
                    found.output_shape(shape)
                    assert found.parameters(shape) is not None and isinstance(found.forward(shape), list)
            except ScnnError as error:
                assert 0 < len(str(error)) < 400


def test_every_kind_is_tried() -> None:
    """The test above leaves out none that files may name."""
    assert {type(thing) for thing in THINGS} == set(KINDS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "None"),
        ([], "Conv2D"),
        ({}, "Conv2D"),
        ({"kind": "Conv3D"}, "Conv3D.*Conv2D"),
        ({"kind": ["Conv2D"]}, "Conv2D"),
        ({"kind": "Dense"}, "Dense.*units"),
        ({"kind": "Dense", "units": 2, "bias": False}, "Dense.*bias.*units"),
        ({"kind": "Dense", "units": "2"}, "units.*'2'"),
        ({"kind": "Dense", "units": True}, "units.*True"),
        ({"kind": "Dense", "units": 2.5}, "units.*2.5"),
        ({"kind": "Dense", "units": None}, "units.*None"),
        ({"kind": "Dense", "units": 1 << 40}, "units"),
        ({"kind": "Add"}, "Add.*layer"),
        ({"kind": "Add", "layer": 1}, "layer must be of type str"),
        ({"kind": "Branch", "layer": "x" * 5000}, "layer must be"),
        ({"kind": "Add", "layer": "relu_1", "other_shape": [1]}, "no setting 'other_shape'"),
        ({"kind": "Dropout", "rate": float("nan")}, "rate.*nan"),
        ({"kind": "SoftmaxCrossEntropy", "smoothing": "0.1"}, "smoothing.*'0.1'"),
        ({"kind": "SoftmaxCrossEntropy", "smoothing": 1}, "smoothing.*from 0 to below 1, got 1"),
        ({"kind": "SquaredHinge", "smoothing": 0.1}, "SquaredHinge has no setting 'smoothing'"),
    ],
)
def test_what_describes_nothing_is_refused(data: object, words: str) -> None:
    """Unknown kinds and settings, and values of other types, each by its name."""
    with pytest.raises(ConfigError, match=words):
        from_dict(data, LAYERS)


def test_layers_of_ones_own_are_read_where_they_are_named() -> None:
    """And nowhere else."""

    class Own(ReLU):
        pass

    data = [{"kind": "Flatten"}, {"kind": "Own"}]
    assert [type(layer) for layer in layers_from_list(data, [Own])] == [Flatten, Own]
    with pytest.raises(ConfigError, match="Own"):
        layers_from_list(data)


@pytest.mark.parametrize("data", [None, {}, [], [{"kind": "ReLU"}] * 101])
def test_lists_that_are_no_networks_layers(data: object) -> None:
    """No list, an empty one, or one that is too long."""
    with pytest.raises(ConfigError, match="1 to 100"):
        layers_from_list(data)


def test_a_trainings_settings() -> None:
    """Each is taken where it is there, and becomes what it describes; what is null stays the usual."""
    data = {"epochs": 3, "seed": 0, "optimiser": {"kind": "SGD", "learning_rate": 0.5}, "patience": None}
    assert settings_from_dict(data) == {"epochs": 3, "seed": 0, "optimiser": SGD(0.5)}
    augmented = settings_from_dict(
        {"augmentation": {"kind": "Augmentation", "shift": 1}, "schedule": {"kind": "Cosine"}}
    )
    assert augmented == {"augmentation": Augmentation(shift=1), "schedule": Cosine()}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ([], "settings"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": "5"}, "epochs"),
        ({"batch_size": 1 << 21}, "batch_size|batch size"),
        ({"validation": -1}, "validation"),
        ({"seed": 1 << 32}, "seed"),
        ({"patience": 0}, "patience"),
        ({"optimiser": {"kind": "Cosine"}}, "Cosine.*SGD"),
        ({"schedule": {"kind": "SGD"}}, "SGD.*Cosine"),
        ({"augmentation": {"kind": "ReLU"}}, "ReLU.*Augmentation"),
    ],
)
def test_a_trainings_settings_out_of_range(data: object, word: str) -> None:
    """The error names the setting, or what may stand there."""
    with pytest.raises(ConfigError, match=word):
        settings_from_dict(data)


def test_layers_are_layers() -> None:
    """Every layer that a file may name can be used in a network."""
    assert all(issubclass(kind, Layer) for kind in LAYERS)
