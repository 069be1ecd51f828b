"""Shards: the fixed parts of a batch whose gradients are summed apart, and the tree in which the sums are added up.

Float32 addition is not associative, so the order of the additions decides the last bits. Here it depends on the
batch size alone. Each shard's gradients are summed in the order of its samples; then the shards' sums are added in
pairs, the sums of pairs in pairs, and so on. Whoever computes a shard, the same numbers are added in the same order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = [
    "LEAST",
    "LEAST_TOGETHER",
    "MOST",
    "Merge",
    "Node",
    "combine",
    "largest_shard",
    "merges",
    "placed",
    "shard_sizes",
]

MOST = 8  # shards, and so the most replicas that can share a batch
LEAST = 4  # samples in a shard, so that adding up the sums takes little of the time
LEAST_TOGETHER = 16  # samples in a shard whose statistics a layer computes, which fewer give too roughly


def shard_sizes(batch: int, least: int = LEAST) -> tuple[int, ...]:
    """The numbers of samples in the shards of a batch: the largest power of two of shards, at most MOST, that leaves
    each at least `least` samples; a smaller batch is one shard.

    >>> shard_sizes(20), shard_sizes(7)
    ((5, 5, 5, 5), (7,))
    """
    count = 1
    while 2 * count <= min(MOST, batch // least):
        count *= 2
    bounds = [batch * shard // count for shard in range(count + 1)]
    return tuple(last - first for first, last in pairwise(bounds))


def largest_shard(batch: int, least: int = LEAST) -> int:
    """The most samples that a shard of a batch of this size, or of a smaller one, may have."""
    return min(batch, max(2 * least - 1, -(-batch // MOST)))


@dataclass(frozen=True)
class Merge:
    """A call of the plan's procedure `keep_sum`, `join_sum` or `add_sums`; see scnn.kernels.sums."""

    procedure: str
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """The sum of `count` shards from `first` on: a node of the tree. It is in a row of `sums`, or in `gradients`."""

    first: int
    count: int
    slot: int | None

    def precedes(self, other: "Node") -> bool:
        """Whether this is the left one of a pair and `other` the right one."""
        return self.count == other.count == other.first - self.first and self.first % (2 * self.count) == 0


def merges(shards: range) -> tuple[list[list[Merge]], list[Node]]:
    """What to do after each of these consecutive shards, and the nodes that they leave: as large as possible, and the
    last one in `gradients`.

    The whole tree of four shards: keep the first in row 0, join it to the second, and so on.

    >>> [[(merge.procedure, *merge.slots) for merge in after] for after in merges(range(4))[0]]
    [[('keep_sum', 0)], [('join_sum', 0), ('keep_sum', 0)], [('keep_sum', 1)], [('join_sum', 1), ('join_sum', 0)]]
    """
    kept: list[Node] = []
    steps = []
    for shard in shards:
        newest, after = Node(shard, 1, None), []
        while kept and kept[-1].precedes(newest):
            left = kept.pop()
            after.append(Merge("join_sum", (len(kept),)))
            newest = Node(left.first, 2 * left.count, None)
        if shard != shards[-1]:
            after.append(Merge("keep_sum", (len(kept),)))
            newest = Node(newest.first, newest.count, len(kept))
        kept.append(newest)
        steps.append(after)
    return steps, kept


def placed(parts: Sequence[range], own: int) -> tuple[list[Node], list[tuple[tuple[int, int], int]]]:
    """All nodes of a batch in the order of their shards, where the replica that computed `parts[own]` has them; and
    what it must receive: ((the part, the index among its nodes), the row of `sums` for it)."""
    free = len(merges(parts[own])[1]) - 1
    nodes: list[Node] = []
    incoming = []
    for number, part in enumerate(parts):
        for index, node in enumerate(merges(part)[1]):
            if number == own:
                nodes.append(node)
            else:
                incoming.append(((number, index), free))
                nodes.append(Node(node.first, node.count, free))
                free += 1
    return nodes, incoming


def combine(nodes: Sequence[Node]) -> Iterator[Merge]:
    """Adds up all nodes of a batch, given in the order of their shards. One of them is in `gradients`, and so is the
    result."""
    kept: list[Node] = []
    for node in nodes:
        newest = node
        while kept and kept[-1].precedes(newest):
            left = kept.pop()
            slot = left.slot
            if left.slot is not None and newest.slot is not None:
                yield Merge("add_sums", (left.slot, newest.slot))
            else:
                yield Merge("join_sum", tuple(one.slot for one in (left, newest) if one.slot is not None))
                slot = None
            newest = Node(left.first, 2 * left.count, slot)
        kept.append(newest)
    assert len(kept) == 1 and kept[0].slot is None, "the nodes are not a whole tree"
