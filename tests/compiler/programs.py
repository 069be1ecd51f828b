"""One table of kernel programs. The interpreter, wasmtime, Chromium and Firefox all run every one of them.

Each program is a kernel, the lengths of its buffers, its sizes, and what its buffers begin with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from scnn import kernels
from scnn.language import (
    Float32Buffer,
    Int32Buffer,
    Size,
    Uint8Buffer,
    bits_to_float,
    blocked,
    float_to_bits,
    lanes,
    sqrt,
    unrolled,
)


@dataclass(frozen=True)
class Program:
    name: str
    kernel: Callable[..., Any]
    lengths: Mapping[str, int]
    sizes: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, Sequence[float]] = field(default_factory=dict)


def arithmetic(out: Float32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size) -> None:
    for i in lanes(size):
        out[5 * i] = x[i] + y[i]
        out[5 * i + 1] = x[i] - y[i]
        out[5 * i + 2] = x[i] * y[i]
        out[5 * i + 3] = x[i] / y[i]
        out[5 * i + 4] = -x[i]


def whole_numbers(out: Int32Buffer, n: Int32Buffer, size: Size) -> None:
    for i in range(size):
        out[8 * i] = n[i] // 7
        out[8 * i + 1] = n[i] % 7
        out[8 * i + 2] = n[i] // -5
        out[8 * i + 3] = n[i] % -5
        out[8 * i + 4] = (n[i] & 12) | 3
        out[8 * i + 5] = n[i] >> 2
        out[8 * i + 6] = n[i] << 3
        out[8 * i + 7] = -n[i] * 3 - 1


def comparisons(out: Int32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size) -> None:
    for i in range(size):
        out[6 * i] = 1 if x[i] < y[i] else 0
        out[6 * i + 1] = 1 if x[i] <= y[i] else 0
        out[6 * i + 2] = 1 if x[i] > y[i] else 0
        out[6 * i + 3] = 1 if x[i] >= y[i] else 0
        out[6 * i + 4] = 1 if x[i] == y[i] else 0
        out[6 * i + 5] = 1 if (x[i] != y[i] and not x[i] < 0.0) or y[i] == 0.0 else 0


def conversions(out: Float32Buffer, whole: Int32Buffer, x: Float32Buffer, bytes_: Uint8Buffer, size: Size) -> None:
    for i in lanes(size):
        out[3 * i] = float(bytes_[i]) / 255.0
        out[3 * i + 1] = sqrt(x[i] * x[i])
        out[3 * i + 2] = bits_to_float(float_to_bits(x[i]) & 0x7FFFFFFF)
    for i in lanes(size):
        whole[i] = int(x[i])


def branches_in_lanes(out: Float32Buffer, x: Float32Buffer, size: Size) -> None:
    for i in lanes(size, 8):
        y = x[i]
        if y > 0.5:
            y = y * 2.0
            out[i] = y
        else:
            if y < -0.5:
                y = 0.0 - y
            out[i] = y + 1.0


def sums(out: Float32Buffer, x: Float32Buffer, rows: Size, columns: Size) -> None:
    for row in blocked(rows, 3):
        total = 0.25
        for column in lanes(columns, 8):
            total += x[row * columns + column]
        out[row] = total


def written_out(out: Float32Buffer, x: Float32Buffer, size: Size) -> None:
    total = x[0]
    for i in unrolled(size):
        for j in range(size - 1, -1, -2):
            total = total * 0.5 + x[j]
        out[i] = total


def scattered(out: Int32Buffer, place: Int32Buffer, size: Size) -> None:
    for i in range(size):
        if place[i] >= 0 and place[i] < 10:
            out[place[i]] += i


def maps(channels: int, height: int, width: int, filters: int, kernel: int, stride: int) -> dict[str, int]:
    """The sizes of a convolution."""
    return {
        "channels": channels,
        "height": height,
        "width": width,
        "filters": filters,
        "kernel": kernel,
        "stride": stride,
        "out_height": (height - kernel) // stride + 1,
        "out_width": (width - kernel) // stride + 1,
    }


RANDOM = Random("programs")
FLOATS = [RANDOM.uniform(-2, 2) for _ in range(4000)]
SPARSE = [value if value > 1 else 0.0 for value in FLOATS]
WHOLE = [RANDOM.randrange(-1000, 1000) for _ in range(200)]
ODD = [0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 3.4e38, 1e-45, -1e-40, 0.1, 16777217.0]
PAIRS = ([x for x in ODD for _ in ODD], ODD * len(ODD))


def elementwise(kernel: Callable[..., Any], **sizes: float) -> Program:
    inputs = {"input": [20 * value for value in FLOATS[:45]]}
    return Program(kernel.__name__, kernel, {"output": 45, "input": 45}, {**sizes, "size": 45}, inputs)


def convolution(name: str, sizes: dict[str, int]) -> list[Program]:
    """Forward and backward of one convolution."""
    outputs = sizes["filters"] * sizes["out_height"] * sizes["out_width"]
    inputs = sizes["channels"] * sizes["height"] * sizes["width"]
    weights = sizes["filters"] * sizes["channels"] * sizes["kernel"] ** 2
    filters = sizes["filters"]
    channel_last = {size: value for size, value in sizes.items() if size != "height"}
    return [
        Program(
            f"conv2d_forward {name}",
            kernels.conv2d_forward,
            {"output": outputs, "padded": inputs, "weights": weights, "bias": filters},
            sizes,
            {"padded": FLOATS[:inputs], "weights": FLOATS[-weights:], "bias": FLOATS[:filters]},
        ),
        Program(
            f"conv2d_backward_weights {name}",
            kernels.conv2d_backward_weights,
            {"d_weights": weights, "d_bias": filters, "d_output": outputs, "padded": inputs},
            sizes,
            {"d_output": SPARSE[:outputs], "padded": FLOATS[:inputs]},
        ),
        Program(
            f"conv2d_backward_input {name}",
            kernels.conv2d_backward_input,
            {"d_padded": inputs, "d_output": outputs, "weights": weights},
            sizes,
            {"d_output": SPARSE[:outputs], "weights": FLOATS[:weights]},
        ),
        Program(
            f"conv2d_channel_last_forward {name}",
            kernels.conv2d_channel_last_forward,
            {"output": outputs, "padded": inputs, "filter_last": weights, "bias": filters},
            channel_last,
            {"padded": FLOATS[:inputs], "filter_last": FLOATS[-weights:], "bias": FLOATS[:filters]},
        ),
        *(
            Program(
                f"{kernel.__name__} {name}",
                kernel,
                {"d_channel_last": weights, "d_bias": filters, "d_output": outputs, "padded": inputs},
                channel_last,
                {"d_output": SPARSE[:outputs], "padded": FLOATS[:inputs]},
            )
            for kernel in (
                kernels.conv2d_channel_last_backward_weights,
                kernels.conv2d_few_channels_backward_weights,
            )
        ),
        Program(
            f"conv2d_channel_last_backward_input {name}",
            kernels.conv2d_channel_last_backward_input,
            {"d_padded": inputs, "d_output": outputs, "channel_last": weights},
            channel_last,
            {"d_output": SPARSE[:outputs], "channel_last": FLOATS[:weights]},
        ),
    ]


def grouped_convolution() -> list[Program]:
    """Forward and backward of a convolution with dilation, of two groups."""
    sizes = {"groups": 2, **maps(3, 12, 19, 2, 3, 1), "dilation": 2, "out_height": 8, "out_width": 15}
    outputs, inputs, weights = 2 * 2 * 8 * 15, 2 * 3 * 12 * 19, 2 * 2 * 3 * 9
    return [
        Program(
            "conv2d_grouped_forward",
            kernels.conv2d_grouped_forward,
            {"output": outputs, "padded": inputs, "weights": weights, "bias": 4},
            sizes,
            {"padded": FLOATS[:inputs], "weights": FLOATS[-weights:], "bias": FLOATS[:4]},
        ),
        Program(
            "conv2d_grouped_backward_weights",
            kernels.conv2d_grouped_backward_weights,
            {"d_weights": weights, "d_bias": 4, "d_output": outputs, "padded": inputs},
            sizes,
            {"d_output": SPARSE[:outputs], "padded": FLOATS[:inputs]},
        ),
        Program(
            "conv2d_grouped_backward_input",
            kernels.conv2d_grouped_backward_input,
            {"d_padded": inputs, "d_output": outputs, "weights": weights},
            sizes,
            {"d_output": SPARSE[:outputs], "weights": FLOATS[:weights]},
        ),
    ]


SUMS = {"sums": 63, "gradients": 21}

PROGRAMS = [
    Program(
        "arithmetic of odd numbers",
        arithmetic,
        {"out": 720, "x": 144, "y": 144},
        {"size": 144},
        {"x": PAIRS[0], "y": PAIRS[1]},
    ),
    Program("whole numbers", whole_numbers, {"out": 1600, "n": 200}, {"size": 200}, {"n": WHOLE}),
    Program(
        "comparisons", comparisons, {"out": 864, "x": 144, "y": 144}, {"size": 144}, {"x": PAIRS[0], "y": PAIRS[1]}
    ),
    Program(
        "conversions",
        conversions,
        {"out": 141, "whole": 47, "x": 47, "bytes_": 47},
        {"size": 47},
        {"x": FLOATS[:47], "bytes_": list(range(0, 235, 5))},
    ),
    Program("branches in lanes", branches_in_lanes, {"out": 53, "x": 53}, {"size": 53}, {"x": FLOATS[:53]}),
    *(
        Program(
            f"sums of {columns}",
            sums,
            {"out": 7, "x": 7 * columns},
            {"rows": 7, "columns": columns},
            {"x": FLOATS[: 7 * columns]},
        )
        for columns in (1, 3, 4, 9, 16, 31)
    ),
    Program("written out", written_out, {"out": 6, "x": 6}, {"size": 6}, {"x": FLOATS[:6]}),
    Program(
        "scattered", scattered, {"out": 10, "place": 60}, {"size": 60}, {"place": [w % 15 - 2 for w in WHOLE[:60]]}
    ),
    *convolution("1 to 8 of 5×5", maps(1, 20, 19, 8, 5, 1)),
    *convolution("3 to 5 of 3×3 by 2", maps(3, 13, 15, 5, 3, 2)),
    *convolution("2 to 2 of 1×1 by 3", maps(2, 10, 10, 2, 1, 3)),
    *grouped_convolution(),
    *(
        Program(
            kernel.__name__,
            kernel,
            {names[0]: lengths[0], names[1]: lengths[1]},
            {"channels": 6, "height": 5, "width": 9, "padding": 1},
            {names[1]: FLOATS[: lengths[1]]},
        )
        for kernel, names, lengths in (
            (kernels.pad2d_channel_last_forward, ("padded", "input"), (6 * 7 * 11, 6 * 5 * 9)),
            (kernels.pad2d_channel_last_backward, ("d_input", "d_padded"), (6 * 5 * 9, 6 * 7 * 11)),
        )
    ),
    Program(
        "transpose",
        kernels.transpose,
        {"output": 90, "input": 90},
        {"blocks": 3, "rows": 5, "columns": 6},
        {"input": FLOATS[:90]},
    ),
    Program(
        "winograd_weights",
        kernels.winograd_weights,
        {"transformed": 16 * 3 * 5, "filter_last": 9 * 3 * 5},
        {"channels": 3, "filters": 5},
        {"filter_last": FLOATS[: 9 * 3 * 5]},
    ),
    Program(
        "conv2d_winograd_forward",
        kernels.conv2d_winograd_forward,
        {
            "output": 9 * 4 * 10,
            "tiles": 16 * 5 * 6,
            "products": 16 * 5 * 9,
            "padded": 6 * 12 * 6,
            "transformed": 16 * 6 * 9,
            "bias": 9,
        },
        {"channels": 6, "width": 12, "filters": 9, "out_height": 4, "out_width": 10},
        {"padded": FLOATS[: 6 * 12 * 6], "transformed": FLOATS[: 16 * 6 * 9], "bias": FLOATS[:9]},
    ),
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
    Program(
        "seed_sample",
        kernels.seed_sample,
        {"random": 1, "counter": 2},
        {"position": 70_000},
        {"counter": [2**31 - 2, 1_000]},
    ),
    Program("keep_sum", kernels.keep_sum, SUMS, {"slot": 1, "size": 21}, {"gradients": FLOATS[:21]}),
    Program(
        "join_sum",
        kernels.join_sum,
        SUMS,
        {"slot": 2, "size": 21},
        {"gradients": FLOATS[:21], "sums": FLOATS[30:93]},
    ),
    Program("add_sums", kernels.add_sums, {"sums": 63}, {"slot": 0, "other": 2, "size": 21}, {"sums": FLOATS[:63]}),
    Program(
        "record_outcome",
        kernels.record_outcome,
        {"outcomes": 6, "probabilities": 4, "loss": 1},
        {"position": 1, "classes": 4},
        {"probabilities": [0.1, 0.4, 0.4, 0.1], "loss": [0.9]},
    ),
    Program(
        "tally",
        kernels.tally,
        {"confusion": 9, "loss_sum": 1, "outcomes": 6, "labels": 3},
        {"position": 2, "classes": 3},
        {"outcomes": [*[0.0] * 4, 0.7, 2.0], "labels": [0, 0, 1], "loss_sum": [0.1]},
    ),
    Program(
        "momentum_update",
        kernels.momentum_update,
        {"parameters": 21, "gradients": 21, "velocity": 21, "settings": 16, "step": 1},
        {"samples": 4, "nesterov": 1, "size": 21},
        {
            "parameters": FLOATS[:21],
            "gradients": FLOATS[30:51],
            "velocity": FLOATS[60:81],
            "settings": [*[0] * 8, 0.1, 0.01, 0.9, *[0] * 5],
            "step": [1],
        },
    ),
    Program(
        "adam_update",
        kernels.adam_update,
        {"parameters": 21, "gradients": 21, "first_moment": 21, "second_moment": 21, "settings": 8, "step": 1},
        {"samples": 3, "size": 21},
        {
            "parameters": FLOATS[:21],
            "gradients": FLOATS[30:51],
            "first_moment": FLOATS[60:81],
            "second_moment": [value * value for value in FLOATS[90:111]],
            "settings": [0.01, 0.001, 0.9, 0.1, 0.999, 0.001, 3.0, 1e-8],
        },
    ),
    *(
        Program(
            f"clip_gradients, {maximum:g}",
            kernels.clip_gradients,
            {"gradients": 37},
            {"samples": 3, "maximum": maximum, "size": 37},
            {"gradients": FLOATS[:37]},
        )
        for maximum in (0.25, 1e6)
    ),
    Program(
        "decay_weights",
        kernels.decay_weights,
        {"weights": 21, "settings": 8, "step": 1},
        {"size": 21},
        {"weights": FLOATS[:21], "settings": [0.01, 0.0, 0.999, *[0.0] * 5]},
    ),
    Program(
        "average_weights",
        kernels.average_weights,
        {"average": 21, "parameters": 21, "shares": 2, "step": 1},
        {"size": 21},
        {"average": FLOATS[:21], "parameters": FLOATS[30:51], "shares": [0.9, 0.05], "step": [2]},
    ),
    Program(
        "swap_weights",
        kernels.swap_weights,
        {"parameters": 21, "average": 21},
        {"size": 21},
        {"average": FLOATS[:21], "parameters": FLOATS[30:51]},
    ),
    Program(
        "draw_distortion",
        kernels.draw_distortion,
        {"distortion": 56, "strengths": 5, "random": 1},
        {"nodes": 5},
        {"strengths": [0.4, 0.1, 0.2, 2.0, 1.5], "random": [99]},
    ),
    Program(
        "flip_distortion",
        kernels.flip_distortion,
        {"distortion": 56, "strengths": 9, "random": 1},
        {},
        {"distortion": FLOATS[:56], "strengths": [0.0] * 5 + [0.9, 0.0, 0.0, 0.0], "random": [99]},
    ),
    Program(
        "change_colours",
        kernels.change_colours,
        {"image": 63, "strengths": 9, "random": 1},
        {"channels": 3, "size": 21},
        {"image": FLOATS[:63], "strengths": [0.0] * 6 + [0.2, 0.3, 0.1], "random": [99]},
    ),
    Program(
        "distort_image",
        kernels.distort_image,
        {"image": 140, "pixels": 420, "distortion": 24},
        {"position": 1, "channels": 1, "height": 10, "width": 14, "nodes": 3},
        {
            "pixels": [w % 256 for w in (WHOLE * 3)[:420]],
            "distortion": [1.1, 0.2, 0.5, -0.15, 0.9, -0.7, *FLOATS[:18]],
        },
    ),
]
