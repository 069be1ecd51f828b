"""Scores, read from the counters of an engine, and the best epoch."""

import math
from dataclasses import dataclass

from scnn.engines.engine import Engine
from scnn.errors import TrainingError
from scnn.training.events import Score

__all__ = ["Best", "take_score"]


@dataclass(frozen=True)
class Best:
    """The epoch with the best score on the validation images: all its scores, and the bytes of its parameters."""

    epoch: int
    scores: dict[str, Score]
    parameters: bytes


def take_score(engine: Engine, epoch: int) -> Score:
    """The score of the samples that were tallied since the last call; resets the counters. Raises TrainingError if
    there were none, or if their loss is not finite."""
    classes = engine.plan.buffers["confusion"].shape[0]
    counts = [int(count) for count in engine.read("confusion")]
    confusion = tuple(tuple(counts[row * classes : (row + 1) * classes]) for row in range(classes))
    if not sum(counts):
        raise TrainingError("no samples were counted in this epoch: the checkpoint is inconsistent")
    loss = engine.read("loss_sum")[0] / sum(counts)
    if not math.isfinite(loss):
        raise TrainingError(
            f"in epoch {epoch} the loss is no longer finite: the learning rate is probably too large for this network"
        )
    engine.write("confusion", [0] * len(counts))
    engine.write("loss_sum", [0.0])
    return Score(loss, confusion)
