"""The gallery: the test images by how the network classifies them, on the engine of the training."""

import json

import pytest

from scnn.experiments.presets import PAPER
from scnn.network import Network
from scnn.page.gallery import Gallery
from scnn.training import Progress, Trainer

TRAINING, TEST = PAPER.digits()


def new_trainer(epochs: int) -> Trainer:
    network = Network(PAPER.input_shape, PAPER.layers, seed=1)
    return Trainer(network, TRAINING, TEST, seed=1, **{**PAPER.settings, "epochs": epochs})


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    trained = new_trainer(epochs=20)
    for _ in trained.run():
        pass
    return trained


@pytest.fixture(scope="module")
def gallery(trainer: Trainer) -> Gallery:
    return Gallery(trainer, TEST, trainer.network.class_names)


def test_the_score_is_the_trainers_own(trainer: Trainer, gallery: Gallery) -> None:
    """Loss and confusion matrix to the bit, and the matrix of Network.evaluate."""
    score = gallery.evaluate()
    assert score == trainer.scores["test"]
    assert score.confusion == trainer.network.evaluate(TEST).confusion


def test_cells_and_mistakes(gallery: Gallery) -> None:
    """They contain exactly the images that the matrix counts, the most confident first."""
    confusion = gallery.evaluate().confusion
    for true in range(3):
        for predicted in range(3):
            cell = gallery.cell(true, predicted)
            assert cell["count"] == len(cell["images"]) == confusion[true][predicted]
            confidence = [image["probability"] for image in cell["images"]]
            assert confidence == sorted(confidence, reverse=True)
            classes = {(image["true"], image["predicted"]) for image in cell["images"]}
            assert classes <= {(str(true), str(predicted))}
    wrong = sum(confusion[true][predicted] for true in range(3) for predicted in range(3) if true != predicted)
    mistakes = gallery.mistakes()
    assert mistakes["count"] == wrong
    assert json.loads(json.dumps(mistakes)) == mistakes


def test_evaluating_while_training_changes_no_bit() -> None:
    """The counters of the epoch in progress are restored, and the weights in the end are the same."""
    ends = []
    for look in (False, True):
        trainer = new_trainer(epochs=2)
        trainer.slice_size = 40
        gallery = Gallery(trainer, TEST, trainer.network.class_names)
        for event in trainer.run():
            if look and isinstance(event, Progress):
                gallery.evaluate()
        ends.append((trainer.network.fingerprint(), trainer.scores))
    assert ends[0] == ends[1]


def test_the_score_follows_the_parameters() -> None:
    """It is cached only until the parameters change."""
    trainer = new_trainer(epochs=1)
    gallery = Gallery(trainer, TEST, trainer.network.class_names)
    before = gallery.evaluate()
    for _ in trainer.run():
        pass
    assert gallery.evaluate() == trainer.scores["test"] != before
