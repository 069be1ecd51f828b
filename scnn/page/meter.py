"""The training curve within an epoch: the mean loss of the samples trained on since the last answer. It reads the
engine's running counters and trains nothing."""

import math

from scnn.page.messages import Answer
from scnn.training.events import Score
from scnn.training.trainer import Trainer

__all__ = ["Meter"]

MOST_CLASSES = 64  # beyond, the confusion matrix takes too long to read many times a second


class Meter:
    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.samples, self.loss, self.correct = self.totals()  # of this epoch, as of the last point

    def points(self, ended: Score | None = None) -> list[Answer]:
        """The point since the last call, as a list; empty if nothing was trained. `ended` is the training score of
        the epoch that has just ended. `at` is the position in epochs: 1.5 is the middle of the second epoch. The loss
        is None if it is not finite."""
        trainer = self.trainer
        samples, loss, correct = (
            (ended.samples, ended.loss * ended.samples, ended.accuracy * ended.samples) if ended else self.totals()
        )
        new = samples - self.samples
        mean = (loss - self.loss) / new if new else 0.0
        right = (correct - self.correct) / new if new and trainer.network.classes <= MOST_CLASSES else None
        epoch = trainer.epoch - 1 if ended and not trainer.finished else trainer.epoch
        at = epoch - 1 + samples / trainer.training_size
        self.samples, self.loss, self.correct = (0, 0.0, 0.0) if ended else (samples, loss, correct)
        if new <= 0 or (trainer.finished and not ended):
            return []
        return [{"at": at, "samples": new, "loss": mean if math.isfinite(mean) else None, "accuracy": right}]

    def totals(self) -> tuple[int, float, float]:
        """This epoch's number of samples trained on, and the sum of their losses and of the correct ones."""
        trainer = self.trainer
        score = trainer.scores.get("training")
        if score:  # the counters now count the evaluation
            return score.samples, score.loss * score.samples, score.accuracy * score.samples
        classes, correct = trainer.network.classes, 0
        if classes <= MOST_CLASSES:
            correct = sum(map(int, trainer.engine.read("confusion")[:: classes + 1]))
        return trainer.trained, trainer.engine.read("loss_sum")[0], correct
