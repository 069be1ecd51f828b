"""Augmentation: training images are bent a little, anew each time, so that the network learns what stays."""

from dataclasses import dataclass
from math import isfinite

from scnn import kernels
from scnn.checks import require_integer, require_numbers
from scnn.errors import ConfigError
from scnn.layers.layer import Shape, call
from scnn.plan import Call

__all__ = ["Augmentation"]


@dataclass(frozen=True)
class Augmentation:
    """The largest changes, each drawn evenly between plus and minus it, for every image and every epoch.

    `rotation` in degrees; `scale` and `shear` as shares (0.1: by a tenth); `shift` in pixels; `bend` moves the
    nodes of a grid laid over the image by so many pixels, and what lies between them along. With nothing but zeros
    images stay as they are. Raises ConfigError for what is out of range.
    """

    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    bend: float = 0.0
    nodes: int = 5

    def __post_init__(self) -> None:
        require_numbers(self)
        limits = {"rotation": 28.0, "scale": 0.9, "shear": 1.0, "shift": 100.0, "bend": 100.0}
        for name, limit in limits.items():
            value = getattr(self, name)
            if not (isfinite(value) and 0 <= value <= limit):
                raise ConfigError(f"Augmentation: {name} goes from 0 to {limit:g}, and is not {value}")
        require_integer("Augmentation: nodes", self.nodes, 2)
        if self.nodes > 16:
            raise ConfigError(f"Augmentation: the grid has 2 to 16 nodes a side, not {self.nodes}")

    @property
    def strengths(self) -> list[float]:
        """As the kernel wants them: rotation in radians, scale, shear, shift, bend."""
        return [self.rotation * 3.141592653589793 / 180.0, self.scale, self.shear, self.shift, self.bend]

    def buffers(self) -> dict[str, tuple[str, Shape]]:
        return {
            "strengths": ("float32", (5,)),
            "distortion": ("float32", (6 + 2 * self.nodes * self.nodes,)),
        }

    def load(self, shape: Shape) -> list[Call]:
        """The calls that make `input` from the image whose turn it is; raises ConfigError for images that are too
        small to have neighbouring pixels."""
        channels, height, width = shape
        if height < 2 or width < 2:
            raise ConfigError(f"augmentation needs images of at least 2×2 pixels, not {height}×{width}")
        sizes = {"channels": channels, "height": height, "width": width}
        return [
            call(kernels.draw_distortion, nodes=self.nodes),
            call(kernels.distort_image, image="input", nodes=self.nodes, **sizes),
        ]
