"""Shards: they cover a batch, and their sums are added in one tree, whoever computed which of them."""

from array import array
from itertools import pairwise
from random import Random

import pytest

from scnn import kernels
from scnn.engines.interpreter import Interpreter
from scnn.layers.layer import call
from scnn.plan import Plan, Procedure, allocate
from scnn.shards import MOST, Merge, combine, merges, placed, shard_sizes

SIZE = 8


@pytest.mark.parametrize("batch", [*range(1, 70), 128, 1000])
def test_shards_cover_the_batch(batch: int) -> None:
    """They are a power of two, differ by one sample at most, and are not too small."""
    sizes = shard_sizes(batch)
    assert sum(sizes) == batch and len(sizes) in (1, 2, 4, 8) and max(sizes) - min(sizes) <= 1
    assert len(sizes) == 1 or min(sizes) >= 4
    assert len(sizes) == MOST or batch < 8 * len(sizes)


def plan(slots: int) -> Plan:
    buffers = allocate({"gradients": ("float32", (SIZE,)), "sums": ("float32", (slots, SIZE))})
    return Plan(
        buffers,
        {
            "keep_sum": Procedure("keep_sum", ("slot",), (call(kernels.keep_sum, size=SIZE),)),
            "join_sum": Procedure("join_sum", ("slot",), (call(kernels.join_sum, size=SIZE),)),
            "add_sums": Procedure("add_sums", ("slot", "other"), (call(kernels.add_sums, size=SIZE),)),
        },
    )


def run(engine: Interpreter, merge: Merge) -> None:
    engine.run(merge.procedure, *merge.slots)


def tree(shards: "list[array[float]]") -> "array[float]":
    """The sum by the definition: halves, recursively, in float32."""
    if len(shards) == 1:
        return shards[0]
    middle = len(shards) // 2
    return array("f", [a + b for a, b in zip(tree(shards[:middle]), tree(shards[middle:]), strict=True)])


@pytest.mark.parametrize("count", [1, 2, 4, 8])
@pytest.mark.parametrize("workers", range(1, 9))
def test_any_division_gives_the_bits_of_the_tree(count: int, workers: int) -> None:
    """However the shards are divided among replicas, each of these ends with the same sum, bit for bit, and needs no
    more rows than a plan has."""
    random = Random(count)
    shards = [array("f", [random.uniform(-1, 1) for _ in range(SIZE)]) for _ in range(count)]
    bounds = [count * worker // workers for worker in range(workers + 1)]
    parts = [range(*pair) for pair in pairwise(bounds) if pair[0] < pair[1]]
    rows = max(1, count - 1)
    replicas = [Interpreter(plan(rows)) for _ in parts]
    for replica, part in zip(replicas, parts, strict=True):
        for shard, after in zip(part, merges(part)[0], strict=True):
            sums = [a + b for a, b in zip(replica.read("gradients"), shards[shard], strict=True)]
            replica.write("gradients", sums)
            for merge in after:
                run(replica, merge)
    for own, replica in enumerate(replicas):
        nodes, incoming = placed(parts, own)
        for (peer, node), slot in incoming:
            source = merges(parts[peer])[1][node].slot
            values = replicas[peer].read("gradients") if source is None else row(replicas[peer], source)
            replica.write("sums", values, slot * SIZE)
        copies = {name: replica.read(name) for name in ("gradients", "sums")}
        for merge in combine(nodes):
            assert all(slot < rows for slot in merge.slots)
            run(replica, merge)
        assert replica.read("gradients") == tree(shards)
        for name, values in copies.items():
            replica.write(name, values)  # for the replicas that are still to read it


def row(engine: Interpreter, slot: int) -> "array[float]":
    return engine.read("sums")[slot * SIZE : (slot + 1) * SIZE]  # type: ignore[return-value]


def test_the_sum_differs_from_that_in_one_go() -> None:
    """Otherwise the tests above would prove nothing."""
    random = Random(8)
    shards = [array("f", [random.uniform(-1, 1) for _ in range(SIZE)]) for _ in range(8)]
    in_one_go = array("f", SIZE * [0.0])
    for shard in shards:
        in_one_go = array("f", [a + b for a, b in zip(in_one_go, shard, strict=True)])
    assert in_one_go != tree(shards)
