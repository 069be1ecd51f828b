"""Batches: what a shard's samples keep from one loop over them to the next (see `scnn.training.batches`).

`kept` has a row of `size` numbers for each sample of a shard, whose first one is at the position `first`.
"""

from scnn.language import Float32Buffer, Int32, Int32Buffer, Size, lanes

__all__ = ["keep_integers", "keep_numbers", "take_integers", "take_numbers"]


def keep_numbers(kept: Float32Buffer, values: Float32Buffer, position: Int32, first: Int32, size: Size) -> None:
    """kept[position - first, i] = values[i]."""
    row = (position - first) * size
    for i in lanes(size):
        kept[row + i] = values[i]


def take_numbers(values: Float32Buffer, kept: Float32Buffer, position: Int32, first: Int32, size: Size) -> None:
    """values[i] = kept[position - first, i]."""
    row = (position - first) * size
    for i in lanes(size):
        values[i] = kept[row + i]


def keep_integers(kept: Int32Buffer, values: Int32Buffer, position: Int32, first: Int32, size: Size) -> None:
    """kept[position - first, i] = values[i]."""
    row = (position - first) * size
    for i in range(size):
        kept[row + i] = values[i]


def take_integers(values: Int32Buffer, kept: Int32Buffer, position: Int32, first: Int32, size: Size) -> None:
    """values[i] = kept[position - first, i]."""
    row = (position - first) * size
    for i in range(size):
        values[i] = kept[row + i]
