"""Checks of shapes and settings that several layers share."""

from scnn.checks import require_integer
from scnn.errors import ShapeError
from scnn.layers.layer import Shape

__all__ = ["maps", "windows", "require_at_least"]


def maps(layer: str, shape: Shape) -> tuple[int, int, int]:
    """The shape as (channels, rows, columns), or a ShapeError."""
    if len(shape) != 3:
        raise ShapeError(f"{layer} takes maps (channels, rows, columns) and was given {shape}")
    channels, height, width = shape
    return channels, height, width


def windows(layer: str, shape: Shape, size: int, stride: int, padding: int = 0) -> tuple[int, int]:
    """How many windows of size × size fit into the map downwards and across, or a ShapeError."""
    _, height, width = shape
    room = f"the map of {height}×{width}" + (f" (with its padding of {padding})" if padding else "")
    if size > min(height, width):
        raise ShapeError(f"{layer}: a window of {size}×{size} is larger than {room}")
    if stride > max(height, width):
        raise ShapeError(f"{layer}: a stride of {stride} is larger than {room}")
    return (height - size) // stride + 1, (width - size) // stride + 1


def require_at_least(least: int, layer: str, **settings: int) -> None:
    for name, value in settings.items():
        require_integer(f"{layer}: {name}", value, least)
