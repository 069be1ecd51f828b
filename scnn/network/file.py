"""Model files: which parts of a network a safetensors file holds, and how they are validated when it is read."""

import json
import math
from collections.abc import Mapping
from typing import Any

from scnn.errors import EditedKernelsError, ModelError
from scnn.formats.dtypes import FLOATS
from scnn.formats.safetensors import Tensor
from scnn.formats.strict_json import strict_json
from scnn.layers.layer import Layer
from scnn.layers.registry import LAYERS
from scnn.network.architecture import Architecture
from scnn.network.edits import Edits
from scnn.settings import require_lossless

__all__ = [
    "FORMAT",
    "VERSION",
    "METADATA_FIELDS",
    "fields_of",
    "require_serialisable",
    "require_matching_tensors",
    "is_plain",
    "edits_in",
]

FORMAT = "scnn"
VERSION = "1"
METADATA_FIELDS = ("input_shape", "layers", "class_names", "provenance", "edits")


def require_serialisable(layer: Layer) -> None:
    """Raises ModelError for a layer that would be loaded from a file as a different one."""
    require_lossless("layer", layer, LAYERS)


def fields_of(metadata: Mapping[str, str]) -> dict[str, Any]:
    """What the strings of a file's header say, by METADATA_FIELDS; raises ModelError if they are not a network's."""
    if metadata.get("format") != FORMAT:
        raise ModelError(
            "the file's metadata does not describe a network of scnn; if it has the weights of one, name the "
            "architecture: Network.load(path, like=network), or --preset on the command line"
        )
    if metadata.get("version") != VERSION:
        raise ModelError(f"expected version {VERSION} of the format, got {metadata.get('version', 'none')!r:.80}")
    try:
        data = {name: strict_json(metadata.get(name, "null")) for name in METADATA_FIELDS}
    except ValueError as error:
        raise ModelError(f"the metadata is not JSON: {str(error)[:100]}") from None
    if not isinstance(data["class_names"], list):
        raise ModelError("the class names must be a list")
    if not isinstance(data["provenance"], dict) or not is_plain(data["provenance"]):
        raise ModelError("the provenance must be a JSON object")
    return data


def edits_in(data: object, accepted: bool) -> Edits:
    """The edited kernels of a file. Raises EditedKernelsError, which has them, unless they are accepted."""
    edits = Edits.from_dict(data)
    if edits and not accepted:
        names = ", ".join(edits.kernels)
        raise EditedKernelsError(
            f"the network was trained with edited kernels: {names}. Read them, and then open it with accept_edits",
            edits.to_dict(),
        )
    return edits


def require_matching_tensors(architecture: Architecture, tensors: Mapping[str, Tensor]) -> None:
    """Raises ModelError unless every parameter is present, of the right shape, and finite."""
    for name, parameter in architecture.specifications().items():
        if name not in tensors:
            raise ModelError(f"the tensor {name} is missing")
        tensor = tensors[name]
        if tensor.unread or tensor.values.typecode != "f":
            found = tensor.unread or tensor.values.typecode
            raise ModelError(f"the tensor {name} has the element type {found}; expected one of {', '.join(FLOATS)}")
        if tensor.shape != parameter.shape:
            raise ModelError(f"the tensor {name} must be of shape {parameter.shape}, got {tensor.shape}")
        if not all(map(math.isfinite, tensor.values)):
            raise ModelError(f"the tensor {name} has values that are not finite")
        if parameter.least is not None and min(tensor.values) < parameter.least:
            raise ModelError(f"the tensor {name} has values below {parameter.least:g}")


def is_plain(data: object) -> bool:
    """Whether JSON can represent the data; it cannot represent infinity, which Python reads from 1e999."""
    try:
        json.dumps(data, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True
