"""Import of ONNX files, for example of a network that PyTorch trained: `pip install scnn[onnx]`.

Operators become layers, in the file's order, in which they can run (see `scnn.network.onnx_operators`). All others,
and settings that scnn's layers do not have, are refused, so that an imported network computes what the file does.
The operators are described at https://onnx.ai/onnx/operators/
"""

from pathlib import Path

from scnn.errors import ConfigError, ModelError, ScnnError
from scnn.layers.normalisation import Standardise
from scnn.network.network import Network
from scnn.network.onnx_graph import Importer
from scnn.network.onnx_operators import OPERATORS

__all__ = ["from_onnx"]

Numbers = float | tuple[float, ...]


def from_onnx(path: str | Path, mean: Numbers | None = None, deviation: Numbers | None = None) -> Network:
    """The network of an ONNX file with one input, images [image, channel, row, column] or vectors [image, number],
    and one output, logits; a softmax at the end is left out, since scnn's networks have one. With `mean` or
    `deviation`, one number or one for each channel, a layer `Standardise` comes first: for what was not part of the
    model, but done to the data that it was trained on.

    Raises ConfigError if the package onnx is missing, ModelError for a file that is no ONNX model, and for what scnn
    has no layer for.
    """
    try:
        from onnx import ModelProto, checker
    except ImportError:
        raise ConfigError("importing from ONNX needs the package onnx: `pip install scnn[onnx]`") from None
    try:
        model = ModelProto.FromString(Path(path).read_bytes())
        checker.check_model(model)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from None
    except Exception as error:  # of protobuf or of the checker, which have many kinds
        raise ModelError(f"{path} is not a valid ONNX model: {str(error).splitlines()[0][:200]}") from None
    given = mean is not None or deviation is not None
    first = Standardise(0.0 if mean is None else mean, 1.0 if deviation is None else deviation) if given else None
    imported = Importer(model, OPERATORS, {}, first)
    provenance = {"imported": {"file": Path(path).name, "producer": model.producer_name}}
    try:
        return Network(
            *(imported.input_shape, imported.layers), parameters=imported.parameters, provenance=provenance
        )
    except ScnnError as error:
        raise ModelError(f"{path}: the imported network is invalid: {error}") from None
