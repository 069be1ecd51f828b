"""Streaming of images into an engine's memory, which holds a fixed number of them at a time."""

from collections.abc import Sequence
from math import prod

from scnn.data.dataset import ImageDataset
from scnn.engines.engine import Engine

__all__ = ["MAX_IMAGES", "Stream", "capacity"]

MAX_IMAGES = 1024  # in an engine's memory at a time
MAX_BYTES = 1 << 24  # of these images


def capacity(images: int, shape: Sequence[int]) -> int:
    """The number of images of a shape that an engine's memory holds, of `images` in all; at least 1."""
    return max(1, min(images, MAX_IMAGES, MAX_BYTES // prod(shape)))


class Stream:
    """Loads images of one or several datasets, numbered consecutively, into an engine's memory. `order` lists their
    numbers; a position is an index into `order`. A position that is not in memory is loaded, with those after it.
    """

    def __init__(self, engine: Engine, *digits: ImageDataset) -> None:
        self.engine, self.digits = engine, digits
        self.capacity = engine.plan.buffers["labels"].length
        self.order: Sequence[int] = range(sum(map(len, digits)))
        self.loaded = range(0)  # positions

    def follow(self, order: Sequence[int]) -> None:
        """Sets another order; nothing of it is loaded yet."""
        self.order, self.loaded = order, range(0)

    def ensure_loaded(self, position: int, count: int = 1) -> tuple[int, int]:
        """(the index of this position in the engine's memory, how many positions from here on are loaded): at least
        `count`, if memory and order have so many."""
        count = min(count, self.capacity, len(self.order) - position)
        if position not in self.loaded or position + count > self.loaded.stop:
            self.loaded = range(position, min(position + self.capacity, len(self.order)))
            found = [self.locate(index) for index in self.order[self.loaded.start : self.loaded.stop]]
            self.engine.write("pixels", b"".join(digits.image(index) for digits, index in found))
            self.engine.write("labels", bytes(digits.labels[index] for digits, index in found))
        return position - self.loaded.start, self.loaded.stop - position

    def locate(self, index: int) -> tuple[ImageDataset, int]:
        """The dataset of an image, and its index there."""
        for digits in self.digits:
            if index < len(digits):
                return digits, index
            index -= len(digits)
        raise IndexError(index)
