"""Parts of a batch: any division into calls gives the gradients and the counts of the procedure `train`."""

from random import Random

import pytest

from scnn.engines.wasm import compiled
from scnn.experiments.presets import PRESETS
from scnn.layers.activation import Dropout
from scnn.layers.dense import Dense, Flatten
from scnn.network.network import Network
from scnn.training.lowering import lower_training
from scnn.training.optimisers import SGD
from scnn.training.part import run_part

BATCH = 19  # four shards, of four and five samples


@pytest.mark.parametrize("seed", range(4))
def test_parts_add_up_to_the_batch(seed: int) -> None:
    """Parts end anywhere, also within a shard; dropout draws the same numbers."""
    random = Random(seed)
    network = Network((1, 28, 28), [Flatten(), Dropout(0.3), Dense(10)], seed=seed)
    digits, _ = PRESETS["mnist"].digits(2)
    whole, parts = (compiled(lower_training(network, BATCH, steps=1, batch_size=BATCH)) for _ in range(2))
    for engine in (whole, parts):
        for name, values in network.parameters.items():
            engine.write(name, values)
        engine.write("pixels", digits.pixels[: BATCH * 784])
        engine.write("labels", digits.labels[:BATCH])
        engine.write("settings", SGD(0.1).row(0, 1.0))
        engine.write("counter", [4711, 5])
    whole.run("train", 0, 1)
    started = 0
    while started < BATCH:
        count = random.randrange(1, BATCH + 1 - started)
        run_part(parts, BATCH, started, started, count)
        started += count
    assert any(parts.read("gradients"))
    parts.run("update", BATCH)
    for buffer in ("parameters", "confusion", "loss_sum", "step"):
        assert parts.read(buffer) == whole.read(buffer)
    assert sum(whole.read("confusion")) == BATCH
