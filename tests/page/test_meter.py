"""The points of the training curve within an epoch."""

import math

from scnn.engines.wasm import compiled
from scnn.experiments.experiment import experiment_of
from scnn.page.meter import Meter
from scnn.training.events import EpochEnded


def test_points_do_not_depend_on_when_they_are_taken() -> None:
    """Taken after every slice, also during the evaluation, they add up to the samples of each epoch."""
    experiment = experiment_of({"experiment": "paper", "epochs": 2, "batch_size": 10})
    trainer = experiment.trainer(experiment.network(), compiled)
    trainer.slice_size = 7
    meter = Meter(trainer)
    samples = []
    for event in trainer.run():
        points = meter.points(event.training if isinstance(event, EpochEnded) else None)
        samples += [(point["at"], point["samples"]) for point in points]
    assert [at for at, _ in samples if at == int(at)] == [1.0, 2.0]
    assert sum(count for _, count in samples) == 150
    assert meter.points() == []


def test_a_loss_that_is_not_finite() -> None:
    """It is None, which JSON can carry."""
    experiment = experiment_of({"experiment": "paper", "epochs": 2})
    trainer = experiment.trainer(experiment.network(), compiled)
    trainer.slice_size = 10
    meter = Meter(trainer)
    events = trainer.run()
    next(events)
    trainer.engine.write("loss_sum", [math.inf])
    (point,) = meter.points()
    assert point["loss"] is None and point["samples"] == 10
