"""Exercises whose answer is the settings of a training: the engine trains with them.

The seed is fixed, and the same seed gives the same bits on every machine, so that an answer has one result.
"""

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.errors import AnswerError, ScnnError, TrainingError
from scnn.experiments.experiment import Experiment, experiment_of
from scnn.labs.fields import Fields, Texts
from scnn.labs.remarks import Remark
from scnn.labs.task import Evidence, Grading, Task
from scnn.labs.training_checks import CHECKS, Outcome
from scnn.layers.branches import Join
from scnn.layers.registry import LAYERS, LOSSES, layers_from_list
from scnn.network.architecture import Architecture
from scnn.training.diagnosis import diagnose
from scnn.training.events import EpochEnded

__all__ = ["LIMITS", "TrainingTask"]

MAX_IMAGES = 250_000  # that one training may see
MAX_WEIGHTS = 50_000
MAX_WORK = 6_000_000  # products for one image, of the forward pass
MAX_NUMBERS = 200_000  # in the outputs of all layers
MAX_CHANGES = 8
SLICE = 64  # images between two reports of progress

LIMITS = {  # of what may be changed
    "learning_rate": (0.0, 1e6),
    "momentum": (0.0, 1.0),
    "weight_decay": (0.0, 10.0),
    "epochs": (1, 200),
    "per_class": (10, 400),
    "batch_size": (1, 4000),
    "seed": (0, 2**32 - 1),
}
OF_OPTIMISER = ("learning_rate", "momentum", "weight_decay")
WHOLE = ("epochs", "per_class", "batch_size", "seed")


@dataclass(frozen=True)
class Change:
    """An explanation that can be tried: settings that should prevent what is to be explained."""

    name: str
    text: Texts
    settings: Mapping[str, Any]


class TrainingTask(Task):
    """`answer`: {"kind": "training", "base": settings as in an experiment's address, "open": {"learning_rate":
    {"from", "to", "start"}, "layers": {"kinds": [names]}}, "changes": [{"name", "text", "settings"}]}."""

    kind = "training"

    def __init__(
        self,
        base: Mapping[str, Any],
        numbers: Mapping[str, tuple[float, float, float]],
        kinds: list[str] | None,
        changes: list[Change],
        checks: list[Any],
    ) -> None:
        self.base, self.numbers, self.kinds, self.changes, self.checks = base, numbers, kinds, changes, checks

    @classmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "TrainingTask":
        base = answer.read("base", lambda value: limited(experiment_in(value)).config, "an object with settings")
        offered = answer.inner("open", "an object with the settings that may be changed")
        numbers = {}
        for name, (low, high) in LIMITS.items():
            if offered.has(name):
                numbers[name] = range_in(offered.inner(name), low, high, default=value_of(base, name))
        kinds = None
        if offered.has("layers"):
            # not the losses, nor layers that read another one by its name, which the exercise's list cannot change
            known = [one.__name__ for one in LAYERS if one.__name__ not in LOSSES and not issubclass(one, Join)]
            one = offered.inner("layers", "an object with kinds")
            kinds = one.items("kinds", "names of layers", 1, len(known))
            for kind in kinds:
                if kind not in known:
                    one.refuse("kinds", f"names of layers, each one of: {', '.join(known)}", kind)
            one.finish()
        offered.finish()
        if not numbers and kinds is None:
            raise answer.error(f"{answer.at('open')} must name at least one of: {', '.join(LIMITS)}, layers")
        changes = []
        if answer.has("changes"):
            for one in answer.objects("changes", "objects with name, text and settings", 2, MAX_CHANGES):
                settings = one.inner("settings", "an object with settings").data
                one.read("settings", lambda value: limited(experiment_in({**base, **value})), "settings")
                changes.append(Change(one.string("name", 40), one.texts("text", 300), settings))
                one.finish()
        found = []
        for fields in checks:
            found.append(CHECKS[fields.choice("kind", list(CHECKS))].read(fields, list(numbers), bool(changes)))
            fields.finish()
        return cls(base, numbers, kinds, changes, found)

    def describe(self, language: str) -> dict[str, Any]:
        numbers = [
            {"name": name, "from": low, "to": high, "start": start, "whole": name in WHOLE}
            for name, (low, high, start) in self.numbers.items()
        ]
        layers = without_loss(self.base["layers"])
        changes = [{"name": one.name, "text": one.text.get_in(language)} for one in self.changes]
        return {"numbers": numbers, "layers": layers, "kinds": self.kinds, "changes": changes}

    def attempt(self, message: Mapping[str, Any], make_engine: EngineFactory) -> dict[str, Any]:
        """The number of weights of the network with these settings."""
        trial = message.get("trial")
        choice = {"change": self.changes[0].name} if self.changes else {}
        answer = self.accept({**trial, **choice} if isinstance(trial, Mapping) else trial)
        layers = answer.get("layers", self.base["layers"])
        return {"weights": Architecture((1, 28, 28), layers_from_list(layers)).parameter_count}

    def accept(self, answer: object) -> dict[str, Any]:
        fields = Fields(answer, "answer", AnswerError)
        settings: dict[str, Any] = {}
        for name, (low, high, _) in self.numbers.items():
            whole = name in WHOLE
            settings[name] = (
                fields.integer(name, int(low), int(high)) if whole else fields.number(name, float(low), float(high))
            )
        if self.kinds is not None:
            settings["layers"] = fields.items("layers", "layers", 1, 20)
            for layer in settings["layers"]:
                if not isinstance(layer, Mapping) or layer.get("kind") not in self.kinds:
                    fields.refuse("layers", f"layers of these kinds: {', '.join(self.kinds)}", layer)
        if self.changes:
            settings["change"] = fields.choice("change", [one.name for one in self.changes])
        fields.finish()
        experiment = self.experiment(settings)
        if "layers" in settings:
            settings["layers"] = without_loss(experiment.config["layers"])
        return settings

    def experiment(self, answer: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> Experiment:
        """The experiment of an answer; raises AnswerError."""
        settings = {name: value for name, value in answer.items() if name not in (*OF_OPTIMISER, "change")}
        if "layers" in settings:
            layers = self.base["layers"]
            settings["layers"] = [*settings["layers"], *layers[len(without_loss(layers)) :]]
        optimiser = {**self.base["optimiser"], **{name: answer[name] for name in OF_OPTIMISER if name in answer}}
        try:
            return limited(experiment_in({**self.base, "optimiser": optimiser, **settings, **(more or {})}))
        except AnswerError:
            raise
        except ScnnError as error:
            raise AnswerError(str(error)) from None

    def explanation(self, name: str, language: str) -> tuple[str, Mapping[str, Any]]:
        change = next(one for one in self.changes if one.name == name)
        return change.text.get_in(language), change.settings

    def grade(self, answer: dict[str, Any], language: str, make_engine: EngineFactory) -> Grading:
        evidence = Evidence()
        experiment = self.experiment(answer)
        remarks: list[Remark] = []
        for check in self.checks:
            remarks += check.before(experiment)
        if remarks:
            evidence.add(repr(Architecture((1, 28, 28), experiment.layers)))
            return evidence.verdict(False, remarks)
        parts = 1 + sum(check.trainings for check in self.checks)
        done = 0

        def training(settings: Experiment) -> Generator[float, None, Outcome]:
            nonlocal done
            outcome = yield from trained(settings, make_engine, done / parts, 1 / parts)
            done += 1
            evidence.add(outcome.fingerprint)
            return outcome

        first = yield from training(experiment)
        solved = True
        for check in self.checks:
            right, said = yield from check.grade(self, answer, first, training, language)
            solved = solved and right
            remarks += said
            if not solved:
                break
        return evidence.verdict(solved, remarks, first.curve)


def trained(
    experiment: Experiment, make_engine: EngineFactory, begin: float, share: float
) -> Generator[float, None, Outcome]:
    """Trains to the end; yields the progress from `begin` to begin + share."""
    network = experiment.network()
    trainer = experiment.trainer(network, make_engine)
    trainer.slice_size = SLICE
    epochs: list[EpochEnded] = []
    images = trainer.training_size + trainer.test_size  # of an epoch
    try:
        for event in trainer.run():
            if isinstance(event, EpochEnded):
                epochs.append(event)
            done = (trainer.epoch - 1) * images + trainer.trained + trainer.evaluated
            yield begin + share * min(1.0, done / (trainer.epochs * images))
    except TrainingError:  # weights that are not numbers have other bits on other machines
        return Outcome("diverged", f"not finite in epoch {trainer.epoch}", network.parameter_count, tuple(epochs))
    diagnosis = diagnose(epochs, network.loss)
    assert diagnosis
    return Outcome(diagnosis.kind, network.fingerprint(), network.parameter_count, tuple(epochs))


def without_loss(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The layers that an answer may change."""
    return [layer for layer in layers if layer["kind"] not in LOSSES]


def experiment_in(settings: object) -> Experiment:
    if not isinstance(settings, Mapping):
        raise AnswerError("expected an object with settings")
    return experiment_of(settings)


def limited(experiment: Experiment) -> Experiment:
    """The experiment, if it is small enough to train for an exercise; raises AnswerError."""
    network = Architecture((1, experiment.training.rows, experiment.training.columns), experiment.layers)
    epochs = experiment.settings["epochs"]
    work = 0
    for layer, shape, output in zip(network.layers, network.shapes, network.shapes[1:], strict=False):
        positions = prod(output[1:]) if len(output) == 3 else 1
        work += positions * sum(prod(one.shape) for one in layer.parameters(shape).values())
    for what, found, most in (
        ("weights", network.parameter_count, MAX_WEIGHTS),
        ("products for one image", work, MAX_WORK),
        ("numbers in the outputs of its layers", sum(map(prod, network.shapes)), MAX_NUMBERS),
        ("images in all epochs", epochs * len(experiment.training), MAX_IMAGES),
    ):
        if found > most:
            raise AnswerError(f"the training has {found} {what}; expected at most {most} in an exercise")
    return experiment


def range_in(fields: Fields, low: float, high: float, default: float) -> tuple[float, float, float]:
    """`from`, `to` and `start` of a number that may be changed."""
    least = fields.number("from", low, high, low)
    most = fields.number("to", least, high, high)
    start = fields.number("start", least, most, min(max(default, least), most))
    fields.finish()
    return least, most, start


def value_of(base: Mapping[str, Any], name: str) -> float:
    value = base["optimiser"].get(name, 0.0) if name in OF_OPTIMISER else base[name]
    return float(value) if math.isfinite(value) else 0.0
