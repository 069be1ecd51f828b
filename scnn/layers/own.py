"""A layer of one's own: a forward kernel from a text, whose backward kernels are derived."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from scnn.errors import ConfigError
from scnn.layers.layer import Layer, Parameter, Shape
from scnn.plan import Argument, Call, Kernel

__all__ = ["OWN_KERNEL", "Own"]

OWN_KERNEL = "own_forward"
SIZES = ("size", "channels", "height", "width")


@dataclass(frozen=True)
class Own(Layer):
    """Runs a kernel of the network's edits; the output has the input's shape.

    The kernel reads `input` and writes `output`. Its sizes may be `size` (of all the input), `channels`, `height` and
    `width` (1 where the input is a vector). Every other float32 buffer is a parameter, which has one number for each
    channel, or each unit of a vector, and starts as zeros.
    """

    __slots__ = ("function", "roles")  # what `bound` adds: no part of the layer's settings

    kernel: str = OWN_KERNEL

    def bound(self, function: Kernel, roles: Mapping[str, str]) -> "Own":
        """The layer with its kernel. `roles` are the kinds of the kernel's parameters: Float32Buffer
        or Size, by name. Raises ConfigError for a kernel that cannot be a layer."""
        for name in ("output", "input"):
            if roles.get(name) != "Float32Buffer":
                raise ConfigError(f"{self.kernel}: a layer's kernel has the parameter {name}: Float32Buffer")
        for name, kind in roles.items():
            if kind != "Float32Buffer" and (kind != "Size" or name not in SIZES):
                sizes = ", ".join(SIZES)
                raise ConfigError(
                    f"{self.kernel}: a layer's kernel takes float32 buffers and the sizes {sizes}, not {name}: {kind}"
                )
        layer = Own(self.kernel)
        object.__setattr__(layer, "function", function)
        object.__setattr__(layer, "roles", dict(roles))
        return layer

    def ready(self) -> tuple[Kernel, dict[str, str]]:
        if not hasattr(self, "function"):
            raise ConfigError(f"the layer Own runs the kernel {self.kernel}, which is not one of the edited kernels")
        layer: Any = self
        return layer.function, layer.roles

    def output_shape(self, shape: Shape) -> Shape:
        self.ready()
        return shape

    def parameters(self, shape: Shape) -> Mapping[str, Parameter]:
        _, roles = self.ready()
        names = [name for name, kind in roles.items() if kind != "Size" and name not in ("output", "input")]
        return {name: Parameter((shape[0],)) for name in names}

    def forward(self, shape: Shape) -> list[Call]:
        """output = the kernel's function of input and parameters."""
        function, roles = self.ready()
        height, width = shape[1:] if len(shape) == 3 else (1, 1)
        sizes = {"size": prod(shape), "channels": shape[0], "height": height, "width": width}
        arguments: dict[str, Argument] = {
            name: sizes[name] if kind == "Size" else name for name, kind in roles.items()
        }
        return [Call(function, arguments)]
