"""Trains the model that ships with the page: `python build.py build` runs it if its dependencies have changed.

It is the mnist preset with seed 1. It is then evaluated on drawings that were not used for training, and its
accuracy is stored in the file's provenance, which the page shows.
"""

import struct
import sys
from array import array
from random import Random

from scnn.data.drawing import normalise_strokes
from scnn.engines.group import on_cores
from scnn.experiments.presets import MNIST
from scnn.network.network import Network
from scnn.training.checkpoint import settings_of
from scnn.training.events import EpochEnded
from scnn.training.trainer import Trainer
from scnn.version import __version__
from tests.strokes import DIGITS, draw_digit

SEED = 1
DRAWINGS_PER_DIGIT = 40


def train() -> Network:
    """The trained network, with the provenance that `scnn train` writes, except the time, so that every machine makes
    the same bytes."""
    training, test = MNIST.digits()
    network = Network((1, training.rows, training.columns), MNIST.layers, seed=SEED, class_names=training.classes)
    trainer = Trainer(network, training, test, seed=SEED, make_engine=on_cores(), **MNIST.settings)
    for event in trainer.run():
        if isinstance(event, EpochEnded):
            print(f"epoch {event.epoch} of {trainer.epochs}", flush=True)
    scores = {name: score.to_dict() for name, score in trainer.scores.items()}
    network.provenance = {"preset": MNIST.name, "settings": settings_of(trainer), "scnn": __version__, **scores}
    return network


def rounded(weight: float) -> float:
    """The weight rounded to a fraction of 9 bits, which is as accurate and compresses better."""
    (bits,) = struct.unpack("<I", struct.pack("<f", weight))
    shorter: float = struct.unpack("<f", struct.pack("<I", (bits + 0x2000) & 0xFFFFC000))[0]
    return shorter


def measure(network: Network) -> dict[str, float]:
    """The number of drawings, and the share that the network reads correctly."""
    random = Random("drawings")
    right = 0
    for name in DIGITS:
        for _ in range(DRAWINGS_PER_DIGIT):
            (read,) = network.predict(normalise_strokes(draw_digit(name, random)))
            right += network.class_names[read] == name
    drawings = DRAWINGS_PER_DIGIT * len(DIGITS)
    return {"drawings": drawings, "accuracy": right / drawings}


if __name__ == "__main__":
    network = train()
    for values in network.parameters.values():
        values[:] = array("f", map(rounded, values))
    network.provenance["drawn"] = measure(network)
    network.save(sys.argv[1])
