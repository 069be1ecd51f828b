"""A convolutional neural network from scratch: readable plain Python that trains at the speed of C.

from scnn import Adam, Conv2D, Dense, Flatten, MaxPool2D, Network, ReLU, Trainer, load_digits

training, test = load_digits()
layers = [Conv2D(8, 5, padding=2), ReLU(), MaxPool2D(2), Flatten(), Dense(10)]
network = Network((1, 28, 28), layers, seed=1)
for event in Trainer(network, training, test, epochs=5, optimiser=Adam(0.003), batch_size=32).run():
    print(event)
"""

from scnn.data import Digits, ImageDataset, load_digits, load_idx, load_shapes
from scnn.errors import ScnnError
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
from scnn.network import Network
from scnn.training import (
    SGD,
    Adam,
    AdamW,
    Augmentation,
    Constant,
    Cosine,
    EpochEnded,
    Lion,
    OneCycle,
    Progress,
    Score,
    StepDecay,
    Trainer,
    resume,
    save_checkpoint,
)
from scnn.version import __version__

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "AdamW",
    "Add",
    "Augmentation",
    "AveragePool2D",
    "BatchNorm2D",
    "Branch",
    "Concatenate",
    "Constant",
    "Conv2D",
    "ConvTranspose2D",
    "Cosine",
    "Dense",
    "Digits",
    "Dropout",
    "EpochEnded",
    "Flatten",
    "GlobalAveragePool",
    "GroupNorm",
    "ImageDataset",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Lion",
    "MaxPool2D",
    "MeanSquaredError",
    "Network",
    "OneCycle",
    "PReLU",
    "Progress",
    "ReLU",
    "Score",
    "ScnnError",
    "SiLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "SquaredHinge",
    "Standardise",
    "StepDecay",
    "Tanh",
    "Trainer",
    "__version__",
    "load_digits",
    "load_idx",
    "load_shapes",
    "resume",
    "save_checkpoint",
]
