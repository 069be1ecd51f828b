"""Opening checkpoints: the experiment in a file's provenance, and corrections among the training digits."""

from itertools import islice
from typing import Any

import pytest

from scnn.data import Digits
from scnn.engines import compiled
from scnn.errors import ModelError
from scnn.experiments.opening import CORRECTION_COPIES, config_in, open_checkpoint, with_corrections
from scnn.experiments.presets import MNIST, PAPER
from scnn.network import Network
from scnn.settings import to_dict
from scnn.training import Trainer
from scnn.training.checkpoint import pack_checkpoint

ONE = Digits(bytes([1, 2, 3, 4]), [0], 2, 2, ("a", "b"))
OTHER = Digits(bytes([5, 6, 7, 8]), [1], 2, 2, ("a", "b"))


def network(provenance: dict[str, Any], classes: int = 3) -> Network:
    shape, layers = (PAPER.input_shape, PAPER.layers) if classes == 3 else ((1, 28, 28), MNIST.layers)
    return Network(shape, layers, seed=1, provenance=provenance)


def test_the_configuration_saved_by_the_page_is_used() -> None:
    """Unchanged."""
    assert config_in(network({"experiment": {"experiment": "paper", "seed": 7}})) == {
        "experiment": "paper",
        "seed": 7,
    }


def test_the_commands_settings_become_a_configuration() -> None:
    """The settings that affect training; no augmentation differs from the preset's augmentation."""
    settings = {"epochs": 3, "seed": 5, "patience": 4, "augmentation": None}
    found = config_in(network({"preset": "mnist", "settings": settings}))
    assert found.pop("layers") == [to_dict(layer) for layer in PAPER.layers]  # the file's, whatever the preset has
    assert found == {"experiment": "mnist", "epochs": 3, "seed": 5, "augmentation": {}}


@pytest.mark.parametrize(("classes", "preset"), [(3, "paper"), (10, "mnist")])
def test_a_file_without_provenance_gets_a_preset(classes: int, preset: str) -> None:
    """By its number of classes."""
    one = network({}, classes)
    assert config_in(one) == {"experiment": preset, "layers": [to_dict(layer) for layer in one.layers]}


@pytest.mark.parametrize("provenance", [{"experiment": 5}, {"settings": 5}])
def test_an_invalid_provenance_is_refused(provenance: dict[str, Any]) -> None:
    """The message names it."""
    with pytest.raises(ModelError, match="provenance"):
        config_in(network(provenance))


def test_digits_are_concatenated_in_order() -> None:
    """Pixels and labels."""
    both = ONE.joined(OTHER, ONE)
    assert both.pixels == bytes([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4]) and list(both.labels) == [0, 1, 0]
    assert both.classes == ("a", "b")


def test_corrections_are_repeated() -> None:
    """CORRECTION_COPIES times; without corrections, the digits are the same object."""
    assert with_corrections(ONE, None) is ONE
    assert list(with_corrections(ONE, OTHER).labels) == [0] + [1] * CORRECTION_COPIES


def test_a_checkpoint_opens_at_its_position() -> None:
    """With its experiment; resumed, it ends with the same bits as an uninterrupted training."""

    def trainer() -> Trainer:
        training, test = PAPER.digits()
        return Trainer(network({"preset": "paper"}), training, test, seed=1, **{**PAPER.settings, "epochs": 2})

    whole, first = trainer(), trainer()
    list(whole.run())
    first.slice_size = 10
    list(islice(first.run(), 3))
    first.network.provenance = {"preset": "paper", "settings": {"epochs": 2, "seed": 1}}
    opened = open_checkpoint(pack_checkpoint(first), compiled)
    assert (opened.own, opened.corrections, opened.as_configured) == (None, None, False)
    assert opened.trainer.done == first.done
    list(opened.trainer.run())
    assert opened.trainer.network.fingerprint() == whole.network.fingerprint()


def test_what_is_no_checkpoint_is_refused_by_its_name() -> None:
    """The error names the file."""
    with pytest.raises(ModelError, match="some file"):
        open_checkpoint(b"nothing", compiled, name="some file")
