"""`scnn import`: makes a model of an ONNX file."""

import argparse
from pathlib import Path

from scnn.cli.options import add_json
from scnn.cli.output import print_event, require_writable
from scnn.network.onnx_import import from_onnx

__all__ = ["HELP", "add_arguments", "run"]

HELP = "make a model of an ONNX file, for example of a network that PyTorch trained"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("onnx", type=Path)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the model to write (default: FILE.safetensors beside it)"
    )
    parser.add_argument(
        "--mean", type=numbers, metavar="N[,N…]", help="subtract this from the pixels, from 0 to 1, of each channel"
    )
    parser.add_argument(
        "--deviation", type=numbers, metavar="N[,N…]", help="divide them by this standard deviation (default: 1)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    output = arguments.output or arguments.onnx.with_suffix(".safetensors")
    require_writable(output)
    network = from_onnx(arguments.onnx, arguments.mean, arguments.deviation)
    network.save(output)
    if arguments.json:
        print_event("import", model=str(output), parameters=network.parameter_count)
    else:
        print(f"{network}\n{output} is written.")
    return 0


def numbers(argument: str) -> float | tuple[float, ...]:
    """One number, or several with commas between them."""
    found = tuple(float(one) for one in argument.split(","))
    return found if len(found) > 1 else found[0]
