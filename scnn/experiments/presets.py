"""Presets: whole experiments by name, each a network, its digits and how it is trained."""

from dataclasses import dataclass
from typing import Any

from scnn.data.digits import Digits, load_digits
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

__all__ = ["PRESETS", "Preset", "Reference", "find"]


CONSTANT = Constant()
BENT = Augmentation(rotation=12, scale=0.12, shear=0.15, shift=1.5, bend=1.5)


@dataclass(frozen=True)
class Reference:
    """What somebody else got in the same experiment; per class (precision, recall, F1), all from 0 to 1."""

    title: str
    accuracy: float
    weighted: tuple[float, float, float]
    per_class: tuple[tuple[float, float, float], ...]
    seconds: float


@dataclass(frozen=True)
class Preset:
    """One experiment. It takes the first images of each class, so that it is the same for everybody."""

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

    @property
    def settings(self) -> dict[str, Any]:
        """What a trainer is told, but for the seed: `Trainer(network, training, test, seed=1, **preset.settings)`."""
        return {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "optimiser": self.optimiser,
            "schedule": self.schedule,
            "augmentation": self.augmentation,
        }

    def digits(self, per_class: int | None = None) -> tuple[Digits, Digits]:
        """The training and the test digits, from the bundled ones; labels count the classes from 0. `per_class` is
        another number of training digits."""
        training, test = load_digits()
        return (
            training.select(self.classes, self.training_per_class if per_class is None else per_class),
            test.select(self.classes, self.test_per_class),
        )


PAPER = Preset(
    name="paper",
    title="The paper's three digits",
    description=(
        "A very small network learns to tell 0, 1 and 2 apart from 25 images of each, and is tested on 10 others of "
        "each: the experiment of Dang Thai Son’s paper, which this page continues."
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
        "A network of 11,274 weights learns all ten digits from 400 images of each, bent a little anew each time, "
        "and is tested on 100 others of each."
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
    augmentation=BENT,
)

MNIST_LARGE = Preset(
    name="mnist-large",
    title="MNIST's ten digits, a larger network",
    description=(
        "A network of 106,890 weights: three convolutions, a hidden layer and dropout. It takes a few minutes, and "
        "reads best."
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
    augmentation=BENT,
)

PRESETS = {preset.name: preset for preset in (PAPER, MNIST, MNIST_LARGE)}


def find(name: str) -> Preset:
    """The preset of this name; raises ConfigError, naming those there are."""
    if name not in PRESETS:
        raise ConfigError(f"there is no preset {name!r}; there are: {', '.join(PRESETS)}")
    return PRESETS[name]
