"""The page's session: answers messages, a plain dict for a plain dict. The page pulls; nothing runs by itself.

`advance` trains for about the given time and returns what happened; to pause, the page stops asking. Files are bytes
beside the plain data. Errors that a user can act on are answered as {"error": {"name", "message"}}; any other
exception is a bug and propagates.
"""

import sys
from collections.abc import Callable, Generator, Mapping

from scnn.data.bundled import load_digits
from scnn.data.drawing import normalise_strokes
from scnn.data.photo import FoundDigit, find_digits
from scnn.data.stroke_groups import split_strokes
from scnn.engines.engine import Engine, EngineFactory
from scnn.errors import ConfigError, EditedKernelsError, EmptyDrawingError, ModelError, ScnnError
from scnn.experiments import presets
from scnn.experiments.experiment import OWN, experiment_of
from scnn.experiments.opening import config_in, open_checkpoint
from scnn.formats.png import as_ink, picture
from scnn.formats.safetensors import unpack
from scnn.network.network import Network
from scnn.page.course import Course
from scnn.page.descriptions import describe_layers, describe_number, describe_prediction, describe_preset
from scnn.page.diagram import Diagram
from scnn.page.messages import Answer, Message, read_bytes, read_index, read_number, read_strokes
from scnn.page.reader import DRAWING, Reader, image_of, read_shift
from scnn.page.records import Records
from scnn.page.run import Run, result_of
from scnn.page.topics import handlers_for
from scnn.page.uploads import Uploads
from scnn.settings import to_dict
from scnn.version import __version__

__all__ = ["Session"]

MAX_SIDE = (1 << 15) - 1  # of a photograph, in pixels


class Session:
    """One page's network and training. `clock` returns seconds, for speeds and time budgets. `engines` are the
    engines that messages can name; the first is the default. `pretrained` is a model file, which classifies drawings
    until a training starts."""

    def __init__(
        self, clock: Callable[[], float], engines: Mapping[str, EngineFactory], pretrained: bytes | None = None
    ) -> None:
        self.clock = clock
        self.engines = engines
        self.run: Run | None = None
        self.pretrained = Network.from_tensors(*unpack(pretrained)) if pretrained else None
        self.classifier = self.pretrained  # classifies drawings while there is no run
        self.uploads = Uploads()
        self.diagrams = Diagram(self.reader)
        self.found: list[FoundDigit] = []  # the digits of the newest photograph
        topics = (Course(self.current_run), Records(self.current_run))
        handlers = (
            *(self.status, self.describe, self.start, self.advance, self.step, self.stop, self.reset),
            *(self.learning_rate, self.reproduces, self.predict),
            *(self.photo, self.correct, self.open),
            *self.uploads.handlers,
            *self.diagrams.handlers,
            *(handler for topic in topics for handler in topic.handlers),
        )
        self.handlers: dict[str, Callable[[Message], Answer]] = {handler.__name__: handler for handler in handlers}

    def handle(self, message: Message) -> Answer:
        """Calls the handler that message["action"] names, with the message."""
        try:
            action = message.get("action")
            if action not in self.handlers:
                self.handlers |= handlers_for(action, self)
            if not isinstance(action, str) or action not in self.handlers:
                raise ConfigError(f"unknown action {action!r}; expected one of: {', '.join(self.handlers)}")
            return self.handlers[action](message)
        except ScnnError as error:
            return self.refusal(error)

    def refusal(self, error: ScnnError) -> Answer:
        """The answer to a message that led to this error."""
        edits = {"edits": error.edits} if isinstance(error, EditedKernelsError) else {}
        return {"error": {"name": type(error).__name__, "message": str(error), **edits}}

    def status(self, message: Message) -> Answer:
        """Versions, engines, experiments, and the provenance of the pretrained model."""
        return {
            "version": __version__,
            "python": sys.version.split()[0],
            "engines": list(self.engines),
            "experiments": [describe_preset(preset) for preset in presets.PRESETS.values()],
            "pretrained": self.pretrained.provenance if self.pretrained else None,
        }

    # ------------------------------------------------------------------------------------------ training

    def describe(self, message: Message) -> Answer:
        """The experiment's whole configuration, shapes and counts, without starting it."""
        experiment = experiment_of(message, self.uploads.digits)
        network = experiment.network()
        counts = {"training_images": len(experiment.training), "test_images": len(experiment.test)}
        return {
            **experiment.config,
            **counts,
            "parameters": network.parameter_count,
            "described": describe_layers(network),
        }

    def start(self, message: Message) -> Answer:
        """Creates a training of the experiment on `engine`, and drops any other. `advance` trains it."""
        engine = self.engine_name(message)
        self.run = Run(experiment_of(message, self.uploads.digits), self.engines[engine])
        return {**self.run.describe(), "engine": engine}

    def advance(self, message: Message) -> Answer:
        """Trains for about `budget_ms` milliseconds, or until the epoch ends. With a `subject`, the answer has what
        the network makes of it now, as `diagram` answers, as often as it costs the training little."""
        return result_of(self.advancing(message))

    def advancing(self, message: Message) -> Generator[Engine, None, Answer]:
        """As `advance`; after each slice it yields the engine, which may have work that can be waited for."""
        began = self.clock()
        answer = yield from self.current_run().advancing(read_number(message, "budget_ms"), self.clock)
        return self.diagrams.follow(answer, message, self.clock, self.clock() - began)

    def step(self, message: Message) -> Answer:
        """Trains on one batch. With a `subject`, the answer always has its diagram."""
        return self.diagrams.follow(self.current_run().step(self.clock), message, self.clock)

    def stop(self, message: Message) -> Answer:
        """Ends the training now."""
        return self.current_run().stop()

    def reset(self, message: Message) -> Answer:
        """Drops the training."""
        self.run = None
        return {}

    def learning_rate(self, message: Message) -> Answer:
        """Changes the learning rate from the next step."""
        self.current_run().change_learning_rate(read_number(message, "learning_rate"))
        return {"learning_rate": self.current_run().trainer.optimiser.learning_rate}

    def reproduces(self, message: Message) -> Answer:
        """Whether a link to the message's experiment gives the current weights: links have no edited kernels."""
        run = self.current_run()
        own = run.experiment.config["experiment"] == OWN or run.experiment.edits
        reproducible = run.as_configured and not own
        same = reproducible and experiment_of(message, self.uploads.digits).config == run.experiment.config
        return {"reproduces": same}

    # ------------------------------------------------------------------------------------------- reading

    def reader(self, message: Message) -> Reader:
        """The network that reads now, with its current weights: that of the training, or the classifier."""
        if self.run:
            return self.run.reader()
        if not self.classifier:
            self.start(message)
            return self.reader(message)
        kind = "page" if self.classifier is self.pretrained else "opened"
        return Reader(self.classifier, self.engines[self.engine_name(message)], load_digits()[1], kind)

    def network_of(self, message: Message) -> Network:
        return self.reader(message).network

    def subject_of(self, message: Message) -> tuple[bytes, int | None]:
        """The image that a message is about, and the index of its class, if that is known."""
        return image_of(message, self.reader(message).test)

    def predict(self, message: Message) -> Answer:
        """Classifies a drawing: `strokes` are lists of [x, y] as fractions of the canvas's side. If the drawing has
        several digits, `digits` has a prediction for each, and `number` is the number that they form. With a `shift`
        in pixels, each is the mean over shifted copies, as for Network.predict."""
        if self.network_of(message).input_shape != DRAWING:
            return {"empty": True, "no_drawings": True}
        try:
            images = [normalise_strokes(group) for group in split_strokes(read_strokes(message))]
        except EmptyDrawingError as error:
            return {"empty": True, "message": str(error)}
        predictions = [self.classify(image, message) for image in images]
        return predictions[0] if len(predictions) == 1 else {**predictions[0], **describe_number(predictions)}

    def photo(self, message: Message) -> Answer:
        """Classifies the digits on a photograph: `pixels` (RGBA), `width` and `height`; without `pixels`, those of
        the newest photograph again. Each of the `digits` is answered like a drawing, with its `box` [left, top,
        width, height] and a picture of its `ink`."""
        if "pixels" in message:
            width, height = (read_index(message, name, MAX_SIDE + 1) for name in ("width", "height"))
            self.found = []
            self.found = find_digits(read_bytes(message, "pixels"), width, height)
        if not self.found:
            raise ConfigError("there is no photograph with digits: open one first")
        predictions = []
        for digit in self.found:
            ink = picture(as_ink(digit.ink), digit.ink_width, digit.ink_height)
            box = [digit.left, digit.top, digit.width, digit.height]
            predictions.append({**self.classify(digit.image, message), "box": box, "ink": ink})
        return describe_number(predictions)

    def classify(self, image: bytes, message: Message) -> Answer:
        """The prediction of the current training, or of the classifier if there is no training."""
        shift = read_shift(message)
        if self.run is None and self.classifier:
            engine = self.engines[self.engine_name(message)]
            (row,) = self.classifier.probabilities(image, shift=shift, make_engine=engine)
            prediction = describe_prediction(self.classifier, row, image, 0)
            return {**prediction, "pretrained": self.classifier is self.pretrained}
        if self.run is None:
            self.start(message)
        return self.current_run().predict(image, shift)

    def correct(self, message: Message) -> Answer:
        """Adds a subject (see reader.py), such as a drawing, with its correct `label` to the training images, and
        starts a short training."""
        test = self.reader(message).test
        if test.shape != DRAWING and "index" not in message:
            raise ConfigError("this network reads pictures in colour: it cannot learn from a drawing")
        image, _ = image_of(message, test)
        if self.run is None:
            self.run = self.classifier_run(message)
        run = self.run
        names = run.network.class_names
        if message.get("label") not in names:
            raise ConfigError(f"unknown label {message.get('label')!r}; expected one of: {', '.join(names)}")
        run.add_correction(image, names.index(message["label"]))
        return {**run.describe(), "correction_epochs": run.trainer.epochs}

    def classifier_run(self, message: Message) -> Run:
        """A finished training of the network that classifies drawings."""
        if not self.classifier:
            raise ConfigError("there is no network yet: train one first")
        return self.finished_run(self.classifier, config_in(self.classifier), message)

    def finished_run(self, network: Network, config: Message, message: Message) -> Run:
        """A finished training whose result is this network."""
        experiment, make_engine = experiment_of(config, self.uploads.digits), self.engines[self.engine_name(message)]
        trainer = experiment.trainer(experiment.network(), make_engine)
        for name, values in network.parameters.items():
            trainer.network.parameters[name][:] = values
        trainer.network.class_names = network.class_names
        trainer.mark_finished()
        return Run(experiment, make_engine, trainer, as_configured=False)

    # --------------------------------------------------------------------------------------------- files

    def model_file(self) -> bytes:
        """A model file of the network that classifies drawings now."""
        return (self.run or self.classifier_run({})).model()

    def checkpoint_file(self) -> bytes:
        """A checkpoint file of the current training."""
        return self.current_run().checkpoint()

    def open(self, message: Message) -> Answer:
        """Opens a model or a checkpoint. A model of own images that are not loaded here can only classify drawings:
        its answer has `predicts_only`. A file's edited kernels are refused without `accept_edits`."""
        data = read_bytes(message, "data")
        tensors, metadata = unpack(data)
        accepted = message.get("accept_edits") is True
        network = Network.from_tensors(tensors, metadata, accept_edits=accepted)
        engine = self.engine_name(message)
        config, own = config_in(network), self.uploads.digits
        if "state" in metadata:
            make_engine = self.engines[engine]
            opened = open_checkpoint(data, make_engine, own, accept_edits=accepted)
            self.uploads.digits = opened.own
            run = Run(opened.experiment, make_engine, opened.trainer, opened.corrections, opened.as_configured)
        elif network.input_shape != DRAWING:
            raise ModelError(f"the model's input is {network.input_shape}; expected {DRAWING}, as drawings are")
        elif config["experiment"] == OWN and (own is None or own[0].classes != network.class_names):
            self.run, self.classifier = None, network
            return {"predicts_only": True, "classes": list(network.class_names)}
        else:
            run = self.run_of_model(network, config, message)
        self.run = run
        if run.trainer.finished:
            run.evaluate()
        return {**run.describe(), "engine": engine, **run.answer([])}

    def run_of_model(self, network: Network, config: Message, message: Message) -> Run:
        try:
            layers = [to_dict(layer) for layer in network.layers]
            return self.finished_run(network, {**config, "layers": layers}, message)
        except (KeyError, ValueError) as error:
            raise ModelError(f"the model does not match its experiment: {error}") from None

    # ------------------------------------------------------------------------------------------- helpers

    def current_run(self) -> Run:
        if self.run is None:
            raise ConfigError("there is no training: start one first")
        return self.run

    def engine_name(self, message: Message) -> str:
        engine = message.get("engine") or next(iter(self.engines))
        if not isinstance(engine, str) or engine not in self.engines:
            raise ConfigError(f"unknown engine {engine!r}; expected one of: {', '.join(self.engines)}")
        return engine
