"""Augmentation: training images are distorted at random in each epoch, so that networks learn invariance."""

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
    """The maximum distortions; each image of each epoch is distorted by amounts drawn uniformly between plus and
    minus these.

    `rotation` is in degrees, `scale` and `shear` are fractions (0.1 is a tenth), `shift` is in pixels. `bend` moves
    the nodes of a grid over the image by up to so many pixels, and the image between them along. With all zeros
    images do not change. Raises ConfigError for values out of range.
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
                raise ConfigError(f"Augmentation: {name} must be from 0 to {limit:g}, got {value}")
        require_integer("Augmentation: nodes", self.nodes, 2, 16)

    @property
    def strengths(self) -> list[float]:
        """The kernel's arguments: rotation in radians, scale, shear, shift, bend."""
        return [self.rotation * 3.141592653589793 / 180.0, self.scale, self.shear, self.shift, self.bend]

    def buffers(self) -> dict[str, tuple[str, Shape]]:
        return {
            "strengths": ("float32", (5,)),
            "distortion": ("float32", (6 + 2 * self.nodes * self.nodes,)),
        }

    def load(self, shape: Shape) -> list[Call]:
        """The calls that compute `input` from the image at `position`; raises ConfigError for images that are too
        small to interpolate in.
        """
        channels, height, width = shape
        if height < 2 or width < 2:
            raise ConfigError(f"augmentation needs images of at least 2×2 pixels, got {height}×{width}")
        sizes = {"channels": channels, "height": height, "width": width}
        return [
            call(kernels.draw_distortion, nodes=self.nodes),
            call(kernels.distort_image, image="input", nodes=self.nodes, **sizes),
        ]
