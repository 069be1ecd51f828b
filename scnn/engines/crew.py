"""A crew: an engine whose replicas share each batch, in the workers of a browser, with the bits of one engine alone.

The workers exchange sums by messages, which arrive only while Python waits. So `run` only notes what is to be done,
and `finished`, which the page's worker awaits after each slice, does it. Callers that do not wait get the same bits
from the lead alone. The workers' own code is site/replicas.js.
"""

import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from scnn.engines.engine import Values
from scnn.engines.hosts import BrowserHost
from scnn.engines.pays import Pays
from scnn.engines.sharing import changing_buffers, parts_of
from scnn.engines.wasm import WasmEngine
from scnn.plan import Plan
from scnn.shards import Merge, combine, merges, placed

__all__ = ["Crew", "programs"]

PROBE_STEPS = 2
EVALUATION = 64  # samples: fewer are not worth the messages


class Crew:
    """An engine of `workers` replicas, at least 2 and at most one for each of the plan's shards. `make` starts the
    workers: scnnCrew of site/replicas.js. `always` shares every batch, even if it does not pay."""

    def __init__(
        self,
        plan: Plan,
        host: BrowserHost,
        workers: int,
        make: Callable[[Any, Any, str], Any],
        clock: Callable[[], float],
        always: bool = False,
    ) -> None:
        self.plan, self.workers, self.make, self.clock, self.always = plan, workers, make, clock, always
        self.error = host.error
        self.to_js = host.to_js
        self.lead = WasmEngine(plan, host)
        self.parts = parts_of(plan, workers)
        self.changing = [[buffer.offset, buffer.size] for buffer in changing_buffers(plan)]
        self.pays = Pays(clock)
        self.crew: Any = None
        self.in_step = False  # whether the workers' parameters are those of the lead
        self.failure = ""  # why the batches are no longer shared
        self.waiting: tuple[str, int, int] | None = None  # what is to be done, with its samples or batches

    # ------------------------------------------------------------------------------------- the engine

    def read(self, buffer: str) -> Values:
        self.settle()
        return self.lead.read(buffer)

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        self.settle()
        self.lead.write(buffer, values, start)
        if self.crew is not None:
            target = self.plan.buffers[buffer]
            self.crew.copy(self.to_js([[target.offset, target.size]]))

    def run(self, procedure: str, *arguments: int) -> None:
        self.settle()
        if procedure == "train" and not self.failure:
            self.waiting = ("train", *arguments)  # type: ignore[assignment]
        elif procedure == "evaluate" and self.works and arguments[1] >= EVALUATION:
            self.waiting = ("evaluate", *arguments)  # type: ignore[assignment]
        else:
            self.lead.run(procedure, *arguments)
            self.in_step = self.in_step and procedure not in ("train", "update", "swap")

    def settle(self) -> None:
        """Does what is waiting on the lead alone: its caller has not awaited `finished`."""
        if self.waiting:
            procedure, *arguments = self.waiting
            self.waiting = None
            self.lead.run(procedure, *arguments)
            self.in_step = self.in_step and procedure != "train"

    # ------------------------------------------------------------------------------------- the workers

    @property
    def works(self) -> bool:
        """Whether the workers take part, as far as it has been measured."""
        return self.crew is not None and (self.always or self.pays.faster)

    async def finished(self) -> None:
        """Does what is waiting, in the workers if that pays. Nobody may use the engine until it is done."""
        if not self.waiting:
            return
        procedure, first, count = self.waiting
        self.waiting = None
        if procedure == "evaluate":
            await self.evaluate(first, count)
            return
        batch = sum(self.plan.shards)
        while count > 0:
            measuring = not (self.always or self.failure) and self.pays.measuring
            shared = not self.failure and (self.always or self.pays.shared) and self.follow()
            now = min(count, PROBE_STEPS) if measuring else count
            began = self.clock()
            if shared:
                await self.share(first, now)
            else:
                self.lead.run("train", first, now)
                self.in_step = False
            if measuring:
                self.pays.record(shared, (self.clock() - began) / now)
            first, count = first + now * batch, count - now

    def follow(self) -> bool:
        """Brings the workers to the lead's state; False if there can be none."""
        if self.crew is None:
            instance: Any = self.lead.instance
            try:
                self.crew = self.make(instance.module, instance.exports, json.dumps(programs(self.plan, self.parts)))
            except self.error as error:
                self.give_up(error)
                return False
        elif not self.in_step:
            self.crew.copy(self.to_js(self.changing))
        self.in_step = True
        return True

    async def share(self, first: int, steps: int) -> None:
        """Trains in all workers. If one of them fails, the lead does the rest alone."""
        try:
            await self.crew.train(first, steps)
        except self.error as error:
            done = int(self.crew.lead.done)
            self.give_up(error)
            self.lead.write("gradients", bytes(self.plan.buffers["gradients"].size))
            self.lead.run("train", first + done * sum(self.plan.shards), steps - done)

    async def evaluate(self, first: int, count: int) -> None:
        """Scores the samples in all workers; the lead tallies them, in order."""
        self.follow()
        bounds = [first + count * worker // self.workers for worker in range(self.workers + 1)]
        try:
            await self.crew.score(self.to_js([[start, end - start] for start, end in pairwise(bounds)]))
        except self.error as error:
            self.give_up(error)
            self.lead.run("score", first, count)
        self.lead.run("tally", first, count)

    def give_up(self, error: Exception) -> None:
        self.failure = str(error).removeprefix("Error: ") or "the browser started no workers"
        self.close()

    def close(self) -> None:
        """Ends the workers."""
        if self.crew is not None:
            self.crew.end()
            self.crew = None


def programs(plan: Plan, parts: list[range]) -> list[dict[str, Any]]:
    """What each replica does, as data for site/replicas.js; addresses are in bytes."""
    row = plan.buffers["gradients"].size
    starts = [sum(plan.shards[:shard]) for shard in range(len(plan.shards) + 1)]
    samples = [(starts[part.start], starts[part.stop] - starts[part.start]) for part in parts]
    size = max(len(merges(part)[1]) * row + 8 * count for part, (_, count) in zip(parts, samples, strict=True))

    def address(slot: int | None) -> int:
        return plan.buffers["gradients"].offset if slot is None else plan.buffers["sums"].offset + slot * row

    found = []
    for own, part in enumerate(parts):
        steps, nodes = merges(part)
        known, incoming = placed(parts, own)
        slots: list[list[int]] = [[] for _ in parts]
        for (peer, _), slot in incoming:
            slots[peer].append(address(slot))
        found.append(
            {
                "own": own,
                "batch": starts[-1],
                "shards": [
                    [starts[shard], plan.shards[shard], plain(after)]
                    for shard, after in zip(part, steps, strict=True)
                ],
                "sums": [address(node.slot) for node in nodes],
                "row": row,
                "message": size,
                "outcomes": plan.buffers["outcomes"].offset,
                "parts": [{"slots": one, "samples": number} for one, number in zip(slots, samples, strict=True)],
                "combine": plain(combine(known)),
            }
        )
    return found


def plain(steps: Iterable[Merge]) -> list[list[Any]]:
    return [[merge.procedure, *merge.slots] for merge in steps]
