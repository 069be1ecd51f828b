"""A part of a batch: what a slice does that is smaller than a batch, or whose gradients are looked at."""

from itertools import accumulate

from scnn.engines.engine import Engine
from scnn.shards import LEAST, merges, shard_sizes

__all__ = ["part_size", "run_part", "starts_part"]


def part_size(batch: int, started: int, count: int, least: int = LEAST) -> int:
    """The number of samples in the next part of a batch that has `started` processed ones: `count`, or where layers
    read all samples of a shard (`least` says so) those of the next shards, at most `count` or one shard."""
    if least == LEAST:
        return count
    ends = [end for end in accumulate(shard_sizes(batch, least)) if end > started]
    return max([end for end in ends if end <= started + count], default=ends[0]) - started


def starts_part(batch: int, started: int, least: int = LEAST) -> bool:
    """Whether a part may start after so many samples of a batch."""
    return least == LEAST or started in (0, *accumulate(shard_sizes(batch, least)))


def run_part(engine: Engine, batch: int, started: int, index: int, count: int, least: int = LEAST) -> None:
    """Adds the gradients of `count` samples from position `index` on, in a batch of `batch` samples that has
    `started` processed ones. It does what the procedure `train` does, except the update: after the last sample,
    `gradients` is the sum over the batch. `least` is that of `shard_sizes`."""
    sizes = shard_sizes(batch, least)
    first = 0
    for size, after in zip(sizes, merges(range(len(sizes)))[0], strict=True):
        begin, end = max(first, started), min(first + size, started + count)
        if begin < end:
            engine.run("gradients", index + begin - started, end - begin)
            if end == first + size:
                for merge in after:
                    engine.run(merge.procedure, *merge.slots)
        first += size
