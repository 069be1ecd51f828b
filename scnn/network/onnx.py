"""Export to ONNX, for other runtimes: `pip install scnn[onnx]`.

The model takes images [image, channel, row, column] from 0 to 1, and returns logits; if it was trained with
cross-entropy, also their probabilities. The operators are described at https://onnx.ai/onnx/operators/
"""

from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scnn.errors import ConfigError
from scnn.formats import safetensors
from scnn.layers.activation import GELU, Dropout, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh
from scnn.layers.batch_normalisation import BatchNorm2D
from scnn.layers.branches import Add, Branch, Concatenate
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.loss import MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.layers.normalisation import GroupNorm, LayerNorm, Standardise
from scnn.layers.pooling import AveragePool2D, GlobalAveragePool, MaxPool2D
from scnn.layers.registry import LAYERS
from scnn.layers.transposed_convolution import ConvTranspose2D
from scnn.network.network import Network

__all__ = ["to_onnx"]

OPSET = 17
NEWER = {"Gelu": 20, "GroupNormalization": 21}  # operators that this opset does not have, and the first one that has
IR_VERSIONS = {17: 8, 20: 9, 21: 10}  # of files with these opsets


def to_onnx(network: Network, path: str | Path) -> list[str]:
    """Writes an ONNX file, completely or not at all; returns the names of its outputs. Raises ConfigError if the
    package onnx is missing or a layer is not one of scnn's, ModelError if the file cannot be written.
    """
    try:
        from onnx import TensorProto, checker, helper
    except ImportError:
        raise ConfigError("exporting to ONNX needs the package onnx: `pip install scnn[onnx]`") from None
    specifications = network.specifications()
    weights = [
        helper.make_tensor(name, TensorProto.FLOAT, specifications[name].shape, values.tobytes(), raw=True)
        for name, values in network.parameters.items()
        if not name.endswith(".slopes")
    ]

    def along_channels(name: str, values: Iterable[float], axes: int) -> str:
        """Adds a tensor that operators broadcast along all axes but the channel."""
        numbers = array("f", values)
        weights.append(helper.make_tensor(name, TensorProto.FLOAT, (len(numbers), *[1] * (axes - 1)), numbers))
        return name

    nodes, outputs = [], ["images"]  # the outputs' names, by their numbers
    for index, (name, layer, sources) in enumerate(zip(network.names, network.layers, network.sources, strict=True)):
        shape = network.shapes[index]
        operator, settings = operator_of(layer)
        inputs = [outputs[sources[role]] for role in ("other", "input") if role in sources]
        if operator is None:
            outputs += inputs
            continue
        outputs.append(name)
        inputs += [f"{name}.{role}" for role in layer.parameters(shape)]
        if isinstance(layer, PReLU):
            along_channels(inputs[1], network.parameters[inputs[1]], len(shape))
        if isinstance(layer, Standardise):  # two operators: the difference, and its quotient
            for role, value in (("mean", layer.mean), ("deviation", layer.deviation)):
                numbers = value if isinstance(value, tuple) else (value,)
                inputs.append(along_channels(f"{name}.{role}", numbers, len(shape)))
            nodes.append(helper.make_node("Sub", inputs[:2], [f"{name}.difference"]))
            inputs = [f"{name}.difference", inputs[2]]
        if operator == "Mul":  # this opset has no operator for SiLU: it is the product of a number and its sigmoid
            inputs.append(f"{name}.sigmoid")
            nodes.append(helper.make_node("Sigmoid", inputs[:1], inputs[1:], name=inputs[1]))
        nodes.append(helper.make_node(operator, inputs, [name], name=name, **settings))
    nodes.append(helper.make_node("Identity", outputs[-1:], ["logits"]))
    results = ["logits"]
    if isinstance(network.loss, SoftmaxCrossEntropy):  # other losses do not train probabilities
        nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
        results.append("probabilities")
    graph = helper.make_graph(
        nodes,
        "scnn",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", *network.input_shape])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", network.classes]) for name in results],
        weights,
    )
    opset = max(NEWER.get(node.op_type, OPSET) for node in nodes)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="scnn")
    model.ir_version = IR_VERSIONS[opset]
    checker.check_model(model)
    safetensors.write(path, model.SerializeToString())
    return results


def operator_of(layer: object) -> tuple[str | None, dict[str, Any]]:
    """The ONNX operator of a layer with its attributes; None for a layer that does nothing in inference."""
    match layer if type(layer) in LAYERS else None:  # a subclass may compute something else
        case Conv2D(_, kernel, stride, padding, dilation, groups):
            windows = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [padding] * 4}
            return "Conv", windows | {"dilations": [dilation] * 2, "group": groups}
        case ConvTranspose2D(_, kernel, stride, padding, output_padding, dilation, groups):
            windows = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [padding] * 4}
            extra = {"output_padding": [output_padding] * 2}
            return "ConvTranspose", windows | extra | {"dilations": [dilation] * 2, "group": groups}
        case ReLU():
            return "Relu", {}
        case MaxPool2D() | AveragePool2D() as pool:
            windows = {"kernel_shape": [pool.size] * 2, "strides": [pool.step] * 2, "pads": [pool.padding] * 4}
            if isinstance(pool, MaxPool2D):
                return "MaxPool", windows
            return "AveragePool", windows | {"count_include_pad": int(pool.count_padding)}
        case GlobalAveragePool():
            return "GlobalAveragePool", {}
        case LeakyReLU(slope):
            return "LeakyRelu", {"alpha": float(slope)}
        case Sigmoid():
            return "Sigmoid", {}
        case Tanh():
            return "Tanh", {}
        case SiLU():
            return "Mul", {}
        case GELU():
            return "Gelu", {}
        case PReLU():
            return "PRelu", {}
        case GroupNorm(groups, epsilon):
            return "GroupNormalization", {"num_groups": groups, "epsilon": float(epsilon)}
        case LayerNorm(epsilon):
            return "LayerNormalization", {"axis": 1, "epsilon": float(epsilon)}
        case BatchNorm2D(epsilon, momentum):
            return "BatchNormalization", {"epsilon": float(epsilon), "momentum": 1.0 - momentum}
        case Standardise():
            return "Div", {}
        case Flatten():
            return "Flatten", {}
        case Dense():
            return "Gemm", {"transB": 1}
        case Add():
            return "Add", {}
        case Concatenate():
            return "Concat", {"axis": 1}
        case Dropout() | Branch() | SoftmaxCrossEntropy() | SquaredHinge() | MeanSquaredError():
            return None, {}
    raise ConfigError(f"{type(layer).__name__} cannot be exported: only scnn's own layers have an ONNX operator")
