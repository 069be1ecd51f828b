"""The parameters after each epoch of a training, for looking back. Memory is bounded: when there are too many, every
second epoch is dropped."""

from scnn.training.events import Score

__all__ = ["History"]

MAX_EPOCHS = 100
MAX_BYTES = 48 << 20


class History:
    """Keeps the first, the newest, and evenly spaced epochs between. Epoch 0 is the state before the training."""

    def __init__(self) -> None:
        self.stride = 1
        self.newest: int | None = None
        self.parameters: dict[int, bytes] = {}
        self.scores: dict[int, Score] = {}  # on the test images

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept, in order."""
        return sorted(self.parameters)

    def add(self, epoch: int, parameters: bytes, score: Score | None = None) -> None:
        """Adds the parameters after an epoch, the newest."""
        previous, self.newest = self.newest, epoch
        self.parameters[epoch] = parameters
        if score:
            self.scores[epoch] = score
        if previous is not None and previous % self.stride and previous != min(self.parameters):
            self.drop(previous)
        while len(self.parameters) > max(3, min(MAX_EPOCHS, MAX_BYTES // max(1, len(parameters)))):
            self.stride *= 2
            for one in self.epochs[1:-1]:
                if one % self.stride:
                    self.drop(one)

    def drop(self, epoch: int) -> None:
        del self.parameters[epoch]
        self.scores.pop(epoch, None)
