"""One training on the page: driven in slices, reported on, looked into, taught by corrections, kept and continued."""

from array import array
from collections.abc import Callable, Iterator
from math import log

from scnn.data.digits import Digits
from scnn.engines.engine import EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.errors import ConfigError
from scnn.experiments.experiment import OWN, Experiment
from scnn.experiments.opening import joined, taught
from scnn.formats.png import as_ink, picture
from scnn.formats.safetensors import pack
from scnn.network.inspection import Inspector
from scnn.network.lowering import PROBABILITIES
from scnn.network.metrics import Report, argmax, confusion_matrix
from scnn.page.descriptions import described_epoch, described_layers, described_prediction
from scnn.page.messages import Answer
from scnn.training.checkpoint import pack_checkpoint, settings_of
from scnn.training.events import EpochEnded, Event, Progress, Score
from scnn.training.optimisers import Adam
from scnn.training.schedules import Constant
from scnn.training.trainer import Trainer

__all__ = ["Run"]

SHOWN = 24  # images of a cell or of the mistakes
LESSON_EPOCHS = 3


class Run:
    """A training from its start, or from where `trainer` stands, with what is known of it so far.

    `corrections` are drawings with their labels that were added to the training digits. `as_configured` tells whether
    its configuration alone leads to the weights: nothing was changed on the way.
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
        self.as_configured = as_configured and make_engine is not Interpreter  # it computes in float64
        self.trainer = trainer or experiment.trainer(experiment.network(), make_engine)
        self.trainer.slice_size = 1  # until it is known how long they take
        self.network = self.trainer.network
        self.events: Iterator[Event] = self.trainer.run()
        self.score: Score | None = None
        self.seconds = 0.0
        self.before = self.trainer.done  # samples that were trained on before it came here
        self.earlier = 0  # and in trainings that a lesson followed
        self.corrections = corrections
        self.inspector: Inspector | None = None
        self.judged: tuple[bytes, list[list[float]]] | None = None  # parameters, probabilities of the test digits

    @property
    def total(self) -> int:
        """How many samples the whole training takes, an image counting once for each epoch."""
        return self.trainer.epochs * self.trainer.training_size

    def describe(self) -> Answer:
        return {
            **self.experiment.config,
            "classes": list(self.network.class_names),
            "samples": self.total,
            "training_images": self.trainer.training_size,
            "test_images": self.trainer.test_size,
            "parameters": self.network.parameter_count,
            "described": described_layers(self.network),
            "finished": self.trainer.finished,
            "corrections": len(self.corrections or ()),
        }

    # ------------------------------------------------------------------------------------------ training

    def advance(self, budget_ms: float, clock: Callable[[], float]) -> Answer:
        """At least one slice of work, and no new one once the budget is spent or an epoch has ended, which brings a
        report."""
        began = now = clock()
        epochs: list[Answer] = []
        finished = False
        while not finished and not epochs and ((now - began) * 1000 < budget_ms or now == began):
            event = next(self.events, None)
            before, now = now, clock()
            finished = event is None or self.trainer.finished
            if isinstance(event, EpochEnded):
                self.score = event.test
                epochs.append(described_epoch(event))
            elif event is not None:
                self.trainer.adapt_slice_size((now - before) * 1000, budget_ms)
        self.seconds += now - began
        return self.answer(epochs)

    def step(self, clock: Callable[[], float]) -> Answer:
        """One batch; at an epoch's end, the judging too."""
        trainer, began = self.trainer, clock()
        epochs: list[Answer] = []
        slice_size, trainer.slice_size = trainer.slice_size, 1
        target = trainer.done - trainer.trained % trainer.batch_size + trainer.batch_size
        for event in self.events:
            if isinstance(event, EpochEnded):
                self.score = event.test
                epochs.append(described_epoch(event))
                break
            if isinstance(event, Progress) and event.done >= target and trainer.trained < trainer.training_size:
                break
        trainer.slice_size = slice_size
        self.seconds += clock() - began
        return self.answer(epochs)

    def answer(self, epochs: list[Answer]) -> Answer:
        finished = self.trainer.finished
        answer: Answer = {"events": epochs, "progress": self.progress(), "finished": finished}
        if finished:
            answer["fingerprint"] = self.network.fingerprint()
        return {**answer, "report": self.report()} if self.score and (epochs or finished) else answer

    def progress(self) -> Answer:
        """How far it is; the time left supposes that it goes on as until now."""
        trainer, done = self.trainer, self.trainer.done
        rate = (done - self.before) / self.seconds if self.seconds > 0 else 0.0
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
        """Ends the training where it stands; the network keeps what it has learned."""
        self.trainer.update_network()
        self.as_configured = self.as_configured and self.trainer.finished
        self.trainer.finished = True
        self.events = iter(())
        return self.answer([])

    def change_learning_rate(self, learning_rate: float) -> None:
        """From the next step on."""
        before = self.trainer.optimiser.learning_rate
        self.trainer.change_learning_rate(learning_rate)
        self.as_configured = self.as_configured and learning_rate == before

    def teach(self, image: bytes, label: int) -> None:
        """A short training that goes on from these weights, with one more corrected drawing among the digits."""
        digits = self.experiment.training
        one = Digits(image, bytes([label]), digits.rows, digits.columns, digits.classes)
        self.corrections = joined(self.corrections, one) if self.corrections else one
        self.as_configured = False
        self.earlier += self.trainer.done
        self.trainer.update_network()
        self.trainer = Trainer(
            self.network,
            taught(digits, self.corrections),
            self.experiment.test,
            epochs=LESSON_EPOCHS,
            optimiser=Adam(0.001),
            schedule=Constant(),
            batch_size=max(8, self.experiment.settings["batch_size"]),
            augmentation=self.experiment.settings["augmentation"],
            seed=self.experiment.settings["seed"] + len(self.corrections),
            slice_size=1,
            make_engine=self.make_engine,
        )
        self.events, self.before, self.seconds = self.trainer.run(), 0, 0.0

    # ----------------------------------------------------------------------------------------- reporting

    def report(self) -> Answer:
        if self.score is None:
            raise ConfigError("no epoch has ended yet: there is nothing to report")
        report = Report.from_confusion(self.score.confusion).to_dict()
        names = self.network.class_names
        named = [{"class": name, **one} for name, one in zip(names, report["per_class"], strict=True)]
        return {**report, "classes": list(names), "loss": self.score.loss, "per_class": named}

    def judge(self) -> None:
        """Scores a network that came from a file."""
        labels, classes = self.experiment.test.labels, self.network.classes
        rows = self.probabilities()
        loss = -sum(log(max(row[label], 1e-8)) for row, label in zip(rows, labels, strict=True)) / len(labels)
        matrix = confusion_matrix(list(labels), [argmax(row) for row in rows], classes)
        self.score = Score(loss, tuple(map(tuple, matrix)))

    def probabilities(self) -> list[list[float]]:
        """[test digit][class], by the parameters as they stand."""
        engine, trainer = self.trainer.engine, self.trainer
        parameters = engine.read("parameters").tobytes()
        if self.judged is None or self.judged[0] != parameters:
            kept = {name: engine.read(name) for name in ("confusion", "loss_sum")}
            first = trainer.training_size + trainer.validation_size
            rows = []
            for place in range(trainer.test_size):
                engine.run("evaluate", trainer.stream.ensure_loaded(first + place)[0], 1)
                rows.append([float(value) for value in engine.read(PROBABILITIES)])
            for name, values in kept.items():
                engine.write(name, values)
            self.judged = (parameters, rows)
        return self.judged[1]

    def cell(self, true: int, read: int) -> Answer:
        """Test digits of one class that were read as another (or as it), the surest first."""
        found = [
            (row[read], place, row)
            for place, row in enumerate(self.probabilities())
            if self.experiment.test.labels[place] == true and argmax(row) == read
        ]
        return self.gallery(found)

    def mistakes(self) -> Answer:
        """The test digits that are read wrongly, the surest mistake first."""
        found = [
            (max(row), place, row)
            for place, row in enumerate(self.probabilities())
            if argmax(row) != self.experiment.test.labels[place]
        ]
        return self.gallery(found)

    def gallery(self, found: list[tuple[float, int, list[float]]]) -> Answer:
        found.sort(key=lambda one: (-one[0], one[1]))
        test, names = self.experiment.test, self.network.class_names
        images = [
            {
                "place": place,
                "true": names[test.labels[place]],
                "read": names[argmax(row)],
                "probability": row[argmax(row)],
                "probabilities": row,
                "picture": picture(as_ink(test.image(place)), test.columns, test.rows),
            }
            for _, place, row in found[:SHOWN]
        ]
        return {"count": len(found), "images": images}

    def inspect(self, image: bytes) -> Answer:
        """The way of one image through the network."""
        self.trainer.update_network()
        self.inspector = self.inspector or Inspector(self.network, self.make_engine)
        _, height, width = self.network.input_shape
        found = self.inspector.look([level / 255.0 for level in image])
        return {**found, "picture": picture(as_ink(image), width, height)}

    def predict(self, image: bytes) -> Answer:
        """By the parameters as they stand, in the middle of an epoch too."""
        engine = self.trainer.engine  # every sample of the training loads its own input over this one
        engine.write("input", array("f", (level / 255.0 for level in image)))
        engine.run("infer")
        row = [float(value) for value in engine.read(PROBABILITIES)]
        return described_prediction(self.network, row, image, self.earlier + self.trainer.done)

    # ------------------------------------------------------------------------------------------- keeping

    def model(self) -> bytes:
        """A model file of the network as it stands."""
        self.trainer.update_network()
        self.network.provenance = {
            "experiment": self.experiment.config,
            "settings": settings_of(self.trainer),
            "corrections": len(self.corrections or ()),
            **({"test": self.score.to_dict()} if self.score else {}),
        }
        return pack(self.network.tensors(), self.network.metadata())

    def checkpoint(self) -> bytes:
        """A checkpoint file, from which the training goes on; digits that are a person's own are in it."""
        experiment = self.experiment
        self.network.provenance = {"experiment": experiment.config, "as_configured": self.as_configured}
        digits = {"corrections": self.corrections} if self.corrections else {}
        if experiment.config["experiment"] == OWN:
            digits |= {"training": experiment.training, "test": experiment.test}
        return pack_checkpoint(self.trainer, digits)
