"""One training on the page: runs in slices, reports its progress, and is saved and resumed."""

from collections.abc import Callable, Generator, Iterator

from scnn.data.dataset import ImageDataset
from scnn.engines.engine import Engine, EngineFactory
from scnn.engines.interpreter import Interpreter
from scnn.errors import ConfigError, TrainingError
from scnn.experiments.experiment import OWN, Experiment
from scnn.experiments.opening import with_corrections
from scnn.formats.safetensors import pack
from scnn.page.descriptions import describe_epoch, describe_layers
from scnn.page.messages import Answer
from scnn.page.meter import Meter
from scnn.page.reading import Reading
from scnn.page.sizes import Sizes
from scnn.training.checkpoint import pack_checkpoint, settings_of
from scnn.training.events import EpochEnded, Event, Progress
from scnn.training.optimisers import Adam
from scnn.training.schedules import Constant
from scnn.training.trainer import Trainer

__all__ = ["Run", "result_of"]

CORRECTION_EPOCHS = 3


class Run(Reading):
    """A new training of the experiment, or the training of an existing `trainer`.

    `corrections` are labelled drawings that were added to the training images. `as_configured` is whether the
    experiment's configuration alone reproduces the weights.
    """

    def __init__(
        self,
        experiment: Experiment,
        make_engine: EngineFactory,
        trainer: Trainer | None = None,
        corrections: ImageDataset | None = None,
        as_configured: bool = True,
    ) -> None:
        super().__init__(experiment, make_engine)
        self.corrections = corrections
        self.lesson: tuple[bytes, int, Answer] | None = None  # the newest correction, and how it was read before
        self.as_configured = as_configured and make_engine is not Interpreter  # which computes in float64
        self.follow(trainer or experiment.trainer(experiment.network(), make_engine))

    def follow(self, trainer: Trainer) -> None:
        """Continues with this trainer."""
        trainer.slice_size = 1  # the speed is not known yet
        self.events: Iterator[Event] = trainer.run()
        self.meter = Meter(trainer)
        self.sizes: Sizes | None = None
        self.seconds = 0.0
        self.done_before = trainer.done  # samples, before `seconds` started
        self.read_with(trainer)

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
        return result_of(self.advancing(budget_ms, clock))

    def advancing(self, budget_ms: float, clock: Callable[[], float]) -> Generator[Engine, None, Answer]:
        """As `advance`; after each slice it yields the engine, which may have work that can be waited for."""
        self.sizes = self.sizes or Sizes(self.trainer, clock)
        started = now = clock()
        answer = self.new_answer()
        finished = False
        while not finished and not answer["events"] and ((now - started) * 1000 < budget_ms or now == started):
            self.sizes.watch()
            alone = self.trainer.before_update is not None  # one batch, which says little about the speed
            event = self.next_event(answer)
            yield self.trainer.engine
            previous, now = now, clock()
            finished = event is None or self.trainer.finished
            if isinstance(event, Progress) and not alone:
                self.trainer.adapt_slice_size((now - previous) * 1000, budget_ms)
        self.seconds += now - started
        return self.complete(answer)

    def step(self, clock: Callable[[], float]) -> Answer:
        """Trains on one batch, and evaluates if the epoch ends with it."""
        trainer, started = self.trainer, clock()
        answer = self.new_answer()
        self.sizes = self.sizes or Sizes(trainer, clock)
        self.sizes.watch_next()
        slice_size, trainer.slice_size = trainer.slice_size, 1
        target = trainer.done - trainer.trained % trainer.batch_size + trainer.batch_size
        while event := self.next_event(answer):
            if isinstance(event, EpochEnded):
                break
            if event.done >= target and trainer.trained < trainer.training_size:
                break
        trainer.slice_size = slice_size
        self.seconds += clock() - started
        return self.complete(answer)

    def next_event(self, answer: Answer) -> Event | None:
        """The trainer's next event; the end of an epoch is recorded in the answer. Raises TrainingError if the loss
        is no longer finite."""
        try:
            event = next(self.events, None)
        except TrainingError:
            self.diverged = True
            raise
        if isinstance(event, EpochEnded):
            self.record_epoch(event)
            answer["events"].append(describe_epoch(event))
            answer["batches"] += self.meter.points(event.training)
        return event

    def new_answer(self) -> Answer:
        return {"events": [], "batches": []}

    def complete(self, answer: Answer) -> Answer:
        """The answer with progress, sizes by layer if they were measured, and the report if an epoch has ended."""
        answer["batches"] += self.meter.points()
        sizes = self.sizes.take() if self.sizes else []
        return {**answer, **self.answer(answer["events"]), **({"sizes": sizes} if sizes else {})}

    def answer(self, epochs: list[Answer]) -> Answer:
        finished = self.trainer.finished
        answer: Answer = {"events": epochs, "progress": self.progress(), "finished": finished}
        if epochs or finished:
            answer["kept"] = self.history.epochs
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
        self.as_configured = self.as_configured and self.trainer.finished
        self.trainer.finish()
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
        self.travel(None)
        self.lesson = image, label, self.reads(image)
        correction = digits.replaced(image, bytes([label]))
        self.corrections = self.corrections.joined(correction) if self.corrections else correction
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

    def taught(self) -> Answer:
        """The newest correction: its `label`; the test accuracy and its probabilities `before`, and now: `after`."""
        if self.lesson is None:
            raise ConfigError("nothing was taught yet: draw a digit, choose its label, and teach it")
        image, label, before = self.lesson
        return {"label": self.network.class_names[label], "before": before, "after": self.reads(image)}

    def reads(self, image: bytes) -> Answer:
        with self.looking_back():
            accuracy = self.gallery.evaluate().accuracy
        return {"accuracy": accuracy, "probabilities": self.predict(image)["probabilities"]}

    # -------------------------------------------------------------------------------------------- saving

    def model(self, newest: bool = False) -> bytes:
        """A model file of the network that reads now, or of the newest weights."""
        if newest:
            self.trainer.update_network()
        network, score = (self.network, self.score) if newest else (self.reader().network, self.shown_score())
        network.provenance = {
            "experiment": self.experiment.config,
            "settings": settings_of(self.trainer),
            "corrections": len(self.corrections or ()),
            **({} if newest or self.viewed is None else {"epoch": self.viewed}),
            **({"test": score.to_dict()} if score else {}),
        }
        return pack(network.tensors(), network.metadata())

    def checkpoint(self) -> bytes:
        """A checkpoint file, from which the training can be resumed. It includes the user's own images."""
        experiment = self.experiment
        self.network.provenance = {"experiment": experiment.config, "as_configured": self.as_configured}
        digits = {"corrections": self.corrections} if self.corrections else {}
        if experiment.config["experiment"] == OWN:
            digits |= {"training": experiment.training, "test": experiment.test}
        return pack_checkpoint(self.trainer, digits)


def result_of(steps: Generator[Engine, None, Answer]) -> Answer:
    """Runs a generator to its end, waiting for nothing; returns what it returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer
