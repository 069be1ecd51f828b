"""The command line: train, evaluate, predict, paper, export, import, info, trace, check-gradients, lab.

Exit codes: 0 success; 1 an error, reported in one line; 2 invalid arguments; 130 stopped by Ctrl-C.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import Protocol

from scnn.cli import check_gradients, evaluate, export, import_onnx, info, lab, paper, predict, trace, train
from scnn.cli.output import print_error, printed_warnings
from scnn.errors import ScnnError
from scnn.version import __version__

__all__ = ["main"]


class Command(Protocol):
    """The module of a command."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace) -> int:
        """Returns the exit code."""


COMMANDS: dict[str, Command] = {
    "train": train,
    "evaluate": evaluate,
    "predict": predict,
    "paper": paper,
    "export": export,
    "import": import_onnx,
    "info": info,
    "trace": trace,
    "check-gradients": check_gradients,
    "lab": lab,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for characters that the terminal's encoding lacks
    arguments = make_parser().parse_args(argv)
    try:
        with printed_warnings():
            return COMMANDS[arguments.command].run(arguments)
    except ScnnError as error:
        if arguments.debug:
            raise
        print_error(error, getattr(arguments, "json", False))
        return 1
    except KeyboardInterrupt:
        print("scnn: stopped", file=sys.stderr)
        return 130
    except OSError as error:
        if arguments.debug:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would flush again at exit
        if not isinstance(error, BrokenPipeError):  # a closed pipe needs no report, or was already reported
            subject = f"{error.filename}: " if error.filename else "cannot write the output: "
            print(f"scnn: {subject}{error.strerror or error}", file=sys.stderr)
        return 1


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scnn", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--version", action="version", version=f"scnn {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.HELP)
        subparser.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error"
        )
        command.add_arguments(subparser)
    return parser
