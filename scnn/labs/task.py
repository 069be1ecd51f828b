"""What all kinds of exercises share: a task says what may be changed, and grades an answer by running the engine.

Grading is a generator that yields its progress, from 0 to 1, and returns a Verdict: the page runs it in slices, so
that it can be cancelled.
"""

import hashlib
from abc import ABC, abstractmethod
from array import array
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scnn.engines.engine import EngineFactory
from scnn.labs.fields import Fields, Texts
from scnn.labs.remarks import Remark

__all__ = ["Evidence", "Grading", "Mistakes", "Task", "Verdict", "plain"]

MAX_MISTAKES = 12


@dataclass(frozen=True)
class Verdict:
    """Whether the answer solves the exercise, what there is to say about it, and the SHA-256 of what the engine
    computed: of outputs, or of weights. `curve` has the training loss, test loss and test accuracy of each epoch."""

    solved: bool
    remarks: tuple[Remark, ...]
    sha256: str
    curve: tuple[tuple[float, float, float], ...] = ()


Grading = Generator[float, None, Verdict]


class Evidence:
    """The SHA-256 of everything that the engine computed for a verdict."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def add(self, values: Iterable[float] | str) -> None:
        """Numbers as float32, or a text such as another SHA-256."""
        data = values.encode() if isinstance(values, str) else array("f", values).tobytes()
        self.hash.update(len(data).to_bytes(8, "little") + data)

    def verdict(
        self, solved: bool, remarks: Iterable[Remark], curve: tuple[tuple[float, float, float], ...] = ()
    ) -> Verdict:
        return Verdict(solved, tuple(remarks), self.hash.hexdigest(), curve)


class Task(ABC):
    """What may be changed, and how an answer is graded. Each kind of `answer` in a lab file has its class."""

    kind: str

    @classmethod
    @abstractmethod
    def read(cls, answer: Fields, checks: list[Fields]) -> "Task":
        """The task of a lab file; raises LabError."""

    @abstractmethod
    def describe(self, language: str) -> dict[str, Any]:
        """What the page needs to offer it, as plain data."""

    @abstractmethod
    def accept(self, answer: object) -> Any:
        """The answer in its one form, as plain data; raises AnswerError for what cannot be graded."""

    @abstractmethod
    def grade(self, answer: Any, language: str, make_engine: EngineFactory) -> Grading:
        """Grades what `accept` returned."""

    def attempt(self, message: Mapping[str, Any], make_engine: EngineFactory) -> dict[str, Any]:
        """What the engine computes for a trial before the answer, such as a filter's map."""
        return {}


class Mistakes:
    """Remarks for particular wrong answers, which the lab's author has written."""

    def __init__(self, fields: Fields) -> None:
        self.texts: list[tuple[Any, Texts]] = []
        if fields.has("mistakes"):
            for one in fields.objects("mistakes", "objects with answer and text", 1, MAX_MISTAKES):
                self.texts.append((one.take("answer", "the wrong answer"), one.texts("text")))
                one.finish()

    def remark(self, answer: object, language: str) -> Remark | None:
        for given, texts in self.texts:
            if given == answer:
                return Remark("mistake", {"text": texts.get_in(language)})
        return None


def plain(value: float) -> str:
    """A number for a person: seven digits, which tell float32 numbers of one size apart."""
    return f"{value:.7g}" if isinstance(value, float) else str(value)
