"""One training on the page: runs in slices, reports its progress, and is saved and resumed."""

from array import array
from collections.abc import Callable, Iterator

from scnn.data.digits import Digits
from scnn.engines.engine import EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.errors import ConfigError
from scnn.experiments.experiment import OWN, Experiment
from scnn.experiments.opening import concatenate, with_corrections
from scnn.formats.safetensors import pack
from scnn.network.lowering import PROBABILITIES
from scnn.network.metrics import Report
from scnn.page.descriptions import describe_epoch, describe_layers, describe_prediction
from scnn.page.gallery import Gallery
from scnn.page.messages import Answer
from scnn.page.reader import Reader
from scnn.training.checkpoint import pack_checkpoint, settings_of
from scnn.training.events import EpochEnded, Event, Progress, Score
from scnn.training.optimisers import Adam
from scnn.training.schedules import Constant
from scnn.training.trainer import Trainer

__all__ = ["Run"]

CORRECTION_EPOCHS = 3


class Run:
    """A new training of the experiment, or the training of an existing `trainer`.

    `corrections` are labelled drawings that were added to the training images. `as_configured` is whether the
    experiment's configuration alone reproduces the weights.
    """

    def __init__(
        self,
        experiment: Experiment,
        make_engine: EngineFactory,
        trainer: Trainer | None = None,
        corrections: Digits | None = None,
        as_configured: bool = True,
    ) -> None:
        self.experiment, self.make_engine = experiment, make_engine
        self.corrections = corrections
        self.as_configured = as_configured and make_engine is not Interpreter  # which computes in float64
        self.score: Score | None = None  # on the test images
        self.earlier_samples = 0  # trained on before the last correction
        self.follow(trainer or experiment.trainer(experiment.network(), make_engine))

    def follow(self, trainer: Trainer) -> None:
        """Continues with this trainer."""
        self.trainer, self.network = trainer, trainer.network
        trainer.slice_size = 1  # the speed is not known yet
        self.events: Iterator[Event] = trainer.run()
        self.gallery = Gallery(trainer, self.experiment.test, self.network.class_names)
        self.seconds = 0.0
        self.done_before = trainer.done  # samples, before `seconds` started

    @property
    def total(self) -> int:
        """The number of samples of the whole training; each image counts once per epoch."""
        return self.trainer.epochs * self.trainer.training_size

    def describe(self) -> Answer:
        return {
            **self.experiment.config,
            "classes": list(self.network.class_names),
            "samples": self.total,
            "training_images": self.trainer.training_size,
            "test_images": self.trainer.test_size,
            "parameters": self.network.parameter_count,
            "described": describe_layers(self.network),
            "finished": self.trainer.finished,
            "corrections": len(self.corrections or ()),
        }

    # ------------------------------------------------------------------------------------------ training

    def advance(self, budget_ms: float, clock: Callable[[], float]) -> Answer:
        """Trains at least one slice, and more until the budget is spent or an epoch ends."""
        started = now = clock()
        epochs: list[Answer] = []
        finished = False
        while not finished and not epochs and ((now - started) * 1000 < budget_ms or now == started):
            event = next(self.events, None)
            previous, now = now, clock()
            finished = event is None or self.trainer.finished
            if isinstance(event, EpochEnded):
                self.score = event.test
                epochs.append(describe_epoch(event))
            elif event is not None:
                self.trainer.adapt_slice_size((now - previous) * 1000, budget_ms)
        self.seconds += now - started
        return self.answer(epochs)

    def step(self, clock: Callable[[], float]) -> Answer:
        """Trains on one batch, and evaluates if the epoch ends with it."""
        trainer, started = self.trainer, clock()
        epochs: list[Answer] = []
        slice_size, trainer.slice_size = trainer.slice_size, 1
        target = trainer.done - trainer.trained % trainer.batch_size + trainer.batch_size
        for event in self.events:
            if isinstance(event, EpochEnded):
                self.score = event.test
                epochs.append(describe_epoch(event))
                break
            if isinstance(event, Progress) and event.done >= target and trainer.trained < trainer.training_size:
                break
        trainer.slice_size = slice_size
        self.seconds += clock() - started
        return self.answer(epochs)

    def answer(self, epochs: list[Answer]) -> Answer:
        finished = self.trainer.finished
        answer: Answer = {"events": epochs, "progress": self.progress(), "finished": finished}
        if finished:
            answer["fingerprint"] = self.network.fingerprint()
        return {**answer, "report": self.report()} if self.score and (epochs or finished) else answer

    def progress(self) -> Answer:
        """The position in the training; `seconds_left` assumes constant speed."""
        trainer, done = self.trainer, self.trainer.done
        rate = (done - self.done_before) / self.seconds if self.seconds > 0 else 0.0
        return {
            "epoch": trainer.epoch,
            "epochs": trainer.epochs,
            "sample": trainer.trained,
            "samples_per_epoch": trainer.training_size,
            "done": done,
            "total": self.total,
            "samples_per_second": rate,
            "seconds": self.seconds,
            "seconds_left": (self.total - done) / rate if rate else None,
        }

    def stop(self) -> Answer:
        """Ends the training now; the network keeps its current weights."""
        self.trainer.update_network()
        self.as_configured = self.as_configured and self.trainer.finished
        self.trainer.finished = True
        self.events = iter(())
        return self.answer([])

    def change_learning_rate(self, learning_rate: float) -> None:
        """Applies from the next step."""
        previous = self.trainer.optimiser.learning_rate
        self.trainer.change_learning_rate(learning_rate)
        self.as_configured = self.as_configured and learning_rate == previous

    def add_correction(self, image: bytes, label: int) -> None:
        """Adds a labelled drawing to the training images and starts a short training from the current weights."""
        digits, settings = self.experiment.training, self.experiment.settings
        correction = Digits(image, bytes([label]), digits.rows, digits.columns, digits.classes)
        self.corrections = concatenate(self.corrections, correction) if self.corrections else correction
        self.as_configured = False
        self.earlier_samples += self.trainer.done
        self.trainer.update_network()
        self.follow(
            Trainer(
                self.network,
                with_corrections(digits, self.corrections),
                self.experiment.test,
                epochs=CORRECTION_EPOCHS,
                optimiser=Adam(0.001),
                schedule=Constant(),
                batch_size=max(8, settings["batch_size"]),
                augmentation=settings["augmentation"],
                seed=settings["seed"] + len(self.corrections),
                make_engine=self.make_engine,
            )
        )

    # ----------------------------------------------------------------------------------------- reporting

    def report(self) -> Answer:
        if self.score is None:
            raise ConfigError("there is no report yet: train until the first epoch ends")
        report = Report.from_confusion(self.score.confusion).to_dict()
        names = self.network.class_names
        per_class = [{"class": name, **scores} for name, scores in zip(names, report["per_class"], strict=True)]
        return {**report, "classes": list(names), "loss": self.score.loss, "per_class": per_class}

    def evaluate(self) -> None:
        """Evaluates the current parameters on the test images, for a network that was trained elsewhere."""
        self.score = self.gallery.evaluate()

    def reader(self) -> Reader:
        """The network with its current weights."""
        self.trainer.update_network()
        samples = self.earlier_samples + self.trainer.done
        kind = "own" if samples or self.trainer.finished else "untrained"
        return Reader(self.network, self.make_engine, self.experiment.test, kind, samples, self.trainer.epoch)

    def predict(self, image: bytes) -> Answer:
        """The prediction of the current parameters, also in the middle of an epoch."""
        engine = self.trainer.engine  # training overwrites `input` with every sample, so nothing is lost
        engine.write("input", array("f", (level / 255.0 for level in image)))
        engine.run("infer")
        probabilities = [float(value) for value in engine.read(PROBABILITIES)]
        return describe_prediction(self.network, probabilities, image, self.earlier_samples + self.trainer.done)

    # -------------------------------------------------------------------------------------------- saving

    def model(self) -> bytes:
        """A model file of the network with its current weights."""
        self.trainer.update_network()
        self.network.provenance = {
            "experiment": self.experiment.config,
            "settings": settings_of(self.trainer),
            "corrections": len(self.corrections or ()),
            **({"test": self.score.to_dict()} if self.score else {}),
        }
        return pack(self.network.tensors(), self.network.metadata())

    def checkpoint(self) -> bytes:
        """A checkpoint file, from which the training can be resumed. It includes the user's own images."""
        experiment = self.experiment
        self.network.provenance = {"experiment": experiment.config, "as_configured": self.as_configured}
        digits = {"corrections": self.corrections} if self.corrections else {}
        if experiment.config["experiment"] == OWN:
            digits |= {"training": experiment.training, "test": experiment.test}
        return pack_checkpoint(self.trainer, digits)
