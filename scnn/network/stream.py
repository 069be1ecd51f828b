"""Images on their way into an engine's memory, which holds a fixed number of them at a time."""

from collections.abc import Sequence
from math import prod

from scnn.data.digits import Digits
from scnn.engines.engine import Engine

__all__ = ["MAX_IMAGES", "Stream", "capacity"]

MAX_IMAGES = 1024  # images in an engine's memory at a time, however many there are
MAX_BYTES = 1 << 24  # and fewer of large ones


def capacity(images: int, shape: Sequence[int]) -> int:
    """How many of so many images of a shape an engine's memory has room for, at least 1."""
    return max(1, min(images, MAX_IMAGES, MAX_BYTES // prod(shape)))


class Stream:
    """Brings the images of one or several Digits, counted through, into the engine that wants them. `order` holds
    their places, and positions count along it; what stands there from a position on is loaded as it is reached.
    """

    def __init__(self, engine: Engine, *digits: Digits) -> None:
        self.engine, self.digits = engine, digits
        self.capacity = engine.plan.buffers["labels"].length
        self.order: Sequence[int] = range(sum(map(len, digits)))
        self.loaded = range(0)  # positions

    def follow(self, order: Sequence[int]) -> None:
        """From here on positions count along another order."""
        self.order, self.loaded = order, range(0)

    def ensure_loaded(self, position: int) -> tuple[int, int]:
        """The image's place in the engine's memory, and how many of those that follow, with it, are there too."""
        if position not in self.loaded:
            self.loaded = range(position, min(position + self.capacity, len(self.order)))
            found = [self.find(place) for place in self.order[self.loaded.start : self.loaded.stop]]
            self.engine.write("pixels", b"".join(digits.image(place) for digits, place in found))
            self.engine.write("labels", bytes(digits.labels[place] for digits, place in found))
        return position - self.loaded.start, self.loaded.stop - position

    def find(self, place: int) -> tuple[Digits, int]:
        """Whose image it is, and its place there."""
        for digits in self.digits:
            if place < len(digits):
                return digits, place
            place -= len(digits)
        raise IndexError(place)
