"""Augmentation: training images are distorted at random in each epoch, so that networks learn invariance."""

from dataclasses import dataclass
from math import isfinite

from scnn import kernels
from scnn.checks import require_integer, require_numbers
from scnn.errors import ConfigError
from scnn.layers.layer import Shape, call
from scnn.plan import Call

__all__ = ["Augmentation"]


LIMITS = {
    "rotation": 28.0,
    "scale": 0.9,
    "shear": 1.0,
    "shift": 100.0,
    "bend": 100.0,
    "flip": 1.0,
    "brightness": 1.0,
    "contrast": 1.0,
    "tint": 1.0,
}


@dataclass(frozen=True)
class Augmentation:
    """The maximum distortions; each image of each epoch is distorted by amounts drawn uniformly between plus and
    minus these.

    `rotation` is in degrees, `scale` and `shear` are fractions (0.1 is a tenth), `shift` is in pixels. `bend` moves
    the nodes of a grid over the image by up to so many pixels, and the image between them along. `flip` is the
    probability with which an image is mirrored left to right. `brightness` and `tint` are added to all pixels and to
    those of each channel, and `contrast` is a fraction, for pixels from 0 to 1. With all zeros images do not change.
    Raises ConfigError for values out of range.
    """

    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    bend: float = 0.0
    nodes: int = 5
    flip: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    tint: float = 0.0

    def __post_init__(self) -> None:
        require_numbers(self)
        for name, limit in LIMITS.items():
            value = getattr(self, name)
            if not (isfinite(value) and 0 <= value <= limit):
                raise ConfigError(f"Augmentation: {name} must be from 0 to {limit:g}, got {value}")
        require_integer("Augmentation: nodes", self.nodes, 2, 16)

    @property
    def strengths(self) -> list[float]:
        """What the kernels read: the limits' values in order, with the rotation in radians."""
        return [self.rotation * 3.141592653589793 / 180.0, *(getattr(self, name) for name in list(LIMITS)[1:])]

    def buffers(self) -> dict[str, tuple[str, Shape]]:
        return {
            "strengths": ("float32", (len(LIMITS),)),
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
        calls = [call(kernels.draw_distortion, nodes=self.nodes)]
        if self.flip:
            calls.append(call(kernels.flip_distortion))
        calls.append(call(kernels.distort_image, image="input", nodes=self.nodes, **sizes))
        if self.brightness or self.contrast or self.tint:
            calls.append(call(kernels.change_colours, image="input", channels=channels, size=height * width))
        return calls
