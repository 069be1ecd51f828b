"""A network that several tests ask and save."""

import pytest

from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from scnn.training.trainer import Trainer


@pytest.fixture(scope="module")
def trained() -> Network:
    """The paper's network, trained."""
    training, test = PAPER.digits()
    network = Network(PAPER.input_shape, PAPER.layers, seed=1, class_names=training.classes)
    trainer = Trainer(network, training, test, epochs=50, optimiser=PAPER.optimiser, seed=1)
    for _ in trainer.run():
        pass
    return network
