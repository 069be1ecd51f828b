"""A group of replicas: the same bits as one engine, whatever their number, and nothing is lost if one fails."""

import os
import threading
from array import array
from collections.abc import Callable, Sequence
from itertools import islice

import pytest

from scnn.engines.engine import EngineFactory
from scnn.engines.group import Group, Replica, SharedMemory, available_cores, on_cores
from scnn.engines.hosts import HostError, WasmtimeHost
from scnn.engines.wasm import WasmEngine, compiled
from scnn.errors import ConfigError, KernelBoundsError
from scnn.experiments.presets import PRESETS
from scnn.layers.activation import Dropout, ReLU
from scnn.layers.branches import Add, Branch, Concatenate
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.layers.layer import Layer
from scnn.layers.pooling import MaxPool2D
from scnn.network.network import Network
from scnn.plan import Plan
from scnn.training.augmentation import Augmentation
from scnn.training.checkpoint import pack_checkpoint, resume
from scnn.training.muon import Muon
from scnn.training.optimisers import Adam, AdamW, Lion, Optimiser
from scnn.training.trainer import Trainer

LAYERS = (Conv2D(3, 5), ReLU(), MaxPool2D(2), Flatten(), Dropout(0.2), Dense(10))
TRAINING, TEST = (digits.select(tuple(range(10)), 9) for digits in PRESETS["mnist"].digits(9))


GRAPH = (
    *(Conv2D(4, 3, stride=2, padding=1), ReLU(), Conv2D(4, 3, padding=1), Add("relu_1"), Branch("relu_1")),
    *(MaxPool2D(3, 1), Flatten(), Branch("add_1"), Flatten(), Dropout(0.2), Concatenate("flatten_1"), Dense(10)),
)


def trainer(
    make_engine: EngineFactory,
    batch_size: int = 20,
    layers: Sequence[Layer] = LAYERS,
    optimiser: Optimiser | None = None,
) -> Trainer:
    """90 images, so that the last batch of an epoch is smaller."""
    network = Network((1, 28, 28), layers, seed=1)
    return Trainer(
        *(network, TRAINING, TEST),
        epochs=2,
        optimiser=optimiser or Adam(0.01),
        batch_size=batch_size,
        augmentation=Augmentation(rotation=10, bend=1),
        validation=10,
        seed=1,
        make_engine=make_engine,
    )


def group(workers: int) -> EngineFactory:
    return lambda plan: Group(plan, WasmtimeHost(), min(workers, len(plan.shards)), always=True)


def result(one: Trainer) -> tuple[object, ...]:
    """All that a training computes: weights, scores, the optimiser's state."""
    *_, last = one.run()
    state = [one.engine.read(name) for name in (*one.optimiser.state, "step")]
    return one.network.fingerprint(), last, one.best, state


@pytest.mark.parametrize("batch_size", [20, 40])
def test_the_bits_do_not_depend_on_the_number_of_replicas(batch_size: int) -> None:
    """1, 2, 3, 4 and 8; batches of four and eight shards; weights, losses, counts and the optimiser's state."""
    alone = result(trainer(compiled, batch_size))
    for workers in (2, 3, 4, 8):
        one = trainer(group(workers), batch_size)
        assert result(one) == alone, f"{workers} workers"
        assert isinstance(one.engine, Group) and len(one.engine.replicas) == min(workers, batch_size // 5)


def test_a_graph_of_layers() -> None:
    """Residual and parallel branches: the same bits with 1, 2, 3 and 4 replicas."""
    results = [result(trainer(group(workers), 16, GRAPH)) for workers in (1, 2, 3, 4)]
    assert results[0] == result(trainer(compiled, 16, GRAPH)) and all(one == results[0] for one in results)


@pytest.mark.parametrize("kind", [AdamW, Lion, Muon])
def test_the_bits_with_clipping_decay_and_averaging(kind: Callable[..., Optimiser]) -> None:
    """The replicas decay, clip and average their own weights, and evaluate with the average."""
    optimiser = kind(0.01, weight_decay=0.1, clip_norm=0.5, averaging=0.9)
    alone, shared = (trainer(make_engine, optimiser=optimiser) for make_engine in (compiled, group(3)))
    assert result(alone) == result(shared)
    assert alone.engine.read("average") == shared.engine.read("average")


@pytest.mark.parametrize("preset", ["mnist", "mnist-large"])
@pytest.mark.parametrize("workers", [2, 3, 4, 8])
def test_the_presets_first_epochs(preset: str, workers: int, request: pytest.FixtureRequest) -> None:
    """On all their digits with --long, otherwise on 64; the preset paper's batches of one image are not shared."""
    long = request.config.getoption("--long")
    if not long and workers != 4:
        pytest.skip("with --long")
    chosen = PRESETS[preset]
    digits, test = chosen.digits() if long else (TRAINING.select(tuple(range(10)), 7), TEST)
    prints = []
    for make_engine in (compiled, group(workers)):
        network = Network(chosen.input_shape, chosen.layers, seed=1)
        one = Trainer(network, digits, test, seed=1, make_engine=make_engine, **{**chosen.settings, "epochs": 1})
        prints.append(result(one)[0])
    assert prints[0] == prints[1]


def test_a_checkpoint_of_four_continues_with_one() -> None:
    """And the other way round, from any event, also within a batch."""
    whole = trainer(compiled)
    list(whole.run())
    for first, second in ((group(4), compiled), (compiled, group(4))):
        for events, slice_size in ((1, 40), (3, 7)):
            one = trainer(first)
            one.slice_size = slice_size
            list(islice(one.run(), events))
            other = resume(pack_checkpoint(one), TRAINING, TEST, make_engine=second)
            list(other.run())
            assert other.network.fingerprint() == whole.network.fingerprint()
            assert other.scores == whole.scores


def test_slices_and_looks_change_no_bit() -> None:
    """Batches in parts, which the lead computes alone, and looks at the gradients."""
    whole, one = trainer(compiled), trainer(group(4))
    list(whole.run())
    seen: list[int] = []
    for number, _ in enumerate(one.run()):
        one.slice_size = (7, 100, 20, 60)[number % 4]
        one.before_update = seen.append if number % 3 == 1 else None
    assert seen and one.network.fingerprint() == whole.network.fingerprint()


class Failing:
    """Makes a replica's conductor fail in its second call."""

    def __init__(self, replica: Replica, wait: threading.Event | None = None) -> None:
        self.conduct, self.calls, self.wait = replica.conduct, 0, wait
        replica.conduct = self

    def __call__(self, *arguments: int) -> int:
        self.calls += 1
        if self.calls < 2:
            return int(self.conduct(*arguments))
        if self.wait:
            self.wait.wait()
            return 0
        raise HostError("out of memory")


@pytest.mark.parametrize("hangs", [False, True])
def test_a_replica_that_fails_or_hangs_costs_nothing(hangs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lead repeats the batch, and does the rest alone, to the same bits; it says why."""
    monkeypatch.setattr("scnn.engines.group.PATIENCE", 0.2)
    whole, one = trainer(compiled), trainer(group(3))
    list(whole.run())
    released = threading.Event()
    one.slice_size = 40
    for _ in one.run():
        assert isinstance(one.engine, Group)
        if one.engine.replicas and not isinstance(one.engine.replicas[1].conduct, Failing):
            Failing(one.engine.replicas[1], released if hangs else None)
    released.set()
    assert isinstance(one.engine, Group) and not one.engine.replicas
    assert ("did not answer" if hangs else "out of memory") in one.engine.failure
    assert one.network.fingerprint() == whole.network.fingerprint()
    assert one.scores == whole.scores


def test_without_shared_memory_or_threads_one_core_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the same bits, with the reason."""
    whole = trainer(compiled)
    list(whole.run())

    def no_memory(*_: object) -> None:
        raise HostError("no shared memory")

    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    for target, name, value in ((SharedMemory, "__init__", no_memory), (threading.Thread, "start", no_thread)):
        with monkeypatch.context() as patch:
            patch.setattr(target, name, value)
            one = trainer(group(2))
            list(one.run())
        assert one.network.fingerprint() == whole.network.fingerprint()
        assert isinstance(one.engine, Group) and one.engine.failure


def test_the_factory_shares_only_what_can_be_shared() -> None:
    """One worker, or batches of one shard: an engine alone. Never more replicas than shards, nor fewer than one."""
    assert isinstance(trainer(on_cores(1)).engine, WasmEngine)
    assert isinstance(trainer(on_cores(4), batch_size=4).engine, WasmEngine)
    shared = trainer(on_cores(64)).engine
    assert isinstance(shared, Group) and shared.workers == 4
    assert 1 <= available_cores() <= (os.cpu_count() or 1)
    with pytest.raises(ConfigError, match="at least 1, got 0"):
        on_cores(0)


def test_what_is_measured_changes_no_bit() -> None:
    """Whether a batch is shared is decided by the clock; a clock that jumps gives the same weights."""
    whole = trainer(compiled)
    list(whole.run())
    ticks = iter(range(10**9))

    def make(plan: Plan) -> Group:
        return Group(plan, WasmtimeHost(), 4, clock=lambda: next(ticks) ** 2 % 1013 / 100.0)

    one = trainer(make)
    one.slice_size = 40
    list(one.run())
    assert one.network.fingerprint() == whole.network.fingerprint()


def test_buffers_are_those_of_the_lead() -> None:
    """Reads, writes from an index on, and an error for what does not fit."""
    one = trainer(group(2)).engine
    one.write("labels", b"\x01\x02")
    one.write("labels", [3], 1)
    assert one.read("labels")[:2] == array("B", [1, 3])
    with pytest.raises(ConfigError, match="no buffer 'label_s'"):
        one.write("label_s", [1])


@pytest.mark.parametrize("index", [3, 17])
def test_a_check_that_fails_stops_the_training(index: int) -> None:
    """With the kernel's own error, whichever replica meets it: a label that is no class."""
    one = trainer(group(2))
    one.begin_epoch()
    one.stream.ensure_loaded(0)
    one.engine.write("labels", [200], 20 + index)
    with pytest.raises(KernelBoundsError, match=r"probabilities|outcomes|confusion"):
        one.engine.run("train", 0, 3)
    assert one.engine.read("step")[0] == 1, "the batches before are done"


def test_an_interruption_leaves_an_engine_that_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Ctrl-C raises it: the other replicas stop, and new ones are made."""
    whole, one = trainer(compiled), trainer(group(2))
    list(whole.run())
    one.slice_size = 20
    events = one.run()
    next(events)
    engine = one.engine
    assert isinstance(engine, Group)

    def interrupted(*_: int) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine.replicas[0], "conduct", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.run("train", 20, 1)
    assert not engine.replicas and not engine.failure
    for _ in one.run():
        pass
    assert one.network.fingerprint() == whole.network.fingerprint()
