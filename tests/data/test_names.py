"""Class names that are known by a dataset's name."""

import pytest

from scnn.data.names import KNOWN, class_names
from scnn.errors import ConfigError


def test_names() -> None:
    """All are different, and as many as the datasets have classes."""
    assert {name: len(set(names)) for name, names in KNOWN.items()} == {
        "mnist": 10,
        "fashion-mnist": 10,
        "kmnist": 10,
        "emnist-letters": 26,
        "emnist-balanced": 47,
        "cifar-10": 10,
    }
    assert class_names(["a", "b"]) == ("a", "b") and class_names("mnist") == tuple("0123456789")
    with pytest.raises(
        ConfigError, match="unknown dataset 'cifar'; expected a list of class names, or one of: mnist"
    ):
        class_names("cifar")
