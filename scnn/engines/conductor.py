"""The conductor: a small WebAssembly module for each replica of a group, which trains on many batches in one call.

For each batch it computes its shards, passes their sums to the other replicas through shared memory, waits until all
have done so, adds up all sums, and updates the replica's own parameters. Python takes no part in it, and the calls of
several threads run at the same time, since wasmtime's calls release Python's lock.

The text format: https://webassembly.github.io/spec/core/text/index.html; waiting and notifying:
https://webassembly.github.io/threads/core/exec/instructions.html
"""

from collections.abc import Sequence

from scnn.plan import Buffer, Plan
from scnn.shards import Merge, combine, merges, placed

__all__ = ["HEADER", "STOPPED", "conductor", "offsets", "shared_bytes"]

ARRIVED, TURN, STOPPED, HEADER = 0, 4, 8, 64  # of the shared memory, in bytes
WAIT_NS = 50_000_000  # until a waiting replica looks whether the group was stopped
LOOKS = 10_000  # before a waiting replica sleeps
OUTCOME = 8  # bytes of a sample's loss and predicted class


def offsets(sizes: Sequence[int]) -> list[int]:
    """Where each of these starts if they follow one another, and where the last ends."""
    found = [0]
    for size in sizes:
        found.append(found[-1] + size)
    return found


def shared_bytes(plan: Plan, parts: Sequence[range]) -> int:
    """The size of the shared memory of a group whose replicas compute these shards."""
    return HEADER + 2 * half_bytes(plan, parts)


def half_bytes(plan: Plan, parts: Sequence[range]) -> int:
    """The sums and outcomes of one batch. There are two halves, which alternate: a replica that is ahead writes to
    one while others still read the other."""
    nodes = sum(len(merges(part)[1]) for part in parts)
    return nodes * plan.buffers["gradients"].size + sum(plan.shards) * OUTCOME


def conductor(plan: Plan, parts: Sequence[range], own: int) -> str:
    """The module of the replica that computes the shards `parts[own]`, as text. It imports the replica's exports and
    the memory `shared`, and exports `train(first, steps, patience)`: the number of batches that were completed, which
    is below `steps` if the group was stopped, or if another replica kept this one waiting `patience` times 50 ms.

    Replica 0 also counts the outcomes of all samples.
    """
    row, batch = plan.buffers["gradients"].size, sum(plan.shards)
    starts = offsets(plan.shards)
    bases = offsets([len(merges(part)[1]) for part in parts])  # of the replicas' nodes in the shared memory
    lines: list[str] = []
    steps, nodes = merges(parts[own])
    for shard, after in zip(parts[own], steps, strict=True):
        lines.append(f"(call $learn {plus('$start', starts[shard])} (i32.const {plan.shards[shard]}))")
        lines += map(call, after)
    for index, node in enumerate(nodes):
        lines.append(copy(1, 0, shared((bases[own] + index) * row), address(plan, node.slot), row))
    samples = bases[-1] * row
    lines.append(outcomes(plan, starts, parts[own], samples, publish=True))
    lines.append("(if (i32.eqz (call $meet (local.get $patience))) (then (return (local.get $done))))")
    known, incoming = placed(parts, own)
    for (part, index), slot in incoming:
        lines.append(copy(0, 1, address(plan, slot), shared((bases[part] + index) * row), row))
    lines += map(call, combine(known))
    lines.append(f"(call $update (i32.const {batch}))")
    if own == 0:
        lines += [outcomes(plan, starts, part, samples, publish=False) for part in parts[1:]]
        lines.append(f"(call $tally (local.get $start) (i32.const {batch}))")
    return TEXT.format(
        imports="\n  ".join(imports(plan)),
        pages=pages(plan.memory),
        shared=pages(shared_bytes(plan, parts)),
        last=len(parts) - 1,
        half=half_bytes(plan, parts),
        batch=batch,
        body="\n      ".join(lines),
        wait=WAIT_NS,
        looks=LOOKS,
    )


def imports(plan: Plan) -> list[str]:
    used = ("learn", "keep_sum", "join_sum", "add_sums", "update", "tally")
    return [
        f'(import "replica" "{name}" (func ${name} {"(param i32) " * len(plan.procedures[name].parameters)}))'
        for name in used
    ]


def call(merge: Merge) -> str:
    return f"(call ${merge.procedure} {' '.join(f'(i32.const {slot})' for slot in merge.slots)})"


def address(plan: Plan, slot: int | None) -> str:
    """The address of the gradients, or of a row of `sums`."""
    buffer: Buffer = plan.buffers["gradients" if slot is None else "sums"]
    return f"(i32.const {buffer.offset + (slot or 0) * plan.buffers['gradients'].size})"


def shared(offset: int) -> str:
    return plus("$half", HEADER + offset)


def plus(local: str, number: int) -> str:
    return f"(i32.add (local.get {local}) (i32.const {number}))"


def copy(target: int, source: int, to: str, origin: str, size: int) -> str:
    """From one memory to another: 0 is the replica's own, 1 the shared one."""
    return f"(memory.copy {target} {source} {to} {origin} (i32.const {size}))"


def outcomes(plan: Plan, starts: Sequence[int], part: range, base: int, publish: bool) -> str:
    """Copies the outcomes of a part's samples to the shared memory, or from there."""
    first, last = starts[part.start], starts[part.stop]
    private = (
        f"(i32.add (i32.mul (local.get $start) (i32.const {OUTCOME})) "
        f"(i32.const {plan.buffers['outcomes'].offset + first * OUTCOME}))"
    )
    public, size = shared(base + first * OUTCOME), (last - first) * OUTCOME
    return copy(1, 0, public, private, size) if publish else copy(0, 1, private, public, size)


def pages(size: int) -> int:
    return -(-size // 65536)


TEXT = """(module
  {imports}
  (import "replica" "memory" (memory {pages}))
  (import "group" "shared" (memory {shared} {shared} shared))

  ;; Waits until all replicas are here; 0 if the group was stopped, or after the patience.
  (func $meet (param $patience i32) (result i32) (local $turn i32) (local $looks i32)
    (local.set $turn (i32.atomic.load 1 offset=4 (i32.const 0)))
    (if (i32.eq (i32.atomic.rmw.add 1 offset=0 (i32.const 0) (i32.const 1)) (i32.const {last}))
      (then
        (i32.atomic.store 1 offset=0 (i32.const 0) (i32.const 0))
        (drop (i32.atomic.rmw.add 1 offset=4 (i32.const 0) (i32.const 1)))
        (drop (memory.atomic.notify 1 offset=4 (i32.const 0) (i32.const -1)))
        (return (i32.const 1))))
    (loop $look ;; the others are often close behind, and sleeping takes longer
      (if (i32.ne (i32.atomic.load 1 offset=4 (i32.const 0)) (local.get $turn)) (then (return (i32.const 1))))
      (br_if $look (i32.lt_u (local.tee $looks (i32.add (local.get $looks) (i32.const 1))) (i32.const {looks}))))
    (loop $again
      (if (i32.load 1 offset=8 (i32.const 0)) (then (return (i32.const 0))))
      (if (i32.ne (i32.atomic.load 1 offset=4 (i32.const 0)) (local.get $turn)) (then (return (i32.const 1))))
      (drop (memory.atomic.wait32 1 offset=4 (i32.const 0) (local.get $turn) (i64.const {wait})))
      (local.set $patience (i32.sub (local.get $patience) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $patience) (i32.const 0))))
    (i32.const 0))

  (func (export "train") (param $first i32) (param $steps i32) (param $patience i32) (result i32)
    (local $start i32) (local $done i32) (local $half i32)
    (local.set $start (local.get $first))
    (loop $batch
      (if (i32.ge_s (local.get $done) (local.get $steps)) (then (return (local.get $done))))
      {body}
      (local.set $half (i32.sub (i32.const {half}) (local.get $half)))
      (local.set $start (i32.add (local.get $start) (i32.const {batch})))
      (local.set $done (i32.add (local.get $done) (i32.const 1)))
      (br $batch))
    (unreachable)))
"""
