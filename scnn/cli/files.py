"""`scnn export` and `scnn info`: model files made into others, and what they hold."""

import argparse
import json
from typing import Any

from scnn.cli.display import say
from scnn.cli.options import require_writable
from scnn.errors import ConfigError
from scnn.network.network import Network
from scnn.network.onnx import to_onnx

__all__ = ["export", "info"]


def export(chosen: argparse.Namespace) -> int:
    require_writable(chosen.onnx)
    network = Network.load(chosen.model)
    if chosen.onnx.exists() and chosen.onnx.samefile(chosen.model):
        raise ConfigError(f"{chosen.onnx} is the model itself, and would be overwritten: choose another name")
    to_onnx(network, chosen.onnx)
    if chosen.json:
        say("export", onnx=str(chosen.onnx))
    else:
        print(f"{chosen.onnx} is written: images [batch, channel, row, column] from 0 to 1 go in, logits come out")
    return 0


def info(chosen: argparse.Namespace) -> int:
    network = Network.load(chosen.model)
    facts: dict[str, Any] = {
        "input_shape": network.input_shape,
        "layers": [repr(layer) for layer in network.layers],
        "classes": network.class_names,
        "parameters": network.parameter_count,
        "sha256": network.fingerprint(),
        "provenance": network.provenance,
    }
    if chosen.json:
        say("info", **facts)
        return 0
    print(network)
    print(f"classes: {', '.join(network.class_names)}")
    print(f"SHA-256 of the weights: {network.fingerprint()}")
    print(f"provenance: {json.dumps(network.provenance, indent=2)}")
    return 0
