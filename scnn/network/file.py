"""Model files: what of a network is kept in a safetensors file, and how it is checked when it is read."""

import json
import math
from collections.abc import Mapping
from dataclasses import is_dataclass

from scnn.errors import ConfigError, ModelError
from scnn.formats.safetensors import Tensor
from scnn.layers.layer import Layer
from scnn.layers.registry import LAYERS
from scnn.network.architecture import Architecture
from scnn.settings import from_dict, to_dict

__all__ = ["FORMAT", "VERSION", "METADATA_FIELDS", "require_serialisable", "require_matching_tensors", "is_plain"]

FORMAT = "scnn"
VERSION = "1"
METADATA_FIELDS = ("input_shape", "layers", "class_names", "provenance")


def require_serialisable(layer: Layer) -> None:
    """Raises ModelError for a layer that would come out of a file as another one."""
    kind, name = type(layer), type(layer).__name__
    if kind not in LAYERS and name in {one.__name__ for one in LAYERS}:
        raise ModelError(f"a layer of your own cannot be kept under the name {name}, which is one of scnn's")
    try:
        again = from_dict(to_dict(layer), [kind])
    except ConfigError as error:
        raise ModelError(f"{name} cannot be kept: {error}") from None
    if vars(layer) != vars(again) or (is_dataclass(layer) and layer != again):
        raise ModelError(f"{name} would be loaded with other settings: make it a dataclass of numbers and texts")


def require_matching_tensors(architecture: Architecture, tensors: Mapping[str, Tensor]) -> None:
    """Every parameter is there, of its shape, and finite."""
    for name, parameter in architecture.specifications().items():
        if name not in tensors:
            raise ModelError(f"the tensor {name} is missing")
        tensor = tensors[name]
        if tensor.shape != parameter.shape or tensor.values.typecode != "f":
            raise ModelError(f"the tensor {name} is {tensor.shape}, and the architecture's is {parameter.shape}")
        if not all(map(math.isfinite, tensor.values)):
            raise ModelError(f"the tensor {name} has numbers that are not finite")


def is_plain(data: object) -> bool:
    """Whether JSON can hold it; numbers such as 1e999, which Python reads as infinite, are none."""
    try:
        json.dumps(data, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True
