"""The experiments behind the presets' defaults: each line is one change, results by 800 of the 4,000 training digits
that it did not train on, with each of SEEDS. The test digits take no part. `python build.py bench --experiments`"""

import statistics
from dataclasses import replace
from typing import Any

from joblib import Parallel, delayed

from scnn.experiments.presets import MNIST, MNIST_LARGE, Preset
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.layers.loss import SoftmaxCrossEntropy
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network
from scnn.training.augmentation import Augmentation
from scnn.training.events import EpochEnded
from scnn.training.optimisers import SGD, Adam
from scnn.training.schedules import Constant, Cosine
from scnn.training.trainer import Trainer

VALIDATION = 800
SEEDS = (1, 2)
A = Augmentation
BENT = MNIST.augmentation or A()


def more_dropped(layer: Layer) -> Layer:
    return Dropout(0.4) if isinstance(layer, Dropout) else layer


SHALLOW = (
    *(Conv2D(16, 5, padding=2), ReLU(), MaxPool2D(2), Conv2D(32, 5, padding=2), ReLU(), MaxPool2D(2)),
    *(Flatten(), Dropout(0.4), Dense(10)),
)
SMOOTHED = SoftmaxCrossEntropy(0.05)
STACKED = (  # 13,878 weights
    *(Conv2D(12, 3, padding=1), ReLU(), Conv2D(12, 3, padding=1), ReLU(), MaxPool2D(2)),
    *(Conv2D(24, 3, padding=1), ReLU(), MaxPool2D(2), Conv2D(32, 3, padding=1), ReLU(), MaxPool2D(2)),
    *(Flatten(), Dense(10), SMOOTHED),
)
STRONG = A(rotation=14, scale=0.15, shear=0.2, shift=2, bend=2)
VARIANTS: list[tuple[str, Preset, dict[str, Any]]] = [
    ("mnist", MNIST, {}),
    ("  no augmentation", MNIST, {"augmentation": None}),
    ("  augmentation without bending", MNIST, {"augmentation": replace(BENT, bend=0.0)}),
    ("  augmentation half as strong", MNIST, {"augmentation": A(6, 0.06, 0.08, 0.75, 0.75)}),
    ("  augmentation stronger", MNIST, {"augmentation": STRONG}),
    ("  half the learning rate", MNIST, {"optimiser": Adam(0.005)}),
    ("  SGD with momentum instead of Adam", MNIST, {"optimiser": SGD(0.1, momentum=0.9)}),
    ("  constant learning rate, 0.003", MNIST, {"optimiser": Adam(0.003), "schedule": Constant()}),
    ("  cosine schedule instead of one cycle", MNIST, {"schedule": Cosine()}),
    ("  with weight decay, 0.0001", MNIST, {"optimiser": Adam(0.01, weight_decay=1e-4)}),
    ("  label smoothing, 0.05", MNIST, {"layers": (*MNIST.layers[:-1], SMOOTHED)}),
    ("  four 3×3 convolutions, label smoothing, 20 epochs", MNIST, {"layers": STACKED, "epochs": 20}),
    ("  four 3×3 convolutions, label smoothing, 50 epochs", MNIST, {"layers": STACKED}),
    ("mnist-large", MNIST_LARGE, {}),
    ("  more dropout, 0.4", MNIST_LARGE, {"layers": tuple(more_dropped(x) for x in MNIST_LARGE.layers)}),
    ("  no dropout", MNIST_LARGE, {"layers": tuple(x for x in MNIST_LARGE.layers if not isinstance(x, Dropout))}),
    ("  two convolutions instead of three", MNIST_LARGE, {"layers": SHALLOW, "optimiser": Adam(0.006)}),
]


def evaluate(preset: Preset, seed: int) -> tuple[float, float]:
    """Validation accuracy and loss at the end."""
    digits, _ = preset.digits()
    trainer = Trainer(
        Network(preset.input_shape, preset.layers, seed=seed),
        digits,
        validation=VALIDATION,
        seed=seed,
        **preset.settings,
    )
    *_, last = (event for event in trainer.run() if isinstance(event, EpochEnded))
    assert last.validation
    return last.validation.accuracy, last.validation.loss


def main() -> None:
    print(f"Validated on {VALIDATION} of the training digits, which were held out of training", flush=True)
    print("| what is trained | accuracy | worst | loss |\n| --- | --- | --- | --- |", flush=True)
    jobs = [delayed(evaluate)(replace(preset, **changes), seed) for _, preset, changes in VARIANTS for seed in SEEDS]
    results = Parallel(n_jobs=-1, return_as="generator")(jobs)
    for name, _, _ in VARIANTS:
        runs = [next(results) for _ in SEEDS]
        accuracy, loss = (statistics.fmean(column) for column in zip(*runs, strict=True))
        worst = min(run[0] for run in runs)
        cells = (name.replace("  ", "– "), f"{accuracy:.2%}", f"{worst:.2%}", f"{loss:.4f}")
        print(f"| {' | '.join(cells)} |".replace("%", " %"), flush=True)


if __name__ == "__main__":
    main()
