"""What happened in a training, in one word, by fixed rules on the scores of its epochs.

The rules are tried in this order; the first that applies is the diagnosis. Losses are counted from the smallest
possible one, which is 0 without label smoothing. The *loss of chance* is that of a network that does not look at the
image: for a cross-entropy without smoothing ln(classes), the loss of equal probabilities. *Recent* is the mean of the
last fifth of the epochs, at least one.

1. `diverged`: the last training or test loss is not finite, or both are above twice the loss of chance. Such
   a network is surely wrong more often than one that knows nothing; a test loss alone can be that large in an
   overfitted network.
2. `chance`: on the training images and on the test images, the accuracy is not distinguishable from guessing.
   Guessing always the most frequent class has its share p as accuracy; of n images, up to n p + 2 √(n p (1 - p))
   correct ones are within two standard deviations of that.
3. `memorised`: the recent test loss is at least 10 % above the lowest mean of as many consecutive epochs, the last
   training loss is less than half of the last test loss, and the training accuracy is higher than the test accuracy
   by more than two standard errors.
4. `falling`: the recent test loss is below that of as many epochs before, by at least 5 % and at least a hundredth of
   the loss of chance, so more epochs would help. After a single epoch: the test loss, computed after it, is below the
   training loss, which is the mean over the epoch.
5. `good`: at least 80 % of the way from guessing to a perfect score.
6. `settled`: none of these: the loss has stopped falling at a moderate accuracy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from scnn.layers.loss import Loss, SoftmaxCrossEntropy
from scnn.training.events import EpochEnded, Score

__all__ = ["Diagnosis", "diagnose"]

FAR_ABOVE_CHANCE_LOSS = 2.0  # times the loss of chance
DEVIATIONS = 2.0
RISE = 1.10
FALL = 0.95
LEAST_FALL = 0.01  # times the loss of chance
GOOD = 0.8
WINDOW = 5  # a fifth of the epochs
CROSS_ENTROPY = SoftmaxCrossEntropy()


@dataclass(frozen=True)
class Diagnosis:
    """`kind` is one of the rules' names. `chance` is the accuracy of guessing always the most frequent class of the
    test images; `at_chance` is whether the test accuracy cannot be distinguished from it. `best_epoch` has the lowest
    test loss."""

    kind: str
    chance: float
    at_chance: bool
    best_epoch: int


def diagnose(epochs: Sequence[EpochEnded], loss: Loss = CROSS_ENTROPY) -> Diagnosis | None:
    """The diagnosis after these epochs, in the order they ended; None before the first. `loss` is the network's.
    Epochs without test images are scored on their validation images, or else on the training images."""
    if not epochs:
        return None
    training, scores = epochs[-1].training, [score_of(event) for event in epochs]
    test = scores[-1]
    classes = max(2, len(test.confusion))
    least = loss.least(classes)
    losses = [score.loss - least for score in scores]
    both = training_loss, test_loss = training.loss - least, losses[-1]
    chance = largest_share(test)
    best = min(zip(losses, range(len(losses)), strict=True), key=lambda pair: (math.isnan(pair[0]), *pair))[1]

    def diagnosis(kind: str) -> Diagnosis:
        return Diagnosis(kind, chance, within_chance(test), epochs[best].epoch)

    knows_nothing = loss.of_chance(classes) - least
    if not all(map(math.isfinite, both)) or min(both) > FAR_ABOVE_CHANCE_LOSS * knows_nothing:
        return diagnosis("diverged")
    if within_chance(test) and within_chance(training):
        return diagnosis("chance")
    window = max(1, len(losses) // WINDOW)
    means = moving_means(losses, window)
    recent = means[-1]
    if recent >= RISE * min(means) and training_loss < test_loss / 2 and far_better(training, test):
        return diagnosis("memorised")
    if len(means) > window:
        before = means[-1 - window]
        falls = recent <= min(FALL * before, before - LEAST_FALL * knows_nothing)
    else:
        falls = test_loss < training_loss
    if falls:
        return diagnosis("falling")
    if test.accuracy - chance >= GOOD * (1 - chance):
        return diagnosis("good")
    return diagnosis("settled")


def score_of(event: EpochEnded) -> Score:
    return event.test or event.validation or event.training


def largest_share(score: Score) -> float:
    """The share of the most frequent true class."""
    return max(map(sum, score.confusion)) / score.samples


def within_chance(score: Score) -> bool:
    """Whether the accuracy is not distinguishable from guessing the most frequent class."""
    samples, share = score.samples, largest_share(score)
    return score.accuracy * samples <= samples * share + DEVIATIONS * math.sqrt(samples * share * (1 - share))


def far_better(training: Score, test: Score) -> bool:
    """Whether the training accuracy is higher than the test accuracy by more than two standard errors."""
    right = (training.accuracy * training.samples + test.accuracy * test.samples) / (training.samples + test.samples)
    error = math.sqrt(right * (1 - right) * (1 / training.samples + 1 / test.samples))
    return training.accuracy - test.accuracy > DEVIATIONS * error


def moving_means(values: Sequence[float], window: int) -> list[float]:
    """The mean of each `window` consecutive values."""
    sums = [0.0, *accumulate(values)]
    return [(after - before) / window for before, after in zip(sums, sums[window:], strict=False)]
