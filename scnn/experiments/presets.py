"""Presets: experiments by name, each with its network, digits and training settings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scnn.data.bundled import SHAPES, load_digits, load_shapes
from scnn.data.dataset import CLASSES, ImageDataset
from scnn.data.names import KNOWN
from scnn.errors import ConfigError
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer, Shape
from scnn.layers.loss import SoftmaxCrossEntropy
from scnn.layers.pooling import MaxPool2D
from scnn.training.augmentation import Augmentation
from scnn.training.optimisers import SGD, Adam, Optimiser
from scnn.training.schedules import Constant, OneCycle, Schedule

__all__ = ["NAMES", "ON_FILES", "PRESETS", "Preset", "Reference", "find"]


BUNDLED: dict[str, Callable[[], tuple[ImageDataset, ImageDataset]]] = {"digits": load_digits, "shapes": load_shapes}
CONSTANT = Constant()
AUGMENTED = Augmentation(rotation=12, scale=0.12, shear=0.15, shift=1.5, bend=1.5)


@dataclass(frozen=True)
class Reference:
    """Published results of the same experiment; per class (precision, recall, F1), all from 0 to 1."""

    title: str
    accuracy: float
    weighted: tuple[float, float, float]
    per_class: tuple[tuple[float, float, float], ...]
    seconds: float


@dataclass(frozen=True)
class Preset:
    """One experiment, on the first images of each class. `data` is a key of `BUNDLED`, or the name in `KNOWN` of a
    dataset whose files the user has."""

    name: str
    title: str
    description: str
    classes: tuple[int, ...]
    training_per_class: int
    test_per_class: int
    layers: tuple[Layer, ...]
    epochs: int
    optimiser: Optimiser
    batch_size: int
    schedule: Schedule = CONSTANT
    augmentation: Augmentation | None = None
    reference: Reference | None = None
    input_shape: Shape = (1, 28, 28)
    data: str = "digits"

    @property
    def class_names(self) -> tuple[str, ...]:
        names = {"digits": CLASSES, "shapes": SHAPES, **KNOWN}[self.data]
        return tuple(names[label] for label in self.classes)

    @property
    def settings(self) -> dict[str, Any]:
        """The trainer's settings except the seed: `Trainer(network, training, test, seed=1, **preset.settings)`."""
        return {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "optimiser": self.optimiser,
            "schedule": self.schedule,
            "augmentation": self.augmentation,
        }

    def digits(self, per_class: int | None = None) -> tuple[ImageDataset, ImageDataset]:
        """Training and test images; labels count the preset's classes from 0. `per_class` replaces the number of
        training images per class. Raises ConfigError for a preset on the user's own files."""
        if self.data not in BUNDLED:
            raise ConfigError(
                f"the preset {self.name} needs the files of {self.data}, which are not bundled: give them with --data"
            )
        training, test = BUNDLED[self.data]()
        return (
            training.select(self.classes, self.training_per_class if per_class is None else per_class),
            test.select(self.classes, self.test_per_class),
        )


PAPER = Preset(
    name="paper",
    title="The paper's three digits",
    description=(
        "A very small network learns to distinguish 0, 1 and 2 from 25 images of each, and is tested on 10 other "
        "images of each. This repeats the experiment of Dang Thai Son’s paper."
    ),
    classes=(0, 1, 2),
    training_per_class=25,
    test_per_class=10,
    layers=(
        Conv2D(1, kernel_size=3, padding=1),
        ReLU(),
        Conv2D(1, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dense(32),
        ReLU(),
        Dense(3),
        SoftmaxCrossEntropy(),
    ),
    epochs=50,
    optimiser=SGD(0.001),
    batch_size=1,
    # Dang Thai Son, "Simple Convolutional Neural Network From-Scratch Project", section IV.C
    reference=Reference(
        title="The paper",
        accuracy=0.70,
        weighted=(0.73, 0.70, 0.70),
        per_class=((0.88, 0.70, 0.78), (0.75, 0.60, 0.67), (0.57, 0.80, 0.67)),
        seconds=41,
    ),
)

MNIST = Preset(
    name="mnist",
    title="MNIST's ten digits",
    description=(
        "A network with 11,274 weights learns all ten digits from 400 images of each, randomly distorted in every "
        "epoch, and is tested on 100 other images of each."
    ),
    classes=tuple(range(10)),
    training_per_class=400,
    test_per_class=100,
    layers=(
        Conv2D(8, kernel_size=5, padding=2),
        ReLU(),
        MaxPool2D(2),
        Conv2D(16, kernel_size=5, padding=2),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dense(10),
        SoftmaxCrossEntropy(),
    ),
    epochs=50,
    optimiser=Adam(0.01),
    schedule=OneCycle(),
    batch_size=32,
    augmentation=AUGMENTED,
)

MNIST_LARGE = Preset(
    name="mnist-large",
    title="MNIST's ten digits, a larger network",
    description=(
        "A network with 106,890 weights: three convolutions, a hidden layer and dropout. It trains for a few minutes "
        "and is the most accurate."
    ),
    classes=tuple(range(10)),
    training_per_class=400,
    test_per_class=100,
    layers=(
        Conv2D(16, kernel_size=5, padding=2),
        ReLU(),
        MaxPool2D(2),
        Conv2D(32, kernel_size=5, padding=2),
        ReLU(),
        MaxPool2D(2),
        Conv2D(64, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dropout(0.2),
        Dense(128),
        ReLU(),
        Dropout(0.2),
        Dense(10),
        SoftmaxCrossEntropy(),
    ),
    epochs=60,
    optimiser=Adam(0.003),
    schedule=OneCycle(),
    batch_size=32,
    augmentation=AUGMENTED,
)

SHAPES_PRESET = Preset(
    name="shapes",
    title="Shapes in colour",
    description=(
        "A network with 21,668 weights learns to distinguish discs, squares and triangles, plain or striped, in warm "
        "or cool colours: 12 classes of pictures with three channels, 200 of each, tested on 50 others."
    ),
    classes=tuple(range(len(SHAPES))),
    training_per_class=200,
    test_per_class=50,
    layers=(
        Conv2D(16, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Conv2D(24, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Conv2D(32, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Conv2D(32, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dense(len(SHAPES)),
        SoftmaxCrossEntropy(),
    ),
    epochs=20,
    optimiser=Adam(0.005),
    schedule=OneCycle(),
    batch_size=32,
    augmentation=Augmentation(shift=2, flip=0.5),
    input_shape=(3, 32, 32),
    data="shapes",
)

CIFAR = Preset(
    name="cifar",
    title="CIFAR-10",
    description="A network with 80,010 weights for the ten classes of CIFAR-10, whose files are the user's.",
    classes=tuple(range(10)),
    training_per_class=5000,
    test_per_class=1000,
    layers=(
        Conv2D(16, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Conv2D(32, kernel_size=3, padding=1),
        ReLU(),
        Conv2D(32, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Conv2D(64, kernel_size=3, padding=1),
        ReLU(),
        Conv2D(64, kernel_size=3, padding=1),
        ReLU(),
        MaxPool2D(2),
        Flatten(),
        Dense(10),
        SoftmaxCrossEntropy(),
    ),
    epochs=15,
    optimiser=Adam(0.003),
    schedule=OneCycle(),
    batch_size=32,
    augmentation=Augmentation(shift=2, flip=0.5),
    input_shape=(3, 32, 32),
    data="cifar-10",
)

PRESETS = {preset.name: preset for preset in (PAPER, MNIST, MNIST_LARGE, SHAPES_PRESET)}  # on bundled images
ON_FILES = {CIFAR.name: CIFAR}  # on the user's own
NAMES = (*PRESETS, *ON_FILES)


def find(name: str) -> Preset:
    """The preset of this name; raises ConfigError."""
    if name not in NAMES:
        raise ConfigError(f"unknown preset {name!r}; expected one of: {', '.join(NAMES)}")
    return {**PRESETS, **ON_FILES}[name]
