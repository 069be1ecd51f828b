"""What a training tells: how far it is, and after each epoch how well it does."""

import math
from dataclasses import dataclass
from typing import Any

from scnn.errors import ConfigError

__all__ = ["EpochEnded", "Event", "Progress", "Score"]


@dataclass(frozen=True)
class Score:
    """How a network did on some digits: mean loss, and confusion[true class][predicted class].

    >>> Score(loss=0.25, confusion=((9, 1), (0, 10)))
    Score(loss=0.2500, accuracy=0.9500, samples=20)
    """

    loss: float
    confusion: tuple[tuple[int, ...], ...]

    def __repr__(self) -> str:
        return f"Score(loss={self.loss:.4f}, accuracy={self.accuracy:.4f}, samples={self.samples})"

    @property
    def samples(self) -> int:
        """How many digits were counted."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """The share of digits that were recognised, 0 to 1."""
        return sum(row[place] for place, row in enumerate(self.confusion)) / self.samples

    def to_dict(self) -> dict[str, float]:
        """Loss and accuracy, as files and machines are told them."""
        return {"loss": self.loss, "accuracy": self.accuracy}

    @property
    def sort_key(self) -> tuple[float, float]:
        """What the best is chosen by: the accuracy, and among equals the loss."""
        return self.accuracy, -self.loss

    @classmethod
    def from_json(cls, plain: Any, classes: int) -> "Score":
        """From [loss, confusion] as they come out of JSON; raises ConfigError for what is no score of so many
        classes."""
        match plain:
            case [int() | float() as loss, [*rows]] if math.isfinite(loss):
                square = len(rows) == classes and all(isinstance(row, list | tuple) for row in rows)
                counts = [count for row in rows for count in row] if square else []
                sound = all(type(count) is int and count >= 0 for count in counts) and any(counts)
                if sound and all(len(row) == classes for row in rows):
                    return cls(loss, tuple(map(tuple, rows)))
        raise ConfigError("the checkpoint's scores are none")


@dataclass(frozen=True)
class Progress:
    """A slice of work is done: so many samples were trained on, in this epoch and in all."""

    epoch: int
    sample: int
    done: int


@dataclass(frozen=True)
class EpochEnded:
    """Every training digit had its turn once more. `training` is the mean while learning; what the network made
    of the validation and test digits came after. `best` tells whether these weights are the best until now."""

    epoch: int
    training: Score
    test: Score | None = None
    validation: Score | None = None
    best: bool = True


Event = Progress | EpochEnded
