"""The form of Conv2D that multiplies less often, by Winograd's method. Its kernels: `scnn.kernels.winograd`."""

from collections.abc import Mapping
from dataclasses import dataclass

from scnn import kernels
from scnn.layers.channel_last import ChannelLastConv2D
from scnn.layers.layer import Shape, call
from scnn.plan import Call

__all__ = ["WinogradConv2D"]


@dataclass(frozen=True)
class WinogradConv2D(ChannelLastConv2D):
    """`ChannelLastConv2D` with another forward pass, whose results differ by rounding. Only for a kernel size of 3, a
    stride of 1, and outputs with even numbers of rows and columns.
    """

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        tiles = self.output_shape(shape)[2] // 2  # of a row
        return {
            **super().buffers(shape),
            "transformed": ("float32", (16, shape[0], self.filters)),
            "tiles": ("float32", (16, tiles, shape[0])),
            "products": ("float32", (16, tiles, self.filters)),
        }

    def before_samples(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """The weights with the filter last, and these transformed."""
        return [
            *super().before_samples(shape, input_gradient),
            call(
                kernels.winograd_weights,
                transformed="transformed",
                filter_last="filter_last",
                channels=shape[0],
                filters=self.filters,
            ),
        ]

    def forward(self, shape: Shape) -> list[Call]:
        """The formula of `Conv2D.forward`, computed from tiles of 4 × 4 inputs."""
        sizes = {name: size for name, size in self.windows(shape).items() if name not in ("kernel", "stride")}
        return [
            call(kernels.pad2d_channel_last_forward, padded="padded", input="input", **self.border(shape)),
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
