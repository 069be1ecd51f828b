"""Makes the model that ships with the page: `python build.py build` runs it, once for each state of scnn.

It is the mnist preset with seed 1, trained by the command line; then drawings that no training saw are read with it,
and the share that is right goes into the file's provenance, for the page to say.
"""

import struct
import sys
from array import array
from random import Random

from scnn.cli import main
from scnn.drawing import normalise_strokes
from scnn.network import Network
from tests.strokes import DIGITS, draw_digit

DRAWINGS_PER_DIGIT = 40


def rounded(weight: float) -> float:
    """The weight with the first 9 bits of its fraction: as good for reading, and less to fetch."""
    (bits,) = struct.unpack("<I", struct.pack("<f", weight))
    shorter: float = struct.unpack("<f", struct.pack("<I", (bits + 0x2000) & 0xFFFFC000))[0]
    return shorter


def measure(network: Network) -> dict[str, float]:
    """The share of drawings that are read right."""
    random = Random("drawings")
    right = 0
    for name in DIGITS:
        for _ in range(DRAWINGS_PER_DIGIT):
            (read,) = network.predict(normalise_strokes(draw_digit(name, random)))
            right += network.class_names[read] == name
    drawings = DRAWINGS_PER_DIGIT * len(DIGITS)
    return {"drawings": drawings, "accuracy": right / drawings}


if __name__ == "__main__":
    path = sys.argv[1]
    code = main(["train", "--preset", "mnist", "--seed", "1", "--out", path])
    if code:
        sys.exit(code)
    network = Network.load(path)
    for values in network.parameters.values():
        values[:] = array("f", map(rounded, values))
    network.provenance["drawn"] = measure(network)
    del network.provenance["seconds"]  # the same bytes, however fast the machine
    network.save(path)
