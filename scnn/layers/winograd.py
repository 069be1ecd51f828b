"""The form of Conv2D that multiplies less often, by Winograd's method. Its kernels: `scnn.kernels.winograd`.

It is the channel-last form with another forward pass, whose results differ by rounding. Only for a kernel size of 3,
a stride of 1, and outputs with even numbers of rows and columns.
"""

from dataclasses import replace

from scnn import kernels
from scnn.layers.channel_last import CHANNEL_LAST, windows
from scnn.layers.convolution import Buffers, Conv2D
from scnn.layers.layer import Shape, call
from scnn.plan import Call

__all__ = ["WINOGRAD"]


def buffers(layer: Conv2D, shape: Shape) -> Buffers:
    tiles = layer.output_shape(shape)[2] // 2  # of a row
    return {
        **CHANNEL_LAST.buffers(layer, shape),
        "transformed": ("float32", (16, shape[0], layer.filters)),
        "tiles": ("float32", (16, tiles, shape[0])),
        "products": ("float32", (16, tiles, layer.filters)),
    }


def before_samples(layer: Conv2D, shape: Shape, input_gradient: bool) -> list[Call]:
    """The weights with the filter last, and these transformed."""
    sizes = {"channels": shape[0], "filters": layer.filters}
    return [
        *CHANNEL_LAST.before_samples(layer, shape, input_gradient),
        call(kernels.winograd_weights, transformed="transformed", filter_last="filter_last", **sizes),
    ]


def forward(layer: Conv2D, shape: Shape) -> list[Call]:
    """The formula of `Conv2D.forward`, computed from tiles of 4 × 4 inputs."""
    sizes = {name: size for name, size in windows(layer, shape).items() if name not in ("kernel", "stride")}
    return [
        call(kernels.pad2d_channel_last_forward, padded="padded", input="input", **layer.border(shape)),
        call(
            kernels.conv2d_winograd_forward,
            output="output",
            tiles="tiles",
            products="products",
            padded="padded",
            transformed="transformed",
            bias="bias",
            **sizes,
        ),
    ]


WINOGRAD = replace(CHANNEL_LAST, buffers=buffers, before_samples=before_samples, forward=forward)
