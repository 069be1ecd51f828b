"""Reads with the network of a training, as it is or as it was after an earlier epoch. The training is not changed."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from math import isfinite

from scnn.engines.engine import EngineFactory
from scnn.errors import ConfigError, TrainingError
from scnn.experiments.experiment import Experiment
from scnn.network.lowering import PROBABILITIES
from scnn.network.metrics import Report
from scnn.network.network import Network
from scnn.network.shifts import outputs_of
from scnn.page.descriptions import describe_prediction
from scnn.page.gallery import Gallery
from scnn.page.history import History
from scnn.page.messages import Answer
from scnn.page.reader import Reader
from scnn.training.diagnosis import diagnose
from scnn.training.events import EpochEnded, Score
from scnn.training.trainer import Trainer

__all__ = ["Reading"]

MOST_POINTS = 1000  # of a curve that is stored
MOST_DIAGNOSED = 1000  # epochs, the newest, that a verdict is based on


class Reading:
    """The reports, predictions and activations of one training's network."""

    def __init__(self, experiment: Experiment, make_engine: EngineFactory) -> None:
        self.experiment, self.make_engine = experiment, make_engine
        self.score: Score | None = None  # on the test images, after the last epoch
        self.earlier_samples = 0  # trained on before the last correction

    def read_with(self, trainer: Trainer) -> None:
        """Reads with this trainer's network; what was recorded about another is forgotten."""
        self.trainer, self.network = trainer, trainer.network
        self.gallery = Gallery(trainer, self.experiment.test, self.network.class_names)
        self.ended: list[EpochEnded] = []
        self.curves: list[tuple[float | None, ...]] = []  # (epoch, loss, accuracy, test loss, test accuracy)
        self.diverged = False  # whether the training ended because the loss is not finite
        self.history = History()
        if trainer.finished or not trainer.trained:  # not in the middle of an epoch
            self.history.add(trainer.epoch if trainer.finished else trainer.epoch - 1, self.parameters())
        self.viewed: int | None = None  # the epoch that is looked back to
        self.earlier: Network | None = None  # the network as it was then

    def parameters(self) -> bytes:
        return self.trainer.engine.read("parameters").tobytes()

    def travel(self, epoch: int | None) -> None:
        """Looks at the network as it was after an epoch that is kept, or at the newest again. The training is not
        changed, and continues with the newest parameters."""
        self.viewed = None
        if epoch is None:
            return
        if epoch not in self.history.parameters:
            kept = ", ".join(map(str, self.history.epochs))
            raise ConfigError(f"the weights after epoch {epoch!r} are not kept; expected one of: {kept}")
        self.viewed = epoch
        network = self.network
        if self.earlier is None:
            names = network.class_names
            self.earlier = Network(network.input_shape, network.layers, class_names=names, edits=network.edits)
        with self.looking_back():
            for name, values in self.earlier.parameters.items():
                values[:] = self.trainer.engine.read(name)  # type: ignore[assignment]
            if epoch not in self.history.scores:
                self.history.scores[epoch] = self.gallery.evaluate()

    @contextmanager
    def looking_back(self) -> Iterator[None]:
        """The engine has the parameters of the viewed epoch, and then the newest again."""
        if self.viewed is None:
            yield
            return
        newest = self.parameters()
        self.trainer.engine.write("parameters", array("f", self.history.parameters[self.viewed]))
        try:
            yield
        finally:
            self.trainer.engine.write("parameters", array("f", newest))

    def reader(self) -> Reader:
        """The network of the viewed epoch, or the current one with its current weights."""
        network, test, trainer = self.network, self.experiment.test, self.trainer
        if self.viewed is not None and self.earlier:
            return Reader(self.earlier, self.make_engine, test, "earlier", self.samples(), self.viewed)
        trainer.update_network()
        kind = "own" if self.samples() or trainer.finished else "untrained"
        return Reader(network, self.make_engine, test, kind, self.samples(), trainer.epoch)

    def samples(self) -> int:
        """The number of images that the reader was trained on, once per epoch."""
        own = self.trainer.done if self.viewed is None else self.viewed * self.trainer.training_size
        return self.earlier_samples + own

    def cell(self, true: int, predicted: int) -> Answer:
        with self.looking_back():
            return self.gallery.cell(true, predicted)

    def mistakes(self) -> Answer:
        with self.looking_back():
            return self.gallery.mistakes()

    def shown_score(self) -> Score | None:
        """The score on the test images after the last epoch, or after the viewed one."""
        return self.score if self.viewed is None else self.history.scores[self.viewed]

    def report(self) -> Answer:
        score = self.shown_score()
        if score is None:
            raise ConfigError("there is no report yet: train until the first epoch ends")
        report = Report.from_confusion(score.confusion).to_dict()
        names = self.network.class_names
        per_class = [{"class": name, **scores} for name, scores in zip(names, report["per_class"], strict=True)]
        return {**report, "classes": list(names), "loss": score.loss, "per_class": per_class}

    def record_epoch(self, event: EpochEnded) -> None:
        """Keeps what an epoch ended with: its scores, and the parameters to look back to."""
        training, test = event.training, event.test
        self.score = test
        self.ended.append(event)
        of_test = (test.loss, test.accuracy) if test else (None, None)
        self.curves.append((event.epoch, training.loss, training.accuracy, *of_test))
        self.history.add(event.epoch, self.parameters(), test)

    def short_curves(self) -> list[tuple[float | None, ...]]:
        """The curves, evenly thinned to at most MOST_POINTS rows and the last."""
        stride = -(-len(self.curves) // MOST_POINTS) or 1
        last = len(self.curves)
        return [row for number, row in enumerate(self.curves, 1) if number % stride == 0 or number == last]

    def verdict(self) -> Answer:
        """What happened in the training, by the rules of `scnn.training.diagnosis`; `kind` is None before the first
        epoch ends."""
        if self.diverged:
            return {"kind": "diverged", "chance": None, "at_chance": False, "best_epoch": None}
        found = diagnose(self.ended[-MOST_DIAGNOSED:], self.network.loss)
        return asdict(found) if found else {"kind": None}

    def evaluate(self) -> None:
        """Evaluates the current parameters on the test images, for a network that was trained elsewhere."""
        self.score = self.gallery.evaluate()

    def predict(self, image: bytes, shift: int = 0) -> Answer:
        """The prediction of the current parameters, also in the middle of an epoch, or of the viewed epoch's; with a
        `shift`, the mean over shifted copies, as for Network.predict."""
        engine = self.trainer.engine  # training overwrites `input` with every sample, so nothing is lost
        levels = array("f", (level / 255.0 for level in image))
        with self.looking_back():
            (probabilities,) = outputs_of(engine, [levels], self.network.input_shape, PROBABILITIES, shift)
        if not all(map(isfinite, probabilities)):
            raise TrainingError(
                "the network's numbers are no longer finite: reset it, and train with a smaller learning rate"
            )
        prediction = describe_prediction(self.network, probabilities, image, self.samples())
        return prediction if self.viewed is None else {**prediction, "epoch": self.viewed}
