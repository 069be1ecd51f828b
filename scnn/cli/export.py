"""`scnn export`: writes a model in another format."""

import argparse
from pathlib import Path

from scnn.cli.options import add_architecture, add_json, load_model
from scnn.cli.output import print_event, require_writable
from scnn.errors import ConfigError
from scnn.network.onnx import to_onnx

__all__ = ["HELP", "add_arguments", "run"]

HELP = "write a model in another format"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    add_architecture(parser)
    parser.add_argument("--onnx", type=Path, required=True, metavar="FILE", help="the ONNX file to write")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    require_writable(arguments.onnx)
    network = load_model(arguments.model, arguments.preset)
    if arguments.onnx.exists() and arguments.onnx.samefile(arguments.model):
        raise ConfigError(f"{arguments.onnx} is the model itself and would be overwritten: choose another name")
    outputs = to_onnx(network, arguments.onnx)
    if arguments.json:
        print_event("export", onnx=str(arguments.onnx))
    else:
        print(
            f"{arguments.onnx} is written. Input: images [batch, channel, row, column] from 0 to 1. "
            f"Output: {' and '.join(outputs)}."
        )
    return 0
