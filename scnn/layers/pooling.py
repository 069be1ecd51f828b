"""Max pooling: the largest number of each window."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from scnn import kernels
from scnn.layers.layer import Layer, Shape, call
from scnn.layers.shapes import maps, require_at_least, windows
from scnn.plan import Call

__all__ = ["MaxPool2D"]


@dataclass(frozen=True)
class MaxPool2D(Layer):
    """Keeps the largest number of each size × size window: (channels, rows, columns) → (channels, rows',
    columns'), with rows' = (rows - size) // stride + 1. The stride, in pixels, is the size unless given. Raises
    ConfigError for sizes that are none; a network raises ShapeError where a window does not fit.
    """

    size: int = 2
    stride: int | None = None

    def __post_init__(self) -> None:
        require_at_least(1, "MaxPool2D", size=self.size, stride=self.step)
        object.__setattr__(self, "stride", self.step)  # so that equal layers are equal

    @property
    def step(self) -> int:
        """The stride in force."""
        return self.size if self.stride is None else self.stride

    def output_shape(self, shape: Shape) -> Shape:
        rows, columns = windows("MaxPool2D", maps("MaxPool2D", shape), self.size, self.step)
        return (shape[0], rows, columns)

    def buffers(self, shape: Shape) -> Mapping[str, tuple[str, Shape]]:
        return {"winners": ("int32", self.output_shape(shape))}

    def forward(self, shape: Shape) -> list[Call]:
        """Y = the largest X of the window; its place is remembered, the first one's in a tie."""
        channels, height, width = shape
        _, out_height, out_width = self.output_shape(shape)
        return [
            call(
                kernels.maxpool2d_forward,
                channels=channels,
                height=height,
                width=width,
                size=self.size,
                stride=self.step,
                out_height=out_height,
                out_width=out_width,
            )
        ]

    def backward(self, shape: Shape, input_gradient: bool = True) -> list[Call]:
        """Y is one of its window's X, so ∂L/∂Y goes to that X alone: ∂L/∂X[winner] += ∂L/∂Y."""
        if not input_gradient:
            return []
        return [
            call(kernels.zero, buffer="d_input", size=prod(shape)),
            call(kernels.maxpool2d_backward, size=prod(self.output_shape(shape))),
        ]
