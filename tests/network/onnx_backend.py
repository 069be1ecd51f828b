"""scnn as an ONNX backend: it computes a model's output for images. The inputs after the first one are constants.

https://onnx.ai/onnx/api/backend.html
"""

from array import array
from math import prod
from typing import Any

import numpy as np
from onnx.backend.base import Backend, BackendRep

from scnn.engines.wasm import compiled
from scnn.errors import ModelError
from scnn.layers import Dense, Flatten
from scnn.layers.branches import Branch
from scnn.network.lowering import activation
from scnn.network.network import Network
from scnn.network.onnx_graph import Importer
from scnn.network.onnx_operators import OPERATORS

__all__ = ["ScnnBackend"]


class ScnnBackend(Backend):
    """Raises ModelError for what scnn does not compute."""

    @classmethod
    def prepare(cls, model: Any, device: str = "CPU", **_: Any) -> "Prepared":
        assert cls.supports_device(device)
        return Prepared(model)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device == "CPU"


class Prepared(BackendRep):
    def __init__(self, model: Any) -> None:
        self.model = model

    def run(self, inputs: Any, **_: Any) -> tuple[np.ndarray, ...]:
        """The first output; all images go through one engine."""
        graph = self.model.graph
        if len([one for one in graph.output if one.name]) > 1:
            raise ModelError(f"{len(graph.output)} outputs: only the first one is computed")
        images, *others = inputs
        names = [one.name for one in graph.input]
        imported = Importer(self.model, OPERATORS, dict(zip(names[1:], others, strict=True)))
        shape = imported.values[imported.output][1]
        end = [*([Flatten()] if len(shape) > 1 else []), Dense(1)]  # networks end with logits
        first = [] if imported.layers else [Branch("input")]
        parameters = dict(imported.parameters)
        layers = [*first, *imported.layers, *end]
        name = f"dense_{sum(isinstance(layer, Dense) for layer in layers)}"
        parameters |= {f"{name}.weights": array("f", [0.0] * prod(shape)), f"{name}.bias": array("f", [0.0])}
        network = Network(imported.input_shape, layers, parameters=parameters)
        buffer = activation(network, len(first) + len(imported.layers))
        rows = []
        with network.engine(compiled, 0) as engine:
            for image in images:
                engine.write("input", image.ravel().tolist())
                engine.run("infer")
                rows.append(np.array(engine.read(buffer), dtype=np.float32).reshape(shape))
        return (np.stack(rows),)
