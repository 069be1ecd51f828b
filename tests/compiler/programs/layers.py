"""Programs of the other layers: pooling, normalisation, activations, branches, dense layers, losses and dropout."""

from collections.abc import Callable
from typing import Any

from scnn import kernels
from tests.compiler.programs.program import FLOATS, Program


def elementwise(kernel: Callable[..., Any], **sizes: float) -> Program:
    inputs = {"input": [20 * value for value in FLOATS[:45]]}
    return Program(kernel.__name__, kernel, {"output": 45, "input": 45}, {**sizes, "size": 45}, inputs)


LAYERS = [
    Program(
        "maxpool2d_forward",
        kernels.maxpool2d_forward,
        {"output": 50, "winners": 50, "input": 220},
        {"channels": 2, "height": 10, "width": 11, "size": 2, "stride": 2, "out_height": 5, "out_width": 5},
        {"input": FLOATS[:220]},
    ),
    Program(
        "averagepool2d_forward",
        kernels.averagepool2d_forward,
        {"output": 40, "input": 220},
        {"channels": 2, "height": 10, "width": 11, "size": 3, "stride": 2, "out_height": 4, "out_width": 5},
        {"input": FLOATS[:220]},
    ),
    *(
        Program(
            kernel.__name__,
            kernel,
            {"output": 60, "input": 220} | extra,
            {"channels": 2, "height": 10, "width": 11, "size": 3, "stride": 2, "padding": 1}
            | {"out_height": 5, "out_width": 6, **more},
            {"input": FLOATS[:220]},
        )
        for kernel, extra, more in (
            (kernels.maxpool2d_padded_forward, {"winners": 60}, {}),
            (kernels.averagepool2d_padded_forward, {}, {"counted": 0}),
            (kernels.averagepool2d_padded_forward, {}, {"counted": 1}),
        )
    ),
    Program(
        "fill_channels",
        kernels.fill_channels,
        {"full": 33, "bias": 3},
        {"channels": 3, "area": 11},
        {"bias": FLOATS[:3]},
    ),
    Program(
        "sum_channels",
        kernels.sum_channels,
        {"d_bias": 3, "d_output": 33},
        {"channels": 3, "area": 11},
        {"d_output": FLOATS[:33], "d_bias": FLOATS[40:43]},
    ),
    Program(
        "normalise_forward",
        kernels.normalise_forward,
        {"normalised": 66, "input": 66},
        {"epsilon": 1e-5, "groups": 2, "size": 33},
        {"input": FLOATS[:66]},
    ),
    Program(
        "scale_channels_forward",
        kernels.scale_channels_forward,
        {"output": 33, "input": 33, "weights": 3, "bias": 3},
        {"channels": 3, "area": 11},
        {"input": FLOATS[:33], "weights": FLOATS[40:43], "bias": FLOATS[50:53]},
    ),
    Program(
        "scale_elements_forward",
        kernels.scale_elements_forward,
        {"output": 33, "input": 33, "weights": 33, "bias": 33},
        {"size": 33},
        {"input": FLOATS[:33], "weights": FLOATS[40:73], "bias": FLOATS[80:113]},
    ),
    Program(
        "standardise_forward",
        kernels.standardise_forward,
        {"output": 33, "input": 33},
        {"mean": 0.3, "deviation": 0.7, "channel": 1, "area": 11},
        {"input": FLOATS[:33]},
    ),
    Program(
        "prelu_forward",
        kernels.prelu_forward,
        {"output": 33, "input": 33, "slopes": 3},
        {"channels": 3, "area": 11},
        {"input": FLOATS[:33], "slopes": FLOATS[40:43]},
    ),
    Program(
        "globalaveragepool_forward",
        kernels.globalaveragepool_forward,
        {"output": 3, "input": 126},
        {"channels": 3, "area": 42},
        {"input": FLOATS[:126]},
    ),
    Program(
        "add_forward",
        kernels.add_forward,
        {"output": 45, "input": 45, "other": 45},
        {"size": 45},
        {"input": FLOATS[:45], "other": FLOATS[50:95]},
    ),
    Program(
        "concatenate_forward",
        kernels.concatenate_forward,
        {"output": 60, "input": 45},
        {"first": 7, "size": 45},
        {"input": FLOATS[:45], "output": FLOATS[100:160]},
    ),
    Program(
        "add_gradient",
        kernels.add_gradient,
        {"d_output": 45, "d_input": 45},
        {"size": 45},
        {"d_output": FLOATS[:45], "d_input": FLOATS[50:95]},
    ),
    *(elementwise(kernel) for kernel in (kernels.sigmoid_forward, kernels.tanh_forward, kernels.silu_forward)),
    elementwise(kernels.gelu_forward),
    Program(
        "gelu_backward",
        kernels.gelu_backward,
        {"d_input": 45, "d_output": 45, "input": 45},
        {"size": 45},
        {"input": FLOATS[:45], "d_output": FLOATS[50:95]},
    ),
    elementwise(kernels.leakyrelu_forward, slope=0.1),
    Program(
        "dense_forward",
        kernels.dense_forward,
        {"output": 7, "input": 33, "weights": 231, "bias": 7},
        {"inputs": 33, "outputs": 7},
        {"input": FLOATS[:33], "weights": FLOATS[40:271], "bias": FLOATS[:7]},
    ),
    Program(
        "dense_backward_input",
        kernels.dense_backward_input,
        {"d_input": 37, "d_output": 6, "weights": 222},
        {"inputs": 37, "outputs": 6},
        {"d_output": FLOATS[:6], "weights": FLOATS[:222]},
    ),
    Program(
        "softmax_forward",
        kernels.softmax_forward,
        {"probabilities": 10, "logits": 10},
        {"classes": 10},
        {"logits": [8 * value for value in FLOATS[:10]]},
    ),
    *(
        Program(
            kernel.__name__,
            kernel,
            {name: 1 if name in ("loss", "label") else 11 for name in buffers},
            {"classes": 11, **scalars},
            {"label": [4], **{name: [3 * value for value in FLOATS[:11]] for name in buffers[1:-1]}},
        )
        for kernel, buffers, scalars in (
            (kernels.smoothed_cross_entropy_forward, ("loss", "logits", "label"), {"smoothing": 0.05}),
            (kernels.smoothed_cross_entropy_backward, ("d_logits", "probabilities", "label"), {"smoothing": 0.05}),
            (kernels.squared_hinge_forward, ("loss", "scores", "label"), {}),
            (kernels.squared_hinge_backward, ("d_scores", "scores", "label"), {}),
            (kernels.mean_squared_error_forward, ("loss", "scores", "label"), {}),
            (kernels.mean_squared_error_backward, ("d_scores", "scores", "label"), {}),
        )
    ),
    Program(
        "dropout_forward",
        kernels.dropout_forward,
        {"values": 45, "mask": 45, "random": 1},
        {"threshold": 2**30, "size": 45},
        {"values": FLOATS[:45], "random": [12345]},
    ),
]
