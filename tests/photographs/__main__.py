"""Writes some photographs of each kind, to look at."""

import sys
from pathlib import Path

from scnn.data.bundled import load_digits
from tests.photographs.kinds import KINDS, photograph


def main(folder: Path, each: int = 4) -> None:
    _, test = load_digits()
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        for number in range(each):
            image, label = photograph(kind, number, test)
            image.save(folder / f"{kind.replace(' ', '_')}-{number}-{label}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
