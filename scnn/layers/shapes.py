"""Checks of shapes and settings that several layers share."""

from scnn.checks import require_integer
from scnn.errors import ShapeError
from scnn.layers.layer import Shape

__all__ = ["maps", "windows", "require_at_least"]


def maps(layer: str, shape: Shape) -> tuple[int, int, int]:
    """The shape as (channels, rows, columns); raises ShapeError for another number of axes."""
    if len(shape) != 3:
        raise ShapeError(f"{layer} takes maps (channels, rows, columns), but got {shape}")
    channels, height, width = shape
    return channels, height, width


def windows(layer: str, shape: Shape, size: int, stride: int, padding: int = 0) -> tuple[int, int]:
    """The numbers of rows and columns of size × size windows on a map; raises ShapeError if none fits."""
    _, height, width = shape
    limit = f"the {height}×{width} map" + (f" (including padding of {padding})" if padding else "")
    if size > min(height, width):
        raise ShapeError(f"{layer}: a window of {size}×{size} is larger than {limit}")
    if stride > max(height, width):
        raise ShapeError(f"{layer}: a stride of {stride} is larger than {limit}")
    return (height - size) // stride + 1, (width - size) // stride + 1


def require_at_least(minimum: int, layer: str, **settings: int) -> None:
    for name, value in settings.items():
        require_integer(f"{layer}: {name}", value, minimum)
