"""A group: an engine whose replicas share each batch, on threads, with the bits of one engine alone.

Each replica is an instance of the plan's module with a memory of its own. In a batch it computes some of the plan's
shards; then all exchange their sums, and each takes the same step (see `scnn.shards`, `scnn.engines.conductor`). The
first replica, the lead, is the engine that is read and written; the others follow.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Iterable
from itertools import pairwise
from time import perf_counter

from scnn.engines.conductor import HEADER, STOPPED, conductor, shared_bytes
from scnn.engines.engine import EngineFactory, Values, elements
from scnn.engines.hosts import HostError, WasmtimeHost, WasmtimeInstance
from scnn.engines.pays import Pays
from scnn.engines.sharing import changing_buffers, parts_of
from scnn.engines.wasm import WasmEngine
from scnn.errors import ConfigError
from scnn.plan import Plan

__all__ = ["Group", "available_cores", "on_cores"]

PATIENCE = 60.0  # seconds that a replica may be silent before the others do without it
PROBE_STEPS = 2
EVALUATION = 16  # samples: fewer are not worth a thread


def available_cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def on_cores(workers: int | None = None) -> EngineFactory:
    """A factory of compiled engines whose training uses so many cores; by default those that this process may use.
    The bits do not depend on it. Raises ConfigError for a number below 1."""
    workers = available_cores() if workers is None else workers
    if workers < 1:
        raise ConfigError(f"the number of workers must be at least 1, got {workers}")

    def make(plan: Plan) -> WasmEngine | Group:
        host = WasmtimeHost()
        count = min(workers, len(plan.shards))
        return Group(plan, host, count) if count > 1 else WasmEngine(plan, host)

    return make


class Group:
    """An engine of `workers` replicas, at least 2 and at most one for each of the plan's shards. They are made when
    the first batches are shared. `always` shares every batch, even if it does not pay."""

    def __init__(
        self,
        plan: Plan,
        host: WasmtimeHost,
        workers: int,
        clock: Callable[[], float] = perf_counter,
        always: bool = False,
    ) -> None:
        self.plan, self.host, self.workers, self.always, self.clock = plan, host, workers, always, clock
        self.lead = WasmEngine(plan, host)
        self.parts = parts_of(plan, workers)
        self.pays = Pays(clock)
        self.replicas: list[Replica] = []
        self.in_step = False  # whether the followers' parameters are those of the lead
        self.failure = ""  # why the batches are no longer shared
        self.changing = changing_buffers(plan)

    def read(self, buffer: str) -> Values:
        return self.lead.read(buffer)

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        target = self.lead.buffer(buffer)
        new = elements(target, values, start)
        for instance in [self.lead.instance, *(replica.instance for replica in self.replicas[1:])]:
            instance.write(target.offset + start * new.itemsize, new.tobytes())

    def run(self, procedure: str, *arguments: int) -> None:
        if procedure == "train":
            self.train(*arguments)
        elif procedure == "evaluate" and self.shares_evaluation(arguments[1]):
            self.evaluate(*arguments)
        else:
            self.lead.run(procedure, *arguments)
            self.in_step = self.in_step and procedure not in ("update", "swap")

    def train(self, first: int, steps: int) -> None:
        """Shares the batches, or not, as it pays."""
        batch = sum(self.plan.shards)
        while steps > 0:
            measuring = not (self.always or self.failure) and self.pays.measuring
            shared = not self.failure and (self.always or self.pays.shared) and self.follow()
            now = min(steps, PROBE_STEPS) if measuring else steps
            began = self.clock()
            if shared:
                self.share(first, now)
            else:
                self.lead.run("train", first, now)
                self.in_step = False
            if measuring:
                self.pays.record(shared, (self.clock() - began) / now)
            first, steps = first + now * batch, steps - now

    def follow(self) -> bool:
        """Brings the followers to the lead's state; False if there can be none."""
        if not self.replicas:
            try:
                self.replicas = self.new_replicas()
            except HostError as error:
                self.failure = str(error)
                return False
        elif not self.in_step:
            for buffer in self.changing:
                data = self.lead.instance.read(buffer.offset, buffer.size)
                for replica in self.replicas[1:]:
                    replica.instance.write(buffer.offset, data)
        self.in_step = True
        return True

    def new_replicas(self) -> "list[Replica]":
        memory = SharedMemory(self.host, shared_bytes(self.plan, self.parts))
        lead = self.lead.instance
        assert isinstance(lead, WasmtimeInstance)
        replicas = []
        for own in range(len(self.parts)):
            instance = lead.again() if own else lead
            if own:
                instance.write(0, lead.read(0, self.plan.memory))
            replicas.append(Replica(self.plan, self.parts, own, instance, memory))
        return replicas

    def share(self, first: int, steps: int) -> None:
        """Trains on all replicas. If one of them is stopped, the lead does the rest alone."""
        memory, patience = self.replicas[0].memory, int(PATIENCE * 20)
        memory.start()
        before = self.steps_taken()
        threads = [
            threading.Thread(target=replica.train, args=(first, steps, patience), daemon=True)
            for replica in self.replicas[1:]
        ]
        try:
            for thread in threads:
                thread.start()
            self.replicas[0].train(first, steps, patience)
        except RuntimeError as error:  # no more threads can be started
            self.replicas[0].failure = error
        except BaseException:  # such as Ctrl-C: the others stop, and new ones are made when they are needed
            memory.stop()
            self.replicas = []
            raise
        done = self.steps_taken() - before
        if done < steps:
            memory.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join(0.0 if done < steps else None)
        failure = next((str(replica.failure) for replica in self.replicas if replica.failure), "")
        if failure or done < steps:
            self.failure = failure or f"a replica did not answer within {PATIENCE:.0f} s"
            self.replicas, self.in_step = [], False
        if done < steps:
            self.lead.write("gradients", bytes(self.plan.buffers["gradients"].size))
            self.lead.run("train", first + done * sum(self.plan.shards), steps - done)

    def steps_taken(self) -> int:
        return int(self.lead.read("step")[0])

    def shares_evaluation(self, count: int) -> bool:
        pays = self.always or self.pays.faster
        return bool(self.replicas) and not self.failure and count >= EVALUATION and pays

    def evaluate(self, first: int, count: int) -> None:
        """Scores the samples on all replicas; the lead tallies them, in order."""
        self.follow()
        workers = len(self.replicas)
        bounds = [first + count * worker // workers for worker in range(workers + 1)]
        pairs = [(start, end - start) for start, end in pairwise(bounds)]
        threads = [
            threading.Thread(target=replica.score, args=pair, daemon=True)
            for replica, pair in zip(self.replicas[1:], pairs[1:], strict=True)
        ]
        try:
            for thread in threads:
                thread.start()
        except RuntimeError as error:  # no more threads can be started
            self.failure = str(error)
        self.lead.run("score", *pairs[0])
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        offset = self.plan.buffers["outcomes"].offset
        for replica, (start, length) in zip(self.replicas[1:], pairs[1:], strict=True):
            if replica.failure or self.failure:
                self.lead.run("score", start, length)  # raises the same error, if it is the kernels'
            else:
                data = replica.instance.read(offset + 8 * start, 8 * length)
                self.lead.instance.write(offset + 8 * start, data)
        self.lead.run("tally", first, count)


class Replica:
    """One of a group's instances with its conductor. Only one thread at a time may use it."""

    def __init__(
        self, plan: Plan, parts: list[range], own: int, instance: WasmtimeInstance, memory: "SharedMemory"
    ) -> None:
        self.instance, self.memory = instance, memory
        module = instance.host.module(conductor(plan, parts, own))
        self.conduct = instance.callable(instance.linked(module, {"shared": memory.memory})["train"])
        self.score_samples = instance.function("score")
        self.failure: Exception | None = None

    def train(self, first: int, steps: int, patience: int) -> int:
        """The number of batches that were completed; if this replica fails, the others are stopped."""
        try:
            return int(self.conduct(first, steps, patience))
        except HostError as error:
            self.failure = error
            self.memory.stop()
            return 0

    def score(self, first: int, count: int) -> None:
        try:
            self.score_samples(first, count)
        except HostError as error:
            self.failure = error


class SharedMemory:
    """The memory through which the conductors exchange sums."""

    def __init__(self, host: WasmtimeHost, size: int) -> None:
        wasmtime, pages = host.wasmtime, -(-size // 65536)
        kind = wasmtime.MemoryType(wasmtime.Limits(pages, pages), shared=True)
        try:
            self.memory = wasmtime.SharedMemory(host.engine, kind)
        except wasmtime.WasmtimeError as error:
            raise HostError(f"wasmtime has no shared memory: {error}") from None
        try:
            self.memory._as_extern()
        except TypeError:  # in wasmtime 50, it hands over a pointer to its pointer
            ffi, pointer = wasmtime._ffi, self.memory.ptr()
            extern = ffi.wasmtime_extern_t(
                ffi.WASMTIME_EXTERN_SHAREDMEMORY, ffi.wasmtime_extern_union(sharedmemory=pointer)
            )
            self.memory._as_extern = lambda: extern

    def start(self) -> None:
        """Nobody has arrived, and the group is not stopped."""
        ctypes.memset(self.memory.data_ptr(), 0, HEADER)

    def stop(self) -> None:
        """Ends the training of all who wait, within WAIT_NS."""
        self.memory.data_ptr()[STOPPED] = 1
