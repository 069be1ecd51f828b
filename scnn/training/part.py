"""A part of a batch: what a slice does that is smaller than a batch, or whose gradients are looked at."""

from scnn.engines.engine import Engine
from scnn.shards import merges, shard_sizes

__all__ = ["run_part"]


def run_part(engine: Engine, batch: int, started: int, index: int, count: int) -> None:
    """Adds the gradients of `count` samples from position `index` on, in a batch of `batch` samples that has
    `started` processed ones. It does what the procedure `train` does, except the update: after the last sample,
    `gradients` is the sum over the batch."""
    sizes = shard_sizes(batch)
    first = 0
    for size, after in zip(sizes, merges(range(len(sizes)))[0], strict=True):
        begin, end = max(first, started), min(first + size, started + count)
        if begin < end:
            engine.run("gradients", index + begin - started, end - begin)
            if end == first + size:
                for merge in after:
                    engine.run(merge.procedure, *merge.slots)
        first += size
