"""The command line: train, evaluate, predict, paper, export, info.

Exit codes: 0 all went well; 1 an error, told in one line; 2 the command was not understood; 130 stopped by Ctrl-C.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scnn.cli.files import export, info
from scnn.cli.judging import evaluate, predict
from scnn.cli.options import ENGINES, tell
from scnn.cli.reproduction import paper
from scnn.cli.training import PRESET, SEED, train
from scnn.errors import ScnnError
from scnn.experiments import presets
from scnn.version import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the result is the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal's letters have no place for
    chosen = parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except ScnnError as error:
        if chosen.debug:
            raise
        tell(error, getattr(chosen, "json", False))
        return 1
    except KeyboardInterrupt:
        print("scnn: stopped", file=sys.stderr)
        return 130
    except OSError as error:
        if chosen.debug:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that nothing is tried again at the exit
        if not isinstance(error, BrokenPipeError):  # of which was told already, if it has to be
            where = f"{error.filename}: " if error.filename else "what is to be shown cannot be written: "
            print(f"scnn: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="scnn", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    whole.add_argument("--version", action="version", version=f"scnn {__version__}")
    whole.add_argument("--debug", action="store_true", help="show a traceback with an error")
    commands = whole.add_subparsers(required=True, metavar="command")

    one = command(commands, "train", train, "train a preset's network on the bundled digits or on IDX files")
    one.add_argument("--preset", help=f"one of {', '.join(presets.PRESETS)} (default: {PRESET})")
    one.add_argument("--out", type=Path, required=True, help="where the model goes (.safetensors)")
    one.add_argument("--resume", type=Path, metavar="CHECKPOINT", help="go on with a training, as it began")
    one.add_argument("--seed", type=seed, help=f"of the random start, from 0 (default: {SEED})")
    one.add_argument("--epochs", type=int, help="instead of the preset's")
    one.add_argument("--learning-rate", type=float, help="instead of the preset's")
    one.add_argument("--batch-size", type=int, help="instead of the preset's")
    one.add_argument("--validation", type=int, help="keep so many training digits to choose weights by")
    one.add_argument("--patience", type=int, help="stop after so many epochs without a better validation")
    idx(one, "training digits, instead of the bundled ones")
    one.add_argument("--test-images", type=Path, metavar="FILE", help="IDX file of test digits")
    one.add_argument("--test-labels", type=Path, metavar="FILE")
    common(one)

    one = command(commands, "evaluate", evaluate, "judge a model on the bundled test digits or on IDX files")
    one.add_argument("model", type=Path)
    idx(one, "digits, instead of the bundled test digits")
    common(one)

    one = command(commands, "predict", predict, "read digits from pictures (PNG, JPEG; needs Pillow)")
    one.add_argument("model", type=Path)
    one.add_argument("pictures", type=Path, nargs="+", metavar="picture")
    common(one)

    one = command(commands, "paper", paper, "run the paper's experiment over many seeds")
    one.add_argument("--seeds", type=count, default=20, help="how many, from 1 on (default: 20)")
    one.add_argument("--jobs", type=jobs, default=1, help="processes, by joblib; -1 for all cores (default: 1)")
    common(one)

    one = command(commands, "export", export, "write a model in another format")
    one.add_argument("model", type=Path)
    one.add_argument("--onnx", type=Path, required=True, metavar="FILE")
    one.add_argument("--json", action="store_true", help="one JSON object a line")

    one = command(commands, "info", info, "say what a model file holds")
    one.add_argument("model", type=Path)
    one.add_argument("--json", action="store_true", help="one JSON object a line")
    return whole


def command(commands: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    one.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show a traceback with an error")
    one.set_defaults(run=run)
    return one


def common(one: argparse.ArgumentParser) -> None:
    one.add_argument("--engine", choices=list(ENGINES), default="compiled")
    one.add_argument("--json", action="store_true", help="one JSON object a line")


def idx(one: argparse.ArgumentParser, words: str) -> None:
    one.add_argument("--images", type=Path, metavar="FILE", help=f"IDX file (plain or .gz) of {words}")
    one.add_argument("--labels", type=Path, metavar="FILE", help="its labels")


def seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError("a seed goes from 0 to 4294967295")
    return value


def count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def jobs(text: str) -> int:
    value = int(text)
    if value == 0:
        raise argparse.ArgumentTypeError("a number of processes, or -1 for all cores")
    return value
