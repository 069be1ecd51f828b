"""Opening checkpoints: the experiment that a file's provenance speaks of, and corrections among the digits."""

from itertools import islice
from typing import Any

import pytest

from scnn.data import Digits
from scnn.engines import compiled
from scnn.errors import ModelError
from scnn.experiments.opening import LESSONS, config_in, joined, open_checkpoint, taught
from scnn.experiments.presets import MNIST, PAPER
from scnn.network import Network
from scnn.training import Trainer
from scnn.training.checkpoint import pack_checkpoint

ONE = Digits(bytes([1, 2, 3, 4]), [0], 2, 2, ("a", "b"))
OTHER = Digits(bytes([5, 6, 7, 8]), [1], 2, 2, ("a", "b"))


def network(provenance: dict[str, Any], classes: int = 3) -> Network:
    shape, layers = (PAPER.input_shape, PAPER.layers) if classes == 3 else ((1, 28, 28), MNIST.layers)
    return Network(shape, layers, seed=1, provenance=provenance)


def test_the_pages_configuration_is_taken_as_it_is() -> None:
    """What the page wrote into the file."""
    assert config_in(network({"experiment": {"experiment": "paper", "seed": 7}})) == {
        "experiment": "paper",
        "seed": 7,
    }


def test_the_commands_settings_become_a_configuration() -> None:
    """Those that make a difference to what is trained; no augmentation is told from the usual one."""
    settings = {"epochs": 3, "seed": 5, "patience": 4, "augmentation": None}
    found = config_in(network({"preset": "mnist", "settings": settings}))
    assert found == {"experiment": "mnist", "epochs": 3, "seed": 5, "augmentation": {}}


@pytest.mark.parametrize(("classes", "likely"), [(3, "paper"), (10, "mnist")])
def test_a_file_that_says_nothing_gets_the_likely_experiment(classes: int, likely: str) -> None:
    """By its number of classes."""
    assert config_in(network({}, classes)) == {"experiment": likely}


@pytest.mark.parametrize("provenance", [{"experiment": 5}, {"settings": 5}])
def test_a_provenance_that_is_no_configuration(provenance: dict[str, Any]) -> None:
    """Is refused by name."""
    with pytest.raises(ModelError, match="provenance"):
        config_in(network(provenance))


def test_digits_are_joined_in_order() -> None:
    """Pixels and labels, one set after the other."""
    both = joined(ONE, OTHER, ONE)
    assert both.pixels == bytes([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4]) and list(both.labels) == [0, 1, 0]
    assert both.classes == ("a", "b")


def test_corrections_stand_among_the_digits_several_times() -> None:
    """As often as LESSONS says; without any, the digits are the same object."""
    assert taught(ONE, None) is ONE
    assert list(taught(ONE, OTHER).labels) == [0] + [1] * LESSONS


def test_a_checkpoint_opens_where_it_was_taken() -> None:
    """With its experiment and position, and goes on to the bits of a training that was not interrupted."""

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
