"""The experiments behind the presets' defaults: each line is one change, judged by 800 of the 4,000 training digits
that it did not train on. The test digits take no part. `python build.py bench --experiments`"""

import statistics
import time
from dataclasses import replace
from typing import Any

from scnn.augmentation import Augmentation
from scnn.network import Network
from scnn.optimisers import SGD, Adam
from scnn.presets import MNIST, MNIST_LARGE, Preset
from scnn.schedules import Constant, Cosine
from scnn.trainer import EpochEnded, Trainer

SEEDS = (1, 2, 3)
VALIDATION = 800
A = Augmentation
VARIANTS: list[tuple[str, Preset, dict[str, Any]]] = [
    ("mnist", MNIST, {}),
    ("  no augmentation", MNIST, {"augmentation": None}),
    ("  no bend", MNIST, {"augmentation": replace(MNIST.augmentation or A(), bend=0.0)}),
    ("  half of every change", MNIST, {"augmentation": A(rotation=6, scale=0.06, shear=0.08, shift=0.75, bend=0.75)}),
    ("  twice the bend", MNIST, {"augmentation": replace(MNIST.augmentation or A(), bend=3.0)}),
    ("  half the learning rate", MNIST, {"optimiser": Adam(0.005)}),
    ("  twice the learning rate", MNIST, {"optimiser": Adam(0.02)}),
    ("  momentum", MNIST, {"optimiser": SGD(0.1, momentum=0.9)}),
    ("  constant rate", MNIST, {"optimiser": Adam(0.003), "schedule": Constant()}),
    ("  cosine", MNIST, {"schedule": Cosine()}),
    ("  weight decay", MNIST, {"optimiser": Adam(0.01, weight_decay=1e-4)}),
    ("  batches of 16", MNIST, {"batch_size": 16, "optimiser": Adam(0.007)}),
    ("mnist-large", MNIST_LARGE, {}),
    ("  no dropout", MNIST_LARGE, {"layers": tuple(x for x in MNIST_LARGE.layers if type(x).__name__ != "Dropout")}),
]


def judge(preset: Preset, seed: int) -> tuple[float, float, float]:
    """Validation accuracy and loss at the end, and seconds."""
    digits, _ = preset.digits()
    trainer = Trainer(
        Network(preset.input_shape, preset.layers, seed=seed),
        digits,
        validation=VALIDATION,
        seed=seed,
        **preset.settings,
    )
    trainer.slice_size = 1000
    began = time.perf_counter()
    *_, last = (event for event in trainer.run() if isinstance(event, EpochEnded))
    assert last.validation
    return last.validation.accuracy, last.validation.loss, time.perf_counter() - began


def main() -> None:
    print(f"{'':26} accuracy  worst   loss   seconds   (validation by {VALIDATION}, seeds {SEEDS})", flush=True)
    for name, preset, changes in VARIANTS:
        runs = [judge(replace(preset, **changes), seed) for seed in SEEDS]
        accuracy, loss, seconds = (statistics.fmean(column) for column in zip(*runs, strict=True))
        worst = min(run[0] for run in runs)
        print(f"{name:26} {accuracy:.2%}   {worst:.2%}  {loss:.4f}  {seconds:7.1f}", flush=True)


main()
