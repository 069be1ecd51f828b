"""The reader: the network that reads at this moment, and the subject: the image that it is shown.

Everything on the page that explains or draws the network is about these two.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scnn.data.bundled import load_digits
from scnn.data.dataset import ImageDataset
from scnn.data.drawing import SIDE, normalise_strokes
from scnn.data.stroke_groups import split_strokes
from scnn.engines.engine import EngineFactory
from scnn.errors import ConfigError
from scnn.network.network import Network
from scnn.page.messages import Answer, Message, read_image, read_index, read_strokes

__all__ = ["DRAWING", "Reader", "ReaderOf", "image_of", "read_shift"]

DRAWING = (1, SIDE, SIDE)  # the shape of what a drawing becomes


@dataclass(frozen=True)
class Reader:
    """A network with its current weights. `test` are the test images that a subject's `index` means. `kind` says
    where the network comes from: `page` (it came with the page), `opened` (from a file), `untrained`, `own` (trained
    here), `earlier` (the same after an earlier epoch). `samples` is the number of images it was trained on here,
    `epoch` the epoch whose weights it has."""

    network: Network
    make_engine: EngineFactory
    test: ImageDataset
    kind: str
    samples: int = 0
    epoch: int | None = None

    def describe(self) -> Answer:
        return {"kind": self.kind, "samples": self.samples, "epoch": self.epoch}


ReaderOf = Callable[[Message], Reader]


def image_of(message: Message, test: ImageDataset) -> tuple[bytes, int | None]:
    """The subject of a message, pixels [row, column] from 0 to 255 for ink, and its class index if it is known.

    `strokes` are a drawing; of its digits, `digit` chooses one, counted from 0. `image` are the pixels themselves, as
    the answer about a photograph has them. The class of both is `truth` (a class name) if it is given. `index` is a
    test image, and `sample` the first bundled test digit of that class. For a network that does not read drawings,
    the subject is a test image in any case: the first of the sample's class, or the first of all.
    """
    if test.shape != DRAWING and "index" not in message:
        sample = read_index(message, "sample", 10) if "sample" in message else 0
        index = test.labels.index(sample % len(test.classes))
        return test.image(index), test.labels[index]
    if "strokes" in message:
        groups = split_strokes(read_strokes(message))
        chosen = read_index(message, "digit", len(groups)) if "digit" in message else 0
        return normalise_strokes(groups[chosen]), truth_of(message, test)
    if "image" in message:
        return read_image(message, SIDE * SIDE), truth_of(message, test)
    if "sample" in message:
        sample = read_index(message, "sample", 10)
        digits = load_digits()[1]
        label = sample if sample < len(test.classes) else None
        return digits.image(digits.labels.index(sample)), label
    index = read_index(message, "index", len(test))
    return test.image(index), test.labels[index]


def read_shift(message: Message) -> int:
    """By how many pixels the copies are shifted that a prediction is averaged over; 0, if not given, for the image
    alone. As for Network.predict."""
    return read_index(message, "shift", SIDE) if "shift" in message else 0


def truth_of(message: Message, test: ImageDataset) -> int | None:
    name = message.get("truth")
    if name is None:
        return None
    if name not in test.classes:
        raise ConfigError(f"unknown class {name!r}; expected one of: {', '.join(test.classes)}")
    return test.classes.index(name)
