"""A crew, with engines in place of its workers: its programs, and what happens if nobody waits or a worker fails.
tests/browser/test_engines.py runs it in browsers, with the workers of site/replicas.js."""

import json
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from scnn.engines.crew import Crew
from scnn.engines.hosts import WasmtimeHost, WasmtimeInstance
from scnn.engines.wasm import compiled
from scnn.plan import Plan
from scnn.training.checkpoint import pack_checkpoint, resume
from scnn.training.trainer import Trainer
from tests.engines.test_group import TEST, TRAINING, trainer
from tests.waiting import wait_for


class Instance(WasmtimeInstance):
    """An instance that a crew can pass on."""

    @property
    def whole(self) -> bytes:
        return self.read(0, self.memory.data_len(self.store))

    def call(self, name: str, *arguments: int) -> None:
        self.function(name)(*arguments)


class Host(WasmtimeHost):
    error, to_js = RuntimeError, staticmethod(lambda value: value)

    def instantiate(self, code: bytes) -> Instance:
        self.last = Instance(self, self.module(code))
        return self.last


class Workers:
    """Does what site/replicas.js does, one replica after another. `fails_at` is the batch at which one fails."""

    def __init__(self, lead: Instance, programs: str, fails_at: int | None = None) -> None:
        self.programs = json.loads(programs)
        self.replicas = [lead, *(Instance(lead.host, lead.module) for _ in self.programs[1:])]
        for replica in self.replicas[1:]:
            replica.write(0, lead.whole)
        self.lead, self.batches, self.fails_at = SimpleNamespace(done=0), 0, fails_at
        self.log: list[str] = []

    async def train(self, first: int, steps: int) -> None:
        self.log.append("train")
        for self.lead.done in range(steps):
            self.batches += 1
            self.step(first + self.lead.done * self.programs[0]["batch"])
        self.lead.done = steps

    def step(self, start: int) -> None:
        messages = []
        for replica, program in zip(self.replicas, self.programs, strict=True):
            for offset, count, after in program["shards"]:
                replica.call("learn", start + offset, count)
                for name, *slots in after:
                    replica.call(name, *slots)
            first, count = program["parts"][program["own"]]["samples"]
            sums = [replica.read(offset, program["row"]) for offset in program["sums"]]
            outcomes = replica.read(program["outcomes"] + 8 * (start + first), 8 * count)
            assert len(b"".join([*sums, outcomes])) <= program["message"]
            messages.append((sums, outcomes))
        if self.batches == self.fails_at:
            raise RuntimeError("a worker was silent")
        for replica, program in zip(self.replicas, self.programs, strict=True):
            for peer, ((sums, outcomes), part) in enumerate(zip(messages, program["parts"], strict=True)):
                if peer != program["own"]:
                    for offset, data in zip(part["slots"], sums, strict=True):
                        replica.write(offset, data)
                    replica.write(program["outcomes"] + 8 * (start + part["samples"][0]), outcomes)
            for name, *slots in program["combine"]:
                replica.call(name, *slots)
            replica.call("update", program["batch"])
        self.replicas[0].call("tally", start, self.programs[0]["batch"])

    async def score(self, parts: list[list[int]]) -> None:
        self.log.append("score")
        for replica, (first, count) in zip(self.replicas, parts, strict=True):
            replica.call("score", first, count)
            offset = self.programs[0]["outcomes"] + 8 * first
            self.replicas[0].write(offset, replica.read(offset, 8 * count))

    def copy(self, parts: list[list[int]]) -> None:
        for offset, size in parts:
            for replica in self.replicas[1:]:
                replica.write(offset, self.replicas[0].read(offset, size))

    def end(self) -> None:
        self.log.append("end")


class Made:
    """Makes crews, and keeps their workers."""

    def __init__(self, workers: int, **settings: Any) -> None:
        self.workers, self.settings, self.started = workers, settings, []  # type: ignore[var-annotated]

    def __call__(self, plan: Plan) -> Crew:
        host: Any = Host()

        def start(_module: object, _exports: object, programs: str) -> Workers:
            self.started.append(Workers(host.last, programs, **self.settings))
            return self.started[-1]  # type: ignore[no-any-return]

        return Crew(plan, host, self.workers, start, clock=lambda: 0.0, always=True)


def run(one: Trainer, events: int | None = None) -> None:
    """Runs it as the page does: it waits for the engine after each event."""

    async def waiting() -> None:
        for _ in islice(one.run(), events):
            if isinstance(one.engine, Crew):
                await one.engine.finished()

    wait_for(waiting())


def results(one: Trainer) -> tuple[object, ...]:
    return one.network.fingerprint(), one.scores, one.best


@pytest.fixture(scope="module")
def alone() -> tuple[object, ...]:
    one = trainer(compiled)
    run(one)
    return results(one)


@pytest.mark.parametrize("workers", [2, 3, 4])
def test_the_bits_are_those_of_one_engine(workers: int, alone: tuple[object, ...]) -> None:
    """Weights, losses and counts; all workers train and score."""
    made = Made(workers)
    one = trainer(made)
    run(one)
    assert results(one) == alone
    (crew,) = made.started
    assert len(crew.replicas) == workers and "train" in crew.log
    assert len({replica.read(0, 64) for replica in crew.replicas}) == 1, "the workers' parameters differ"


def test_who_does_not_wait_gets_the_same_bits(alone: tuple[object, ...]) -> None:
    """From the lead alone; also if only some slices are waited for."""
    made = Made(2)
    one = trainer(made)
    list(one.run())
    assert results(one) == alone and not made.started
    one = trainer(made)
    one.slice_size = 20
    for number, _ in enumerate(one.run()):
        if number % 3 and isinstance(one.engine, Crew):
            wait_for(one.engine.finished())
    assert results(one) == alone and made.started


@pytest.mark.parametrize("fails_at", [1, 2, 5])
def test_workers_that_fail_cost_nothing(fails_at: int, alone: tuple[object, ...]) -> None:
    """The lead repeats the batch and goes on alone; it says why."""
    made = Made(3, fails_at=fails_at)
    one = trainer(made)
    one.slice_size = 40
    run(one)
    assert results(one) == alone
    assert isinstance(one.engine, Crew) and one.engine.failure == "a worker was silent"
    assert made.started[0].log[-1] == "end"


def test_a_browser_without_workers_trains_alone(alone: tuple[object, ...]) -> None:
    """A worker that is refused is said, and the training goes on."""

    def refuse(*_: object) -> None:
        raise RuntimeError("the policy forbids workers")

    def make(plan: Plan) -> Crew:
        host: Any = Host()
        return Crew(plan, host, 2, refuse, clock=lambda: 0.0, always=True)

    one = trainer(make)
    run(one)
    assert results(one) == alone
    assert isinstance(one.engine, Crew) and "forbids" in one.engine.failure


def test_a_checkpoint_goes_on_alone_and_back(alone: tuple[object, ...]) -> None:
    """From a crew to one engine and to a crew again, also within a batch; closed workers are started again."""
    made = Made(4)
    one = trainer(made)
    one.slice_size = 7
    run(one, 3)
    one.slice_size = 40
    run(one, 2)
    assert isinstance(one.engine, Crew)
    one.engine.close()
    run(one, 1)
    other = resume(pack_checkpoint(one), TRAINING, TEST, make_engine=compiled)
    run(other, 2)
    last = resume(pack_checkpoint(other), TRAINING, TEST, make_engine=Made(2))
    run(last)
    assert results(last) == alone
