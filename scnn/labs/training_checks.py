"""The checks of a training's result: accuracy, weights, its diagnosis, a border, and whether an explanation holds."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from scnn.experiments.experiment import Experiment
from scnn.labs.fields import Fields
from scnn.labs.remarks import Remark
from scnn.network.architecture import Architecture
from scnn.training.events import EpochEnded

__all__ = ["CHECKS", "Outcome"]

DIAGNOSES = ("diverged", "chance", "memorised", "falling", "good", "settled")


@dataclass(frozen=True)
class Outcome:
    """A training that has ended; `fingerprint` is the SHA-256 of its weights, or says that they are not numbers."""

    diagnosis: str
    fingerprint: str
    weights: int
    epochs: tuple[EpochEnded, ...]

    @property
    def accuracy(self) -> float:
        last = self.epochs[-1].test if self.epochs else None
        return last.accuracy if last and self.diagnosis != "diverged" else 0.0

    @property
    def test_loss(self) -> float:
        last = self.epochs[-1].test if self.epochs else None
        return last.loss if last else float("inf")

    @property
    def curve(self) -> tuple[tuple[float, float, float], ...]:
        return tuple((one.training.loss, one.test.loss, one.test.accuracy) for one in self.epochs if one.test)


class Trials(Protocol):
    """What a check asks its task for: other experiments than the answer's own."""

    def experiment(self, answer: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> Experiment: ...
    def explanation(self, name: str, language: str) -> tuple[str, Mapping[str, Any]]:
        """Its words and its settings."""


Train = Callable[[Experiment], Generator[float, None, Outcome]]
Said = Generator[float, None, tuple[bool, list[Remark]]]


@dataclass(frozen=True)
class Check:
    """A check of a training. `before` may refuse it before it is trained; `trainings` are those that it runs."""

    trainings = 0

    def before(self, experiment: Experiment) -> list[Remark]:
        return []

    def grade(self, task: Trials, answer: Mapping[str, Any], first: Outcome, train: Train, language: str) -> Said:
        raise NotImplementedError


@dataclass(frozen=True)
class Accuracy(Check):
    """`accuracy`: the accuracy on the test images after the last epoch is `at_least` this."""

    at_least: float

    @classmethod
    def read(cls, fields: Fields, numbers: list[str], changes: bool) -> "Accuracy":
        return cls(fields.number("at_least", 0, 1))

    def grade(self, task: Trials, answer: Mapping[str, Any], first: Outcome, train: Train, language: str) -> Said:
        yield from ()
        right = first.accuracy >= self.at_least
        values = {"accuracy": percent(first.accuracy), "least": percent(self.at_least)}
        return right, [Remark("training_accurate" if right else "training_accuracy", values)]


@dataclass(frozen=True)
class Weights(Check):
    """`weights`: the network has `at_most` so many weights and biases."""

    at_most: int

    @classmethod
    def read(cls, fields: Fields, numbers: list[str], changes: bool) -> "Weights":
        return cls(fields.integer("at_most", 1, 1_000_000))

    def before(self, experiment: Experiment) -> list[Remark]:
        shape = (1, experiment.training.rows, experiment.training.columns)
        count = Architecture(shape, experiment.layers).parameter_count
        return [Remark("training_weights", {"weights": count, "most": self.at_most})] if count > self.at_most else []

    def grade(self, task: Trials, answer: Mapping[str, Any], first: Outcome, train: Train, language: str) -> Said:
        yield from ()
        return True, [Remark("training_light", {"weights": first.weights, "most": self.at_most})]


@dataclass(frozen=True)
class Diagnosed(Check):
    """`diagnosis`: the training's diagnosis (scnn.training.diagnosis) `is` this one."""

    kind: str

    @classmethod
    def read(cls, fields: Fields, numbers: list[str], changes: bool) -> "Diagnosed":
        return cls(fields.choice("is", DIAGNOSES))

    def grade(self, task: Trials, answer: Mapping[str, Any], first: Outcome, train: Train, language: str) -> Said:
        yield from ()
        found = Remark(f"found_{first.diagnosis}")
        right = first.diagnosis == self.kind
        return right, [found] if right else [found, Remark(f"asked_{self.kind}")]


@dataclass(frozen=True)
class Border(Check):
    """`border`: with a `setting` that is `factor` times less, the training no longer has the diagnosis `is`."""

    trainings = 1
    setting: str
    factor: float
    kind: str

    @classmethod
    def read(cls, fields: Fields, numbers: list[str], changes: bool) -> "Border":
        setting = fields.choice("setting", numbers)
        return cls(setting, fields.number("factor", 1.01, 1000), fields.choice("is", DIAGNOSES))

    def grade(self, task: Trials, answer: Mapping[str, Any], first: Outcome, train: Train, language: str) -> Said:
        less = answer[self.setting] / self.factor
        second = yield from train(task.experiment({**answer, self.setting: less}))
        right = first.diagnosis == self.kind != second.diagnosis
        values = {"value": f"{less:.4g}", "factor": f"{self.factor:g}"}
        return right, [Remark("training_bordered" if right else "training_border", values)]


@dataclass(frozen=True)
class Prevents(Check):
    """`prevents`: the settings of the chosen explanation, tried by the engine, end with another diagnosis than
    `diagnosis` and with a lower test loss."""

    trainings = 1
    kind: str

    @classmethod
    def read(cls, fields: Fields, numbers: list[str], changes: bool) -> "Prevents":
        if not changes:
            raise fields.error(f"{fields.path} needs changes to choose from: write `changes` in the answer")
        return cls(fields.choice("diagnosis", DIAGNOSES))

    def grade(self, task: Trials, answer: Mapping[str, Any], first: Outcome, train: Train, language: str) -> Said:
        change, settings = task.explanation(answer["change"], language)
        second = yield from train(task.experiment(answer, settings))
        right = second.diagnosis != self.kind and second.test_loss < first.test_loss
        values = {
            "change": change,
            "before": f"{first.test_loss:.2f}",
            "after": f"{second.test_loss:.2f}",
        }
        return right, [Remark("training_prevented" if right else "training_unprevented", values)]


CHECKS: dict[str, Any] = {
    "accuracy": Accuracy,
    "weights": Weights,
    "diagnosis": Diagnosed,
    "border": Border,
    "prevents": Prevents,
}


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"
