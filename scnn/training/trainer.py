"""The trainer: epochs, shuffling, optimiser steps and evaluation, as a generator of events. It never prints or
sleeps.

All of its state is in plain attributes and in the engine's memory, so that it can be stopped after any event, saved,
and resumed to the same bits (`scnn.training.state`).
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from scnn.checks import MAX_EPOCHS, require, require_integer, require_seed, require_type
from scnn.data.dataset import ImageDataset
from scnn.data.split import hold_out
from scnn.engines.engine import EngineFactory
from scnn.engines.wasm import compiled
from scnn.network.network import Network
from scnn.network.stream import MAX_IMAGES, Stream, capacity
from scnn.shards import LEAST, largest_shard
from scnn.training.augmentation import Augmentation
from scnn.training.batches import least_of
from scnn.training.events import EpochEnded, Event, Progress, Score
from scnn.training.lowering import lower_training
from scnn.training.optimisers import SGD, Optimiser
from scnn.training.own_optimiser import bound
from scnn.training.part import part_size, run_part
from scnn.training.schedules import Constant, Schedule
from scnn.training.scoring import Best, take_score

__all__ = ["Trainer"]


class Trainer:
    """Trains a network on mini-batches of shuffled images. The gradient is the mean over a batch; the last batch of
    an epoch may be smaller. The same network, datasets and settings give the same parameters, bit for bit, however
    the work is sliced. A slice is the work between two events: it trains on or evaluates at most `slice_size`
    samples.

    `validation` holds out that many of the training images, taken from the end of each class, in turn: the network
    ends with the parameters that score best on them, and training stops after `patience` epochs without improvement.
    Test images do not influence training.

    `before_update`, if set, is called before each optimiser step with the batch's number of samples: `gradients` in
    the engine's memory is then the sum of their gradients. It changes no bit of the training, but each batch takes
    two engine calls.

    Raises ConfigError and ShapeError in the constructor, and TrainingError if the loss is no longer finite.
    """

    def __init__(
        self,
        network: Network,
        training: ImageDataset,
        test: ImageDataset | None = None,
        *,
        epochs: int,
        optimiser: Optimiser | None = None,
        schedule: Schedule | None = None,
        batch_size: int = 1,
        seed: int = 0,
        augmentation: Augmentation | None = None,
        validation: int = 0,
        patience: int | None = None,
        slice_size: int = MAX_IMAGES,
        make_engine: EngineFactory = compiled,
    ) -> None:
        require_type("the network", network, Network, "Network((1, 28, 28), layers)")
        require_integer("epochs", epochs, 1, MAX_EPOCHS)
        require_integer("the batch size", batch_size, 1)
        require_seed(seed)
        require_integer("the number of validation images", validation, 0)
        if patience is not None:
            require_integer("the patience", patience, 1, MAX_EPOCHS)
        require(patience is None or validation > 0, "patience needs validation images: set validation above 0")
        optimiser = SGD() if optimiser is None else optimiser
        schedule = Constant() if schedule is None else schedule
        require_type("the optimiser", optimiser, Optimiser, "Adam(0.003)")
        require_type("the schedule", schedule, Schedule, "OneCycle()")
        if augmentation is not None:
            require_type("the augmentation", augmentation, Augmentation, "Augmentation(rotation=10)")
        require_dataset("training", training, network)
        if test is not None:
            require_dataset("test", test, network)
        self.network = network
        self.epochs, self.seed, self.augmentation = epochs, seed, augmentation
        self.digits_hash = training.fingerprint()
        self.test_hash = test.fingerprint() if test is not None else None
        self.optimiser, self.schedule = bound(optimiser, network.edits), schedule
        self.batch_size = batch_size
        self.patience = patience
        self.slice_size = slice_size
        self.random = Random(f"order {seed}")  # not the stream that made the parameters
        self.order, held_out = hold_out(training.labels, validation)
        self.training_size, self.validation_size = len(self.order), len(held_out)
        self.test_size = len(test) if test is not None else 0
        self.evaluation_order = [*held_out, *range(len(training), len(training) + self.test_size)]
        self.steps_per_epoch = -(-self.training_size // batch_size)
        self.least = least_of(network)
        images = capacity(len(training) + self.test_size, network.input_shape)
        if self.least != LEAST:  # layers need all samples of a shard at the same time
            images = max(images, min(largest_shard(batch_size, self.least), self.training_size))
        self.engine = make_engine(
            lower_training(network, images, self.optimiser, augmentation, self.steps_per_epoch, batch_size)
        )
        self.stream = Stream(self.engine, training, *([test] if test is not None else []))
        self.follow_order()
        if augmentation:
            self.engine.write("strengths", augmentation.strengths)
        for parameter, values in network.parameters.items():
            self.engine.write(parameter, values)
        if optimiser.averaging:
            self.engine.write("average", self.engine.read("parameters"))
        self.epoch = 1  # the current one
        self.trained = self.evaluated = 0  # samples of this epoch
        self.scores: dict[str, Score] = {}
        self.best: Best | None = None
        self.finished = False
        self.before_update: Callable[[int], None] | None = None

    @property
    def slice_size(self) -> int:
        """The maximum number of samples between two events."""
        return self._slice_size

    @slice_size.setter
    def slice_size(self, samples: int) -> None:
        require_integer("the slice size", samples, 1)
        self._slice_size = samples

    @property
    def done(self) -> int:
        """The number of samples trained on in all epochs."""
        return (self.epoch - 1) * self.training_size + self.trained

    def run(self) -> Iterator[Event]:
        """Continues from the current state to the end; to stop, stop iterating. `network` is updated after each epoch
        and by `update_network`."""
        while not self.finished:
            if not self.trained:
                self.begin_epoch()
            while self.trained < self.training_size:
                self.train_slice()
                yield Progress(self.epoch, self.trained, self.done)
            self.score("training")
            parts = (
                ("validation", 0, self.validation_size),
                ("test", self.validation_size, len(self.evaluation_order)),
            )
            for name, first, last in parts:
                while self.evaluated < last:
                    self.evaluate_slice(last)
                    yield Progress(self.epoch, self.trained, self.done)
                if first < last:
                    self.score(name)
            yield self.end_epoch()

    def adapt_slice_size(self, took_ms: float, budget_ms: float) -> None:
        """Adapts the slice so that it takes an eighth to a half of the budget."""
        if took_ms < budget_ms / 8:
            self.slice_size = min(2 * self.slice_size, MAX_IMAGES)
        elif took_ms > budget_ms / 2:
            self.slice_size = max(1, self.slice_size // 2)

    def begin_epoch(self) -> None:
        """Shuffles the training images, and writes the settings of each of the epoch's steps."""
        self.random.shuffle(self.order)
        self.follow_order()
        self.engine.write("step", [0])
        self.write_settings()
        if self.shows_average and self.epoch > 1:
            self.engine.run("swap")

    def follow_order(self) -> None:
        """The epoch's images: those to train on, followed by those to evaluate."""
        self.stream.follow([*self.order, *self.evaluation_order])

    def write_settings(self) -> None:
        """Writes the optimiser's settings for each step of the current epoch to the engine."""
        first, total = (self.epoch - 1) * self.steps_per_epoch, self.epochs * self.steps_per_epoch
        rows = array("f")
        for step in range(first, first + self.steps_per_epoch):
            rows.extend(self.optimiser.row(step, self.schedule.factor(step, total, self.epoch - 1)))
        self.engine.write("settings", rows)
        if self.optimiser.averaging:
            self.engine.write("shares", [self.optimiser.share(first + step) for step in range(self.steps_per_epoch)])

    def change_learning_rate(self, learning_rate: float) -> None:
        """Takes effect from the next step; the schedule's factor applies as before."""
        self.optimiser = bound(replace(self.optimiser, learning_rate=learning_rate), self.network.edits)
        self.write_settings()

    @property
    def shows_average(self) -> bool:
        """Whether the engine's `parameters` are the average of the weights, and `average` the weights that train:
        between two epochs, and at the end."""
        return bool(self.optimiser.averaging) and (self.finished or self.trained in (0, self.training_size))

    def train_slice(self) -> None:
        """Trains on one slice, and after an epoch's last one puts the average of the weights in their place."""
        self.train_batches()
        if self.shows_average:
            self.engine.run("swap")

    def train_batches(self) -> None:
        """Trains on whole batches in one call if the slice has any, otherwise on a part of a batch."""
        done, left = self.trained, self.training_size - self.trained
        started = done % self.batch_size
        index, loaded = self.stream.ensure_loaded(done, self.batch_size - started)
        self.engine.write("counter", [self.epoch_seed(), done - index])
        batches = min(self.slice_size, left, loaded) // self.batch_size
        if batches and not started and self.before_update is None:
            self.engine.run("train", index, batches)
            self.trained += batches * self.batch_size
            return
        batch = min(self.batch_size, left + started)
        count = part_size(batch, started, min(self.slice_size, batch - started, loaded), self.least)
        run_part(self.engine, batch, started, index, count, self.least)
        self.trained += count
        if started + count == batch:
            if self.before_update is not None:
                self.before_update(batch)
            self.engine.run("update", batch)

    def epoch_seed(self) -> int:
        """The number that all random numbers of the current epoch depend on, but for the order of the images."""
        return Random(f"samples {self.seed} {self.epoch}").randrange(1, 2**31 - 1)

    def evaluate_slice(self, last: int) -> None:
        """Evaluates one slice of the images in `evaluation_order`, up to but excluding index `last`."""
        index, loaded = self.stream.ensure_loaded(self.training_size + self.evaluated)
        count = min(self.slice_size, last - self.evaluated, loaded)
        self.engine.run("evaluate", index, count)
        self.evaluated += count

    def end_epoch(self) -> EpochEnded:
        """Stores the parameters if they are the best, and starts the next epoch unless the training is finished."""
        validation = self.scores.get("validation")
        best = not self.best or not validation or validation.sort_key > self.best.scores["validation"].sort_key
        if validation and best:
            self.best = Best(self.epoch, self.scores, self.engine.read("parameters").tobytes())
        event = EpochEnded(self.epoch, self.scores["training"], self.scores.get("test"), validation, best)
        epochs_since_best = self.epoch - self.best.epoch if self.best else 0
        self.finished = self.epoch == self.epochs or (
            self.patience is not None and epochs_since_best >= self.patience
        )
        if self.finished and self.best:
            self.engine.write("parameters", array("f", self.best.parameters))
            self.scores = self.best.scores
        self.update_network()
        if not self.finished:
            self.epoch += 1
            self.trained = self.evaluated = 0
            self.scores = {}
        return event

    def score(self, name: str) -> None:
        """Stores the counts of one dataset as its score, unless that was done before a checkpoint."""
        if name not in self.scores:
            self.scores[name] = take_score(self.engine, self.epoch)

    def update_network(self) -> None:
        """Copies the parameters, or their average, from the engine's memory to the network."""
        buffers = self.engine.plan.buffers
        average = self.engine.read("average") if self.optimiser.averaging and not self.shows_average else None
        for name, values in self.network.parameters.items():
            start = (buffers[name].offset - buffers["parameters"].offset) // 4
            values[:] = average[start : start + len(values)] if average else self.engine.read(name)  # type: ignore[assignment]

    def finish(self) -> None:
        """Ends the training now, with its current weights, or their average."""
        if self.optimiser.averaging and not self.shows_average:
            self.engine.run("swap")
        self.finished = True
        self.update_network()

    def checkpoint_buffers(self, trained: int) -> tuple[str, ...]:
        """The engine's buffers that a checkpoint contains after so many samples of an epoch."""
        within_batch = trained % self.batch_size and trained < self.training_size
        sums = ("sums",) if within_batch and "sums" in self.engine.plan.buffers else ()
        return ("parameters", *self.optimiser.buffers, "gradients", *sums, "step", "confusion", "loss_sum")

    def mark_finished(self) -> None:
        """Marks training as finished; used after loading a trained network."""
        self.epoch, self.trained, self.evaluated = self.epochs, self.training_size, len(self.evaluation_order)
        self.finished = True
        for name, values in self.network.parameters.items():
            self.engine.write(name, values)


def require_dataset(name: str, digits: ImageDataset, network: Network) -> None:
    """Raises ConfigError or ShapeError unless the network can train on these images."""
    require_type(f"the {name} images", digits, ImageDataset, "load_digits()[0]")
    require(len(digits) > 0, f"the {name} dataset has no images")
    digits.require_input(network.input_shape, f"{name} images")
    require(
        max(digits.labels) < network.classes,
        f"the {name} images have labels up to {max(digits.labels)}, but the network has {network.classes} classes",
    )
