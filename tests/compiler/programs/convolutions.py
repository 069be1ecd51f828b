"""Programs of the convolutions: by columns, with channels last, in groups, and by Winograd's method."""

from scnn import kernels
from tests.compiler.programs.program import FLOATS, SPARSE, Program


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


CONVOLUTIONS = [
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
]
