"""The events of a training: progress, and the scores at the end of each epoch."""

import math
from dataclasses import dataclass
from typing import Any

from scnn.errors import ConfigError

__all__ = ["EpochEnded", "Event", "Progress", "Score"]


@dataclass(frozen=True)
class Score:
    """A network's result on a dataset: mean loss, and confusion[true class][predicted class].

    >>> Score(loss=0.25, confusion=((9, 1), (0, 10)))
    Score(loss=0.2500, accuracy=0.9500, samples=20)
    """

    loss: float
    confusion: tuple[tuple[int, ...], ...]

    def __repr__(self) -> str:
        return f"Score(loss={self.loss:.4f}, accuracy={self.accuracy:.4f}, samples={self.samples})"

    @property
    def samples(self) -> int:
        """The number of images evaluated."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """The fraction of images classified correctly, from 0 to 1."""
        return sum(row[label] for label, row in enumerate(self.confusion)) / self.samples

    def to_dict(self) -> dict[str, float]:
        """Loss and accuracy, for files and JSON output."""
        return {"loss": self.loss, "accuracy": self.accuracy}

    @property
    def sort_key(self) -> tuple[float, float]:
        """Orders scores from worst to best: by accuracy, and then by loss."""
        return self.accuracy, -self.loss

    @classmethod
    def from_json(cls, plain: Any, classes: int) -> "Score":
        """From [loss, confusion] in JSON; raises ConfigError for anything but a score of `classes` classes."""
        match plain:
            case [int() | float() as loss, [*rows]] if math.isfinite(loss):
                square = len(rows) == classes and all(isinstance(row, list | tuple) for row in rows)
                counts = [count for row in rows for count in row] if square else []
                sound = all(type(count) is int and count >= 0 for count in counts) and any(counts)
                if sound and all(len(row) == classes for row in rows):
                    return cls(loss, tuple(map(tuple, rows)))
        raise ConfigError("the checkpoint has an invalid score; expected [loss, confusion matrix]")


@dataclass(frozen=True)
class Progress:
    """A slice of work is done: `sample` samples of this epoch have been trained on, and `done` in all."""

    epoch: int
    sample: int
    done: int


@dataclass(frozen=True)
class EpochEnded:
    """The end of an epoch. `training` is the mean over the epoch, while the parameters changed; `test` and
    `validation` were computed after it. `best` is whether these parameters are the best so far.
    """

    epoch: int
    training: Score
    test: Score | None = None
    validation: Score | None = None
    best: bool = True


Event = Progress | EpochEnded
