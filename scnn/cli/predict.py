"""`scnn predict`: classifies the digits in picture files."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from scnn.cli.options import ENGINES, add_architecture, add_engine, add_json, add_shift, load_model
from scnn.cli.output import print_error, print_event
from scnn.cli.pictures import read_rgba
from scnn.cli.terminal import expand_patterns
from scnn.data.drawing import SIDE
from scnn.data.photo import FoundDigit, find_digits
from scnn.errors import ConfigError, DataError, DrawingError

__all__ = ["HELP", "add_arguments", "run"]

HELP = "classify digits in pictures (PNG, JPEG; needs Pillow)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    add_architecture(parser)
    parser.add_argument("pictures", type=Path, nargs="+", metavar="picture")
    add_shift(parser)
    add_engine(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    network = load_model(arguments.model, arguments.preset)
    if network.input_shape != (1, SIDE, SIDE):
        raise ConfigError(f"pictures are scaled to 1×{SIDE}×{SIDE}, and the network's input is {network.input_shape}")
    code = 0
    for picture in expand_patterns(arguments.pictures):
        try:
            digits = find_in(picture)
        except (DataError, DrawingError) as error:
            if arguments.debug:
                raise
            print_error(error, arguments.json)
            code = 1  # continue with the other pictures
            continue
        rows = network.probabilities(
            [digit.image for digit in digits], shift=arguments.shift, make_engine=ENGINES[arguments.engine]
        )
        report(picture, digits, rows, network.class_names, arguments.json)
    return code


def find_in(picture: Path) -> list[FoundDigit]:
    """The digits on the picture, in the order of reading; raises DataError or DrawingError, naming the file."""
    pixels, width, height = read_rgba(picture)
    try:
        return find_digits(pixels, width, height)
    except (DrawingError, DataError) as error:
        raise type(error)(f"{picture}: {error}") from None


def report(
    picture: Path, digits: Sequence[FoundDigit], rows: Sequence[list[float]], names: Sequence[str], as_json: bool
) -> None:
    """Prints a line for the picture: its digit, or the number that its digits form."""
    best = [row.index(max(row)) for row in rows]
    number = ("" if all(len(name) == 1 for name in names) else " ").join(names[label] for label in best)
    if not as_json:
        sure = ", ".join(f"{row[label]:.1%}" for row, label in zip(rows, best, strict=True))
        print(f"{picture}: {number} ({sure})", flush=True)
        return
    each = [
        {
            "class": names[label],
            "probabilities": dict(zip(names, row, strict=True)),
            "box": [digit.left, digit.top, digit.width, digit.height],
        }
        for digit, row, label in zip(digits, rows, best, strict=True)
    ]
    together = math.prod(row[label] for row, label in zip(rows, best, strict=True))
    probabilities = each[0]["probabilities"] if len(each) == 1 else {number: together}
    print_event("prediction", picture=str(picture), probabilities=probabilities, digits=each, **{"class": number})
