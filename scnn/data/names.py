"""The class names of well-known datasets, by the dataset's name.

Sources: the papers and pages that publish them: Fashion-MNIST (H. Xiao and others, 2017), KMNIST (T. Clanuwat and
others, 2018), EMNIST (G. Cohen and others, 2017), CIFAR-10 (A. Krizhevsky, 2009).
"""

from collections.abc import Sequence
from string import ascii_uppercase, digits

from scnn.errors import ConfigError

__all__ = ["KNOWN", "class_names"]

KNOWN: dict[str, tuple[str, ...]] = {
    "mnist": tuple(digits),
    "fashion-mnist": (
        *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
    ),
    "kmnist": tuple("おきすつなはまやれを"),
    "emnist-letters": tuple(ascii_uppercase),
    "emnist-balanced": (*digits, *ascii_uppercase, *"abdefghnqrt"),
    "cifar-10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
}


def class_names(classes: str | Sequence[str]) -> tuple[str, ...]:
    """The names in a list, or those of the dataset that a string names; raises ConfigError for an unknown one."""
    if not isinstance(classes, str):
        return tuple(classes)
    if classes not in KNOWN:
        raise ConfigError(
            f"unknown dataset {classes!r}; expected a list of class names, or one of: {', '.join(KNOWN)}"
        )
    return KNOWN[classes]
