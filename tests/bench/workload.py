"""The two networks of the benchmark, trained by any engine of scnn; the page runs this file in Pyodide too."""

import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

from scnn.compiler import compile_plan
from scnn.data.bundled import load_digits
from scnn.data.dataset import Digits, ImageDataset
from scnn.engines.engine import EngineFactory
from scnn.experiments import presets
from scnn.experiments.presets import PAPER
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network
from scnn.training.optimisers import SGD
from scnn.training.trainer import Trainer

REPEATS = 5
NETWORKS = {"demo": 40, "mnist": 20, "mnist-large": 8}  # batches in one measurement of `bench --workers`

# ConvNetJS's MNIST demo: https://cs.stanford.edu/people/karpathy/convnetjs/demo/mnist.html
DEMO_LAYERS = (
    *(Conv2D(8, 5, padding=2), ReLU(), MaxPool2D(2)),
    *(Conv2D(16, 5, padding=2), ReLU(), MaxPool2D(3)),
    *(Flatten(), Dense(10)),
)


def cropped(digits: ImageDataset, side: int) -> Digits:
    """The middle of each image."""
    rim = (digits.rows - side) // 2
    rows = []
    for index in range(len(digits)):
        image = digits.image(index)
        for row in range(rim, rim + side):
            rows.append(image[row * digits.columns + rim : row * digits.columns + rim + side])
    return Digits(b"".join(rows), digits.labels, side, side, digits.classes)


def shuffled(images: ImageDataset, count: int) -> ImageDataset:
    """So many of the images, in a random order."""
    return images.take(Random(1).sample(range(len(images)), count))


def trainer(name: str, make_engine: EngineFactory) -> Trainer:
    """The paper's network on its 75 digits, one by one; or the demo's on 1,000 in batches of 20 with momentum."""
    training, _ = load_digits()
    if name == "paper":
        network, digits = Network(PAPER.input_shape, PAPER.layers, seed=1), PAPER.digits()[0]
        optimiser, batch = SGD(0.001), 1
    else:
        network, digits = Network((1, 24, 24), DEMO_LAYERS, seed=1), cropped(shuffled(training, 1000), 24)
        optimiser, batch = SGD(0.01, momentum=0.9), 20
    made = Trainer(network, digits, epochs=1, optimiser=optimiser, batch_size=batch, seed=1, make_engine=make_engine)
    made.begin_epoch()
    assert made.stream.ensure_loaded(0)[1] == len(digits)  # all of them are in the engine's memory
    return made


def measure(name: str, make_engine: EngineFactory, samples: int) -> Callable[[], float]:
    """A function that trains on so many samples, epoch after epoch, and says how many ms each took."""
    one = trainer(name, make_engine)

    def once() -> float:
        left, began = samples, time.perf_counter()
        while left > 0:
            batches = min(left, one.training_size) // one.batch_size
            one.engine.write("step", [0])
            one.engine.run("train", 0, batches)
            left -= batches * one.batch_size
        return (time.perf_counter() - began) * 1000 / samples

    once()  # the first run warms up
    return once


def first_epoch(name: str, make_engine: EngineFactory) -> Trainer:
    """A trainer of the demo or of a preset, ready for the batches of its first epoch."""
    if name == "demo":
        return trainer(name, make_engine)
    preset = presets.find(name)
    digits, _ = preset.digits()
    network = Network(preset.input_shape, preset.layers, seed=1)
    made = Trainer(network, digits, seed=1, make_engine=make_engine, **preset.settings)
    made.begin_epoch()
    made.stream.ensure_loaded(0)
    return made


async def time_batches(one: Trainer, batches: int) -> float:
    """The microseconds a sample of so many batches, waiting for engines that work elsewhere."""
    one.engine.write("step", [0])
    one.engine.write("counter", [1, 0])
    began = time.perf_counter()
    one.engine.run("train", 0, batches)
    if finished := getattr(one.engine, "finished", None):
        await finished()
    return (time.perf_counter() - began) * 1e6 / batches / one.batch_size


def fingerprint(name: str, make_engine: EngineFactory) -> str:
    """The SHA-256 of the weights after a whole training."""
    one = whole(name, make_engine)
    for _ in one.run():
        pass
    return one.network.fingerprint()


def whole(name: str, make_engine: EngineFactory) -> Trainer:
    """A whole training, to be run: the paper's experiment; the demo's network, for 2,000 samples; the first 640
    samples of the mnist preset, with augmentation, dropout and Adam."""
    if name == "mnist":
        preset = presets.find(name)
        digits = shuffled(preset.digits()[0], 640)
        layers = [*preset.layers[:-2], Dropout(0.2), *preset.layers[-2:]]
        network = Network(preset.input_shape, layers, seed=1)
        one = Trainer(network, digits, seed=1, make_engine=make_engine, **{**preset.settings, "epochs": 1})
    else:
        one = trainer(name, make_engine)
        one.epochs = 50 if name == "paper" else 2
    return one


def compile_ms(name: str) -> tuple[float, int]:
    """The median time of compiling the plan, and the module's bytes."""
    plans: list[object] = []

    class Caught(Exception):
        """Only the plan is wanted."""

    def catch(plan: object) -> object:
        plans.append(plan)
        raise Caught

    with suppress(Caught):
        trainer(name, catch)  # type: ignore[arg-type]
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        module = compile_plan(plans[0])  # type: ignore[arg-type]
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), len(module.code)
