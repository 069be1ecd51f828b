"""What a training's network reads, without its session; looking back is tested in test_course.py."""

import pytest

from scnn.engines.wasm import compiled
from scnn.errors import ConfigError
from scnn.experiments.experiment import experiment_of
from scnn.page.reading import Reading


def test_reading_before_the_first_epoch() -> None:
    """The untrained network predicts; there is no report and no verdict yet."""
    experiment = experiment_of({"experiment": "paper"})
    reading = Reading(experiment, compiled)
    reading.read_with(experiment.trainer(experiment.network(), compiled))
    prediction = reading.predict(experiment.test.image(0))
    assert sum(row["probability"] for row in prediction["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert reading.verdict() == {"kind": None} and reading.history.epochs == [0]
    with pytest.raises(ConfigError, match="no report yet"):
        reading.report()
    reading.evaluate()
    assert 0 <= reading.report()["accuracy"] <= 1
    assert reading.reader().network.fingerprint() == experiment.network().fingerprint()
