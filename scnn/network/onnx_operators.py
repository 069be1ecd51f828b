"""What each ONNX operator is among scnn's layers: a function that appends them to an import, or refuses the operator.
See `scnn.network.onnx_import`.
"""

from collections.abc import Callable
from math import prod
from typing import Any

from scnn.layers.activation import GELU, LeakyReLU, PReLU, ReLU, Tanh
from scnn.layers.batch_normalisation import BatchNorm2D
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.layers.normalisation import GroupNorm, LayerNorm
from scnn.layers.pooling import AveragePool2D, GlobalAveragePool, MaxPool2D
from scnn.layers.transposed_convolution import ConvTranspose2D
from scnn.network.onnx_arithmetic import arithmetic, channels_of, concatenate, sigmoid
from scnn.network.onnx_graph import SAME, Importer, Operators

__all__ = ["OPERATORS"]

WINDOWS = {"kernel_shape": None, "strides": [1, 1], "pads": [0] * 4, "dilations": [1, 1], "auto_pad": b"NOTSET"}


# ---------------------------------------------------------------------------------------- convolution and dense


def convolution(of: Importer, node: Any) -> None:
    settings = of.settings(node, **WINDOWS, group=1)
    weights, bias = weights_of(of, node)
    sizes = of.windows(node, settings, weights.shape[2:])
    layer = Conv2D(
        *(weights.shape[0], sizes["size"], sizes["stride"], sizes["padding"], sizes["dilation"], settings["group"])
    )
    of.append(layer, node.input[0], node.output[0], weights=weights, bias=zeros(weights, 0) if bias is None else bias)


def transposed_convolution(of: Importer, node: Any) -> None:
    settings = of.settings(node, **WINDOWS, group=1, output_padding=[0, 0], output_shape=None)
    weights, bias = weights_of(of, node)
    sizes = of.windows(node, settings, weights.shape[2:])
    if settings["output_shape"]:
        of.refuse(node, "ConvTranspose2D has no output_shape; expected pads and output_padding")
    extra, groups = of.one(node, "output paddings", settings["output_padding"]), settings["group"]
    filters = weights.shape[1] * groups
    layer = ConvTranspose2D(
        *(filters, sizes["size"], sizes["stride"], sizes["padding"], extra, sizes["dilation"], groups)
    )
    bias = weights.reshape(-1)[:1].repeat(filters) * 0 if bias is None else bias
    of.append(layer, node.input[0], node.output[0], weights=weights, bias=bias)


def weights_of(of: Importer, node: Any) -> tuple[Any, Any]:
    weights, bias = of.constant(node, 1, "weights"), of.constant(node, 2, "bias")
    if weights.ndim != 4:
        of.refuse(node, f"expected weights of four axes, got {weights.shape}")
    return weights, bias


def zeros(weights: Any, axis: int) -> Any:
    """A bias of zeros, as long as an axis."""
    return weights.reshape(-1)[: weights.shape[axis]] * 0


def gemm(of: Importer, node: Any) -> None:
    settings = of.settings(node, alpha=1.0, beta=1.0, transA=0, transB=0)
    weights, bias = of.constant(node, 1, "weights"), of.constant(node, 2, "bias")
    if settings["transA"]:
        of.refuse(node, "Dense takes no transposed input")
    dense(of, node, weights.T if not settings["transB"] else weights, bias, settings)


def matmul(of: Importer, node: Any) -> None:
    if node.input[0] not in of.values:
        of.refuse(node, "expected the weights as its second input")
    weights, output = of.constant(node, 1, "weights"), node.output[0]
    sum_ = of.reader(output, "Add")
    others = [one for one in sum_.input if one != output] if sum_ else []
    bias = of.constants.get(others[0]) if others else None
    if weights.ndim != 2 or (bias is not None and bias.shape not in (weights.shape[1:], (1, weights.shape[1]))):
        bias = None
    dense(of, node, weights.T, bias, {"alpha": 1.0, "beta": 1.0})
    if sum_ and bias is not None:
        of.skip(sum_, output)


def dense(of: Importer, node: Any, weights: Any, bias: Any, settings: dict[str, Any]) -> None:
    if weights.ndim != 2:
        of.refuse(node, f"expected weights of two axes, got {weights.shape}")
    if bias is None:
        bias = zeros(weights, 0)
    elif bias.size == 1:
        bias = zeros(weights, 0) + bias.ravel()
    if bias.size != weights.shape[0] or bias.shape[-1] != bias.size:
        of.refuse(node, f"expected a bias with a number for each unit, got {bias.shape}")
    shape = of.values[node.input[0]][1]
    if shape != (weights.shape[1],):
        of.refuse(node, f"expected a vector of {weights.shape[1]} numbers as its input, got {shape}")
    scaled = {"weights": weights * settings["alpha"], "bias": bias.ravel() * settings["beta"]}
    of.append(Dense(int(weights.shape[0])), node.input[0], node.output[0], **scaled)


# ------------------------------------------------------------------------------------------------- activations


def plain(layer: Layer) -> Callable[[Importer, Any], None]:
    """What imports an operator without settings."""

    def append(of: Importer, node: Any) -> None:
        of.settings(node)
        of.append(layer, node.input[0], node.output[0])

    return append


def gelu(of: Importer, node: Any) -> None:
    if of.settings(node, approximate=b"none")["approximate"] != b"none":
        of.refuse(node, "GELU is not approximated by tanh")
    of.append(GELU(), node.input[0], node.output[0])


def leaky_relu(of: Importer, node: Any) -> None:
    of.append(LeakyReLU(of.settings(node, alpha=0.01)["alpha"]), node.input[0], node.output[0])


def prelu(of: Importer, node: Any) -> None:
    of.append(PReLU(), node.input[0], node.output[0], slopes=channels_of(of, node, of.constant(node, 1, "slopes")))


# ------------------------------------------------------------------------------------------- pooling and shapes


def pool(of: Importer, node: Any) -> None:
    more = {"count_include_pad": 0} if node.op_type == "AveragePool" else {"storage_order": 0}
    settings = of.settings(node, **WINDOWS, ceil_mode=0, **more)
    sizes = of.windows(node, settings, None)
    if sizes["dilation"] != 1:
        of.refuse(node, "poolings have no dilation")
    size, stride, padding = sizes["size"], sizes["stride"], sizes["padding"]
    for side in of.values[node.input[0]][1][1:] if settings["ceil_mode"] else ():
        left = (side + 2 * padding - size) % stride
        last = (side + 2 * padding - size) // stride * stride + stride  # where a window more would start
        if left and last < side + padding:
            of.refuse(node, "with ceil_mode the last window reaches beyond the padding")
    if node.op_type == "MaxPool":
        layer: Layer = MaxPool2D(size, stride, padding)
    else:
        layer = AveragePool2D(size, stride, padding, bool(settings["count_include_pad"]) or not padding)
    of.append(layer, node.input[0], node.output[0])


def reduce_mean(of: Importer, node: Any) -> None:
    settings = of.settings(node, axes=None, keepdims=1, noop_with_empty_axes=0)
    axes = of.constant(node, 1, "axes") if settings["axes"] is None else settings["axes"]
    if axes is None or sorted(int(axis) % 4 for axis in axes) != [2, 3] or len(of.values[node.input[0]][1]) != 3:
        of.refuse(node, "only the mean of whole maps is a layer")
    of.append(GlobalAveragePool(), node.input[0], node.output[0])
    if not settings["keepdims"]:
        of.append(Flatten(), node.output[0], node.output[0])


def flatten(of: Importer, node: Any) -> None:
    axes = len(of.values[node.input[0]][1]) + 1
    if of.settings(node, axis=1)["axis"] not in (1, 1 - axes):
        of.refuse(node, "expected axis 1: a vector for each image")
    of.append(Flatten(), node.input[0], node.output[0])


def reshape(of: Importer, node: Any) -> None:
    of.settings(node, allowzero=0)
    wanted = [int(size) for size in of.constant(node, 1, "sizes")]
    shape = of.values[node.input[0]][1]
    if wanted[1:] == list(shape):
        of.values[node.output[0]] = of.values[node.input[0]]
    elif len(wanted) == 2 and wanted[1] in (-1, prod(shape)):
        of.append(Flatten(), node.input[0], node.output[0])
    else:
        of.refuse(node, f"expected a vector for each image, got the sizes {wanted}")


def same(of: Importer, node: Any) -> None:
    if node.op_type == "Dropout" and len(node.input) > 2 and of.constant(node, 2, "mode").any():
        of.refuse(node, "it is in training mode")
    of.values[node.output[0]] = of.values[node.input[0]]


# ------------------------------------------------------------------------------------------------ normalisation


def batch_norm(of: Importer, node: Any) -> None:
    settings = of.settings(node, epsilon=1e-5, momentum=0.9, training_mode=0, spatial=1)
    if settings["training_mode"] or not settings["spatial"]:
        of.refuse(node, "it is in training mode, or not for each channel")
    roles = ("weights", "bias", "running_mean", "running_variance")
    statistics = {role: of.constant(node, at, "statistics") for at, role in enumerate(roles, 1)}
    momentum = round(1.0 - settings["momentum"], 6)  # ONNX's is the share that stays, in float32
    layer = BatchNorm2D(settings["epsilon"], momentum if 0 < momentum <= 1 else BatchNorm2D.momentum)
    of.append(layer, node.input[0], node.output[0], **statistics)


def group_norm(of: Importer, node: Any) -> None:
    channels = of.values[node.input[0]][1][0]
    settings = of.settings(node, num_groups=channels, epsilon=1e-5, stash_type=1)
    scale, bias = of.constant(node, 1, "weights"), of.constant(node, 2, "bias")
    if scale.size != channels:  # of a group, before opset 21
        scale, bias = scale.repeat(channels // scale.size), bias.repeat(channels // bias.size)
    layer = GroupNorm(settings["num_groups"], settings["epsilon"])
    of.append(layer, node.input[0], node.output[0], weights=scale, bias=bias)


def layer_norm(of: Importer, node: Any) -> None:
    settings = of.settings(node, axis=-1, epsilon=1e-5, stash_type=1)
    scale, bias = of.constant(node, 1, "weights"), of.constant(node, 2, "bias")
    shape = of.values[node.input[0]][1]
    if settings["axis"] not in (1, -len(shape)) or scale.shape != shape:
        of.refuse(node, "LayerNorm normalises all channels, rows and columns together")
    bias = scale * 0 if bias is None else bias
    of.append(LayerNorm(settings["epsilon"]), node.input[0], node.output[0], weights=scale, bias=bias)


OPERATORS: Operators = {
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "Gemm": gemm,
    "MatMul": matmul,
    "Relu": plain(ReLU()),
    "Tanh": plain(Tanh()),
    "Sigmoid": sigmoid,
    "Gelu": gelu,
    "LeakyRelu": leaky_relu,
    "PRelu": prelu,
    "MaxPool": pool,
    "AveragePool": pool,
    "GlobalAveragePool": plain(GlobalAveragePool()),
    "ReduceMean": reduce_mean,
    "Flatten": flatten,
    "Reshape": reshape,
    "BatchNormalization": batch_norm,
    "GroupNormalization": group_norm,
    "InstanceNormalization": group_norm,
    "LayerNormalization": layer_norm,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), arithmetic),
    "Concat": concatenate,
    **dict.fromkeys(SAME, same),
}
