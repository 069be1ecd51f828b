"""Trainings that the tests stop, save and continue."""

from typing import Any

from scnn.engines.wasm import compiled
from scnn.experiments.presets import PAPER
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.batch_normalisation import BatchNorm2D
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network
from scnn.training.augmentation import Augmentation
from scnn.training.muon import Muon
from scnn.training.optimisers import SGD, Adam, AdamW, Lion
from scnn.training.schedules import OneCycle
from scnn.training.trainer import Trainer

TRAINING, TEST = PAPER.digits()
FEW = TRAINING.select((0, 1, 2), 7)
LAYERS = [Conv2D(2, 3, stride=2), ReLU(), MaxPool2D(2), Flatten(), Dropout(0.3), Dense(3)]
WAYS: dict[str, dict[str, Any]] = {
    "sgd": {"optimiser": SGD(0.05)},
    "momentum": {"optimiser": SGD(0.05, momentum=0.9, nesterov=True), "batch_size": 4},
    "lion": {"optimiser": Lion(0.003, weight_decay=0.5, averaging=0.9), "batch_size": 6},
    "muon": {"optimiser": Muon(0.01, weight_decay=0.5, clip_norm=1.0, averaging=0.9), "batch_size": 6},
    "averaged": {
        "optimiser": AdamW(0.01, weight_decay=0.1, clip_norm=1.0, averaging=0.95),
        "batch_size": 4,
        "validation": 3,
        "patience": 2,
    },
    "batch normalisation": {
        "optimiser": SGD(0.05, weight_decay=0.01),
        "layers": [Conv2D(2, 3, stride=2), BatchNorm2D(), ReLU(), Flatten(), Dropout(0.3), Dense(3)],
        "batch_size": 18,
        "validation": 3,
    },
    "adam with everything": {
        "optimiser": Adam(0.01),
        "schedule": OneCycle(),
        "augmentation": Augmentation(rotation=10, shift=1, bend=1),
        "batch_size": 5,
        "validation": 3,
        "patience": 2,
    },
}


def trainer(**settings: Any) -> Trainer:
    chosen = {"epochs": 3, "seed": 5, "make_engine": compiled, **settings}
    layers = chosen.pop("layers", LAYERS)
    one = Trainer(Network((1, 28, 28), layers, seed=5), FEW, TEST, **chosen)
    one.slice_size = 3
    return one
