"""The loops over a shard's samples: where layers read all of them, and where they do not."""

from array import array
from itertools import islice
from typing import Any

import pytest

from scnn.engines.engine import Engine
from scnn.engines.group import Group
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.errors import ModelError
from scnn.experiments.presets import PRESETS
from scnn.formats import safetensors
from scnn.formats.safetensors import Tensor
from scnn.layers import Add, BatchNorm2D, Conv2D, Dense, Dropout, Flatten, MaxPool2D, ReLU
from scnn.layers.layer import Layer
from scnn.network.network import Network
from scnn.plan import Loop, Plan
from scnn.shards import LEAST, LEAST_TOGETHER
from scnn.training.augmentation import Augmentation
from scnn.training.batches import least_of, needs_passes
from scnn.training.checkpoint import pack_checkpoint, resume
from scnn.training.lowering import lower_training
from scnn.training.optimisers import SGD, Adam, AdamW, Optimiser
from scnn.training.part import part_size, run_part, starts_part
from scnn.training.trainer import Trainer

BATCH = 37  # two shards, of 18 and 19 samples
LAYERS: list[Layer] = [
    *(Conv2D(8, 3, 2, padding=1), BatchNorm2D(), Dropout(0.2), MaxPool2D(2), Conv2D(8, 3, padding=1), BatchNorm2D()),
    *(ReLU(), Conv2D(8, 3, padding=1), Add("relu_1"), Flatten(), Dense(9), BatchNorm2D(), ReLU(), Dense(10)),
]


def loops(steps: Any) -> int:
    """The number of loops over samples."""
    found = [step for step in steps if isinstance(step, Loop)]
    return sum(one.variable == "position" for one in found) + sum(loops(one.body) for one in found)


def test_a_loop_ends_where_a_layer_reads_all_samples() -> None:
    """Two more in the forward pass, and one more in the backward pass for each layer that does; none for others."""
    few, one = [Conv2D(2, 3), ReLU()], [Conv2D(2, 3), BatchNorm2D(), ReLU()]
    for layers, expected in ((few, 1), (one, 4), ([*one, *one], 7)):
        network = Network((1, 8, 8), [*layers, Flatten(), Dense(3)])
        learn = lower_training(network, 32, batch_size=32).procedures["learn"]
        assert loops(learn.body) == expected
        assert needs_passes(network) == (expected > 1)
        assert least_of(network) == (LEAST_TOGETHER if expected > 1 else LEAST)


def begun(network: Network, optimiser: Optimiser, make_engine: Any = compiled) -> Engine:
    digits, _ = PRESETS["mnist"].digits(4)
    change = Augmentation(rotation=10, nodes=3)
    engine: Engine = make_engine(lower_training(network, BATCH, optimiser, change, 2, BATCH))
    for name, values in network.parameters.items():
        engine.write(name, values)
    engine.write("strengths", change.strengths)
    engine.write("pixels", digits.pixels[: BATCH * 784])
    engine.write("labels", digits.labels[:BATCH])
    engine.write("settings", optimiser.row(0, 1.0) + optimiser.row(1, 1.0))
    engine.write("counter", [4711, 5])
    return engine


def group(plan: Plan) -> Engine:
    return Group(plan, WasmtimeHost(), 2, always=True)


def test_parts_of_whole_shards_add_up_to_the_batch() -> None:
    """As in training.part; two workers compute the same bits as well, with dropout and augmentation."""
    network = Network((1, 28, 28), LAYERS, seed=2)
    engines = [begun(network, SGD(0.1), make) for make in (compiled, group, compiled)]
    assert engines[0].plan.shards == (18, 19)
    for whole in engines[:2]:
        whole.run("train", 0, 1)
    started = 0
    for expected in (18, 19):
        count = part_size(BATCH, started, 1, LEAST_TOGETHER)
        assert count == expected
        run_part(engines[2], BATCH, started, started, count, LEAST_TOGETHER)
        started += count
    engines[2].run("update", BATCH)
    for engine in engines[1:]:
        for buffer in ("parameters", "confusion", "loss_sum", "step"):
            assert engine.read(buffer) == engines[0].read(buffer)
    assert sum(engines[0].read("confusion")) == BATCH


def test_parts_start_and_end_with_shards() -> None:
    """A part has as many whole shards as fit, at least one; without such layers it ends anywhere."""
    assert [part_size(BATCH, 0, count, LEAST_TOGETHER) for count in (1, 18, 36, 37)] == [18, 18, 18, 37]
    assert part_size(BATCH, 18, 3, LEAST_TOGETHER) == 19 and part_size(BATCH, 18, 3) == 3
    assert [index for index in range(BATCH + 1) if starts_part(BATCH, index, LEAST_TOGETHER)] == [0, 18, 37]
    assert all(starts_part(BATCH, index) for index in range(BATCH))


@pytest.mark.parametrize(
    "optimiser", [SGD(0.1, weight_decay=0.5, clip_norm=0.01), Adam(0.1, weight_decay=0.5), AdamW(0.1)]
)
def test_optimisers_leave_statistics_alone(optimiser: Optimiser) -> None:
    """Decay, clipping and moments concern weights: the statistics are the same with any optimiser."""
    network = Network((1, 28, 28), LAYERS, seed=2)
    one, other = begun(network, optimiser), begun(network, SGD(0.001))
    for engine in (one, other):
        engine.run("train", 0, 1)
    names = [name for name, parameter in network.specifications().items() if not parameter.learned]
    assert len(names) == 6 and one.read("parameters") != other.read("parameters")
    for name in names:
        assert one.read(name) == other.read(name)
        assert list(one.read(name)) != list(network.parameters[name])
    assert network.parameter_count == sum(
        len(values) for name, values in network.parameters.items() if name not in names
    )


def test_the_average_has_averaged_statistics() -> None:
    """What is evaluated with averaged weights is their average as well: after a step, a tenth of the old ones."""
    network = Network((1, 28, 28), LAYERS, seed=2)
    plain, averaged = begun(network, SGD(0.1)), begun(network, SGD(0.1, averaging=0.99))
    averaged.write("average", averaged.read("parameters"))
    averaged.write("shares", [0.9, 0.9])
    for engine in (plain, averaged):
        engine.run("train", 0, 1)
    averaged.run("swap")
    for at, start in ((1, 0.0), (2, 1.0)):
        name = f"batchnorm2d_1.running_{('mean', 'variance')[at - 1]}"
        expected = [start + 0.9 * (value - start) for value in plain.read(name)]
        assert list(averaged.read(name)) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_the_interpreter_trains_to_nearly_the_same() -> None:
    """It computes in float64 between stores."""
    network = Network((1, 28, 28), [Conv2D(2, 5, 3), BatchNorm2D(), Flatten(), Dense(10)], seed=2)
    one, other = begun(network, SGD(0.1)), begun(network, SGD(0.1), Interpreter)
    for engine in (one, other):
        engine.run("train", 0, 1)
    assert list(other.read("parameters")) == pytest.approx(list(one.read("parameters")), rel=1e-3, abs=1e-4)


def trained(slice_size: int, stop: int | None = None) -> Trainer:
    training, test = PRESETS["mnist"].digits(5)
    network = Network((1, 28, 28), [Conv2D(2, 5, 3), BatchNorm2D(), Flatten(), Dense(10)], seed=2)
    one = Trainer(network, training, test, epochs=2, optimiser=SGD(0.1), batch_size=BATCH, seed=3)
    one.slice_size = slice_size
    for _ in islice(one.run(), stop):
        pass
    return one


def test_slices_do_not_change_the_bits() -> None:
    """A slice that is smaller than a shard takes the whole shard."""
    prints = {trained(size).network.fingerprint() for size in (1, 20, 1000)}
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"trained": 17}, "in the middle of a shard"),
        ({"batchnorm2d_1.running_variance": -1.0}, "running_variance has values below 0"),
        ({"batchnorm2d_1.running_mean": None}, "the tensor batchnorm2d_1.running_mean is missing"),
    ],
)
def test_checkpoints_that_cannot_be(change: dict[str, Any], words: str) -> None:
    """A position within a shard, a negative variance and missing statistics are refused before use."""
    training, test = PRESETS["mnist"].digits(5)
    one = trained(1, stop=1)
    assert one.trained == 18
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    assert resume(safetensors.pack(tensors, metadata), training, test).trained == 18
    for name, value in change.items():
        if name == "trained":
            metadata["state"] = metadata["state"].replace('"trained": 18', f'"trained": {value}')
        elif value is None:
            del tensors[name]
        else:
            tensors[name] = Tensor(array("f", [value] * 2), (2,))
    with pytest.raises(ModelError, match=words):
        resume(safetensors.pack(tensors, metadata), training, test)


def test_the_best_weights_of_a_checkpoint_have_no_negative_variance() -> None:
    """They would make every later prediction NaN."""
    training, test = PRESETS["mnist"].digits(5)
    network = Network((1, 28, 28), [Flatten(), BatchNorm2D(), Dense(10)], seed=2)
    one = Trainer(network, training, test, epochs=3, batch_size=20, validation=10)
    run = one.run()
    while not one.best:
        next(run)
    tensors, metadata = safetensors.unpack(pack_checkpoint(one))
    values = tensors["training.best_parameters"].values
    tensors["training.best_parameters"] = Tensor(array("f", [-1.0] * len(values)), (len(values),))
    with pytest.raises(ModelError, match="best_parameters must be at least 0 in batchnorm2d_1.running_variance"):
        resume(safetensors.pack(tensors, metadata), training, test)


def test_random_numbers_belong_to_the_sample() -> None:
    """Dropout after a batch normalisation draws the same for a sample wherever in memory it is."""
    network = Network((1, 28, 28), LAYERS, seed=2)
    digits, _ = PRESETS["mnist"].digits(4)
    engines = [begun(network, SGD(0.1)) for _ in range(2)]
    order = [*range(18, BATCH), *range(18)]
    engines[1].write("pixels", b"".join(map(digits.image, order)))
    engines[1].write("labels", bytes(digits.labels[index] for index in order))
    engines[1].write("counter", [4711, 5 + 18])
    engines[0].run("learn", 18, 19)
    engines[1].run("learn", 0, 19)
    assert engines[0].read("gradients") == engines[1].read("gradients")
    assert any(engines[0].read("gradients"))
