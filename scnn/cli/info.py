"""`scnn info`: prints the contents of a model file."""

import argparse
import json
from pathlib import Path
from typing import Any

from scnn.cli.options import add_architecture, add_json, load_model
from scnn.cli.output import print_event

__all__ = ["HELP", "add_arguments", "run"]

HELP = "print the layers, classes and provenance of a model file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path)
    add_architecture(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    network = load_model(arguments.model, arguments.preset)
    fields: dict[str, Any] = {
        "input_shape": network.input_shape,
        "layers": [repr(layer) for layer in network.layers],
        "classes": network.class_names,
        "parameters": network.parameter_count,
        "sha256": network.fingerprint(),
        "provenance": network.provenance,
    }
    if arguments.json:
        print_event("info", **fields)
        return 0
    print(network)
    print(f"classes: {', '.join(network.class_names)}")
    print(f"SHA-256 of the weights: {network.fingerprint()}")
    print(f"provenance: {json.dumps(network.provenance, indent=2)}")
    return 0
