"""Sums of gradients: the shards of a batch are added up in a fixed tree, whoever computed them (see `scnn.shards`).

`sums` has rows of `size` elements, `slot` is the index of one, and `gradients` has `size` elements.
"""

from scnn.language import Float32Buffer, Int32, Size, lanes

__all__ = ["add_sums", "join_sum", "keep_sum"]


def keep_sum(sums: Float32Buffer, gradients: Float32Buffer, slot: Int32, size: Size) -> None:
    """sums[slot, i] = gradients[i]; then resets the gradients to zero for the next shard."""
    first = slot * size
    for i in lanes(size):
        sums[first + i] = gradients[i]
        gradients[i] = 0.0


def join_sum(gradients: Float32Buffer, sums: Float32Buffer, slot: Int32, size: Size) -> None:
    """gradients[i] = sums[slot, i] + gradients[i]."""
    first = slot * size
    for i in lanes(size):
        gradients[i] = sums[first + i] + gradients[i]


def add_sums(sums: Float32Buffer, slot: Int32, other: Int32, size: Size) -> None:
    """sums[slot, i] = sums[slot, i] + sums[other, i]. Not in lanes, since the compiler cannot know that the rows
    differ; only groups of three replicas and more call it."""
    first = slot * size
    second = other * size
    for i in range(size):
        sums[first + i] = sums[first + i] + sums[second + i]
