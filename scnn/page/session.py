"""The page's protocol: a plain dict comes in, a plain dict goes out. The page pulls; nothing runs by itself.

`advance` works for about so many milliseconds and answers with what happened; pause is not asking. Files come as
bytes beside the plain data; what `model_file` and `checkpoint_file` give, the worker makes a link of. An error that a
person can act on comes back as {"error": {"name", "message"}}; what is left is a defect, and raises.
"""

import sys
from collections.abc import Callable, Mapping

from scnn.data.digits import Digits, load_idx
from scnn.data.drawing import SIDE, normalise_strokes
from scnn.data.own_images import MAX_IMAGES, OwnImages, choose_evenly, classes_of_one, split
from scnn.data.photo import find_digits
from scnn.data.stroke_groups import split_strokes
from scnn.engines.engine import EngineFactory
from scnn.errors import ConfigError, DataError, EmptyDrawingError, ModelError, ScnnError
from scnn.experiments import presets
from scnn.experiments.experiment import OWN, experiment_of
from scnn.experiments.opening import config_in, open_checkpoint
from scnn.formats.picture_header import picture_size
from scnn.formats.png import as_ink, picture
from scnn.formats.safetensors import unpack
from scnn.network.network import Network
from scnn.page.descriptions import described_layers, described_number, described_prediction, described_preset
from scnn.page.messages import Answer, Message, bytes_of, index_of, number_of, strokes_of
from scnn.page.run import Run
from scnn.settings import to_dict
from scnn.version import __version__

__all__ = ["Session"]

SIZE = ("width", "height")


class Session:
    """One page's network and training. `clock` tells seconds; only rates and budgets hang on it. `engines` are
    those that can be asked for by name, the first one if none is. `pretrained` is a model file, which reads drawings
    until there is a training."""

    def __init__(
        self, clock: Callable[[], float], engines: Mapping[str, EngineFactory], pretrained: bytes | None = None
    ) -> None:
        self.clock = clock
        self.engines = engines
        self.run: Run | None = None
        self.shipped = Network.from_tensors(*unpack(pretrained)) if pretrained else None
        self.reader = self.shipped  # what reads drawings while there is no training
        self.own: tuple[Digits, Digits] | None = None
        self.collected = OwnImages()
        doing = (
            *(self.status, self.describe, self.start, self.advance, self.step, self.stop, self.reset),
            *(self.learning_rate, self.reproduces, self.report, self.cell, self.mistakes, self.inspect, self.predict),
            *(
                self.photo,
                self.correct,
                self.open,
                self.picture_size,
                self.picture,
                self.pictures,
                self.choose,
                self.idx,
            ),
        )
        self.doing: dict[str, Callable[[Message], Answer]] = {do.__name__: do for do in doing}

    def ask(self, message: Message) -> Answer:
        """Does what message["do"] says, with the rest of the message as its settings."""
        try:
            what = message.get("do")
            if not isinstance(what, str) or what not in self.doing:
                raise ConfigError(f"a message says what to do ({', '.join(self.doing)}), not {what!r}")
            return self.doing[what](message)
        except ScnnError as error:
            return {"error": {"name": type(error).__name__, "message": str(error)}}

    def status(self, message: Message) -> Answer:
        """Versions, the experiments there are, and what the pretrained model reaches."""
        return {
            "version": __version__,
            "python": sys.version.split()[0],
            "engines": list(self.engines),
            "experiments": [described_preset(preset) for preset in presets.PRESETS.values()],
            "pretrained": self.shipped.provenance if self.shipped else None,
        }

    # ------------------------------------------------------------------------------------------ training

    def describe(self, message: Message) -> Answer:
        """The experiment's whole configuration, shapes and counts, without starting it."""
        experiment = experiment_of(message, self.own)
        network = experiment.network()
        counts = {"training_images": len(experiment.training), "test_images": len(experiment.test)}
        return {
            **experiment.config,
            **counts,
            "parameters": network.parameter_count,
            "described": described_layers(network),
        }

    def start(self, message: Message) -> Answer:
        """A new training of the experiment on `engine`, in the place of any other; none of it is done."""
        engine = self.engine_of(message)
        self.run = Run(experiment_of(message, self.own), self.engines[engine])
        return {**self.run.describe(), "engine": engine}

    def advance(self, message: Message) -> Answer:
        """Trains for about `budget_ms` milliseconds, or to the epoch's end; says what happened, and how far it is."""
        return self.running().advance(number_of(message, "budget_ms"), self.clock)

    def step(self, message: Message) -> Answer:
        """Trains on one batch."""
        return self.running().step(self.clock)

    def stop(self, message: Message) -> Answer:
        """Ends the training where it stands."""
        return self.running().stop()

    def reset(self, message: Message) -> Answer:
        """Forgets the training."""
        self.run = None
        return {}

    def learning_rate(self, message: Message) -> Answer:
        """Changes the learning rate from the next step on."""
        self.running().change_learning_rate(number_of(message, "learning_rate"))
        return {"learning_rate": self.running().trainer.optimiser.learning_rate}

    def reproduces(self, message: Message) -> Answer:
        """Whether whoever trains what the message describes, from its beginning, gets the weights that there are."""
        run = self.running()
        known = run.as_configured and run.experiment.config["experiment"] != OWN
        return {"reproduces": known and experiment_of(message, self.own).config == run.experiment.config}

    # ----------------------------------------------------------------------------------------- reporting

    def report(self, message: Message) -> Answer:
        """How the network does on the test digits, as of the last epoch that ended."""
        return self.running().report()

    def cell(self, message: Message) -> Answer:
        """The images of one cell of the confusion matrix, by `true` and `read`, both from 0."""
        classes = self.running().network.classes
        return self.running().cell(*(index_of(message, name, classes) for name in ("true", "read")))

    def mistakes(self, message: Message) -> Answer:
        """The surest mistakes."""
        return self.running().mistakes()

    def inspect(self, message: Message) -> Answer:
        """The way of a test digit, by `place`, or a drawing, by `strokes`, through the network that reads."""
        run = self.run or self.run_of_reader(message)
        if "strokes" in message:
            return run.inspect(normalise_strokes(strokes_of(message)))
        test = run.experiment.test
        return run.inspect(test.image(index_of(message, "place", len(test))))

    # ------------------------------------------------------------------------------------------- drawing

    def predict(self, message: Message) -> Answer:
        """What the network makes of a drawing: strokes, each a list of [x, y] in shares of the canvas's side. Several
        digits are read one after another: `number` is what they make, `digits` has an answer for each."""
        try:
            images = [normalise_strokes(group) for group in split_strokes(strokes_of(message))]
        except EmptyDrawingError as error:
            return {"empty": True, "message": f"Draw a digit: {error}."}
        answers = [self.read(image, message) for image in images]
        return answers[0] if len(answers) == 1 else {**answers[0], **described_number(answers)}

    def photo(self, message: Message) -> Answer:
        """What the network makes of a photograph: `pixels` (four bytes a pixel), `width` and `height`. Each of the
        `digits` is answered as a drawing is, with its `box` [left, top, width, height] and its `ink`, a picture."""
        found = find_digits(bytes_of(message, "pixels"), *(index_of(message, name, 1 << 15) for name in SIZE))
        answers = []
        for digit in found:
            ink = picture(as_ink(digit.ink), digit.ink_width, digit.ink_height)
            box = [digit.left, digit.top, digit.width, digit.height]
            answers.append({**self.read(digit.image, message), "box": box, "ink": ink})
        return described_number(answers)

    def read(self, image: bytes, message: Message) -> Answer:
        """By the network of the training, or by the one that reads drawings while there is none."""
        if self.run is None and self.reader:
            engine = self.engines[self.engine_of(message)]
            (row,) = self.reader.probabilities(image, make_engine=engine)
            return {**described_prediction(self.reader, row, image, 0), "pretrained": self.reader is self.shipped}
        if self.run is None:
            self.start(message)
        return self.running().predict(image)

    def correct(self, message: Message) -> Answer:
        """That drawing was a `label`: it goes among the training digits, and a short training begins with it."""
        image = normalise_strokes(strokes_of(message))
        if self.run is None:
            self.run = self.run_of_reader(message)
        run = self.run
        names = run.network.class_names
        if message.get("label") not in names:
            raise ConfigError(f"the network knows {', '.join(names)}, and no {message.get('label')!r}")
        run.teach(image, names.index(message["label"]))
        return {**run.describe(), "lesson_epochs": run.trainer.epochs}

    def run_of_reader(self, message: Message) -> Run:
        """A training that stands at the end of the one that made the network which reads drawings."""
        if not self.reader:
            raise ConfigError("there is no network yet: train one first")
        return self.finished_run(self.reader, config_in(self.reader), message)

    def finished_run(self, network: Network, config: Message, message: Message) -> Run:
        """A run whose network is there already."""
        experiment, make_engine = experiment_of(config, self.own), self.engines[self.engine_of(message)]
        trainer = experiment.trainer(experiment.network(), make_engine)
        for name, values in network.parameters.items():
            trainer.network.parameters[name][:] = values
        trainer.network.class_names = network.class_names
        trainer.mark_finished()
        return Run(experiment, make_engine, trainer, as_configured=False)

    # ------------------------------------------------------------------------------------------- keeping

    def model_file(self) -> bytes:
        """A model file of the network that reads drawings now."""
        return (self.run or self.run_of_reader({})).model()

    def checkpoint_file(self) -> bytes:
        """A checkpoint file of the training as it stands."""
        return self.running().checkpoint()

    def open(self, message: Message) -> Answer:
        """Opens a model, to look at and draw for, or a checkpoint, to go on with. A model of own images that are not
        here reads drawings, and no more: its answer has `reader`."""
        data = bytes_of(message, "data")
        tensors, metadata = unpack(data)
        network = Network.from_tensors(tensors, metadata)
        engine = self.engine_of(message)
        config = config_in(network)
        if "state" in metadata:
            make_engine = self.engines[engine]
            opened = open_checkpoint(data, make_engine, self.own)
            self.own = opened.own
            run = Run(opened.experiment, make_engine, opened.trainer, opened.corrections, opened.as_configured)
        elif network.input_shape != (1, SIDE, SIDE):
            raise ModelError(f"the page draws images of 1×{SIDE}×{SIDE}, and the model takes {network.input_shape}")
        elif config["experiment"] == OWN and (self.own is None or self.own[0].classes != network.class_names):
            self.run, self.reader = None, network
            return {"reader": True, "classes": list(network.class_names)}
        else:
            run = self.opened_model(network, config, message)
        self.run = run
        if run.trainer.finished:
            run.judge()
        return {**run.describe(), "engine": engine, **run.answer([])}

    def opened_model(self, network: Network, config: Message, message: Message) -> Run:
        try:
            layers = [to_dict(layer) for layer in network.layers]
            return self.finished_run(network, {**config, "layers": layers}, message)
        except (KeyError, ValueError) as error:
            raise ModelError(f"the model does not fit its experiment: {error}") from None

    # ---------------------------------------------------------------------------------------- own images

    def picture_size(self, message: Message) -> Answer:
        """Width and height of a PNG or JPEG file, `data`, before anybody unpacks it."""
        width, height = picture_size(bytes_of(message, "data"))
        return {"width": width, "height": height}

    def picture(self, message: Message) -> Answer:
        """Takes one picture: `pixels` (grey levels, or four bytes a pixel), `width`, `height`, and the `name` of its
        class."""
        width, height, name = message.get("width"), message.get("height"), message.get("name")
        if not isinstance(width, int) or not isinstance(height, int) or not isinstance(name, str):
            raise ConfigError("a picture comes with its width, height and the name of its class")
        self.collected.add(bytes_of(message, "pixels"), width, height, name)
        return {"pictures": len(self.collected.images)}

    def pictures(self, message: Message) -> Answer:
        """The pictures taken are the own images from here on."""
        collected, self.collected = self.collected, OwnImages()
        return self.take_own(collected.digits(), collected.left_out)

    def choose(self, message: Message) -> Answer:
        """Which of more pictures than are taken to take, before they are read: `names` has the class of each."""
        names = message.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ConfigError("names is a list of the pictures' classes")
        return {"places": choose_evenly(names, MAX_IMAGES)}

    def idx(self, message: Message) -> Answer:
        """Two IDX files, `images` and `labels`, are the own images from here on."""
        digits = load_idx(bytes_of(message, "images"), bytes_of(message, "labels"))
        if (digits.rows, digits.columns) != (SIDE, SIDE):
            raise DataError(f"the page draws {SIDE}×{SIDE}, and these images are {digits.rows}×{digits.columns}")
        return self.take_own(split(digits), classes_of_one(digits))

    def take_own(self, digits: tuple[Digits, Digits], left_out: list[str]) -> Answer:
        self.own = digits
        training, test = digits
        counts = {"training_images": len(training), "test_images": len(test)}
        return {**counts, "classes": list(training.classes), "left_out": left_out}

    # --------------------------------------------------------------------------------------------- tools

    def running(self) -> Run:
        if self.run is None:
            raise ConfigError("there is no training: start one first")
        return self.run

    def engine_of(self, message: Message) -> str:
        engine = message.get("engine") or next(iter(self.engines))
        if not isinstance(engine, str) or engine not in self.engines:
            raise ConfigError(f"there is no engine {engine!r}; there are: {', '.join(self.engines)}")
        return engine
