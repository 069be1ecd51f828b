"""The sizes of weights, gradients and steps, compared with what the engine holds."""

import math

import pytest

from scnn.engines.wasm import compiled
from scnn.experiments.experiment import experiment_of
from scnn.page.sizes import Sizes
from scnn.training.trainer import Trainer


def trainer(**message: object) -> Trainer:
    experiment = experiment_of({"experiment": "mnist", "per_class": 20, "augmentation": {}, **message})
    made = experiment.trainer(experiment.network(), compiled)
    made.slice_size = 1000
    return made


def test_one_batch_is_measured() -> None:
    """With SGD, the step is the learning rate times the gradient; the weights are those after it."""
    one = trainer(optimiser={"kind": "SGD", "learning_rate": 0.05}, schedule={"kind": "Constant"})
    sizes = Sizes(one, lambda: 0.0)
    assert sizes.take() == []
    sizes.watch()
    next(one.run())
    assert one.trained == 32  # the batch alone, though a slice is larger
    measured = sizes.take()
    assert [size["layer"] for size in measured] == ["conv2d_1", "conv2d_2", "dense_1"]
    for size in measured:
        weights = [*one.engine.read(f"{size['layer']}.weights"), *one.engine.read(f"{size['layer']}.bias")]
        assert size["weights"] == pytest.approx(math.sqrt(sum(w * w for w in weights) / len(weights)))
        assert size["step"] == pytest.approx(0.05 * size["gradients"], rel=1e-3)
    assert sizes.take() == []


def test_measuring_takes_a_hundredth_of_the_time() -> None:
    """After a slow measurement, the next one waits a hundred times as long."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.05
        return now

    one = trainer()
    sizes = Sizes(one, clock)
    sizes.watch()
    next(one.run())
    assert sizes.take()
    sizes.watch()
    assert one.before_update is None
    assert sizes.due - now == pytest.approx(10.0, rel=0.1)
    now = sizes.due
    sizes.watch()
    assert one.before_update is not None


def test_measuring_changes_no_bit() -> None:
    """Nor does the slicing that it brings."""
    ends = []
    for measure in (False, True):
        one = trainer(epochs=2)
        sizes = Sizes(one, lambda: 0.0)
        for _ in one.run():
            if measure:
                sizes.take()
                sizes.watch_next()
        ends.append(one.network.fingerprint())
    assert ends[0] == ends[1]


def test_what_is_not_finite_is_none() -> None:
    one = trainer()
    sizes = Sizes(one, lambda: 0.0)
    sizes.watch()
    next(one.run())
    one.engine.write("dense_1.bias", [math.nan] * 10)
    assert sizes.take()[-1]["weights"] is None
