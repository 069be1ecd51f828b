"""Splitting labelled images into parts that have every class: which indices go where.

Training and test images of a preset, validation images and the test images of a user's own classes are all chosen
here, by index, and `Digits.take` makes the parts.
"""

from collections.abc import Sequence

from scnn.errors import ConfigError

__all__ = ["by_class", "every_nth", "first_of_each", "hold_out"]


def by_class(labels: Sequence[int]) -> dict[int, list[int]]:
    """The indices of the images of each class, classes in ascending order."""
    indices: dict[int, list[int]] = {label: [] for label in sorted(set(labels))}
    for index, label in enumerate(labels):
        indices[label].append(index)
    return indices


def first_of_each(labels: Sequence[int], classes: Sequence[int], count: int) -> list[int]:
    """The first `count` images of each of the classes, class after class; raises ConfigError if one has fewer."""
    indices = by_class(labels)
    chosen: list[int] = []
    for label in classes:
        found = indices.get(label, [])
        if len(found) < count:
            raise ConfigError(f"class {label} has {len(found)} images; expected at least {count}")
        chosen += found[:count]
    return chosen


def every_nth(labels: Sequence[int], n: int) -> tuple[list[int], list[int]]:
    """(the others, every n-th image of each class, or its last one if it has fewer), class after class.

    A class with one image is left out of both.
    """
    others: list[int] = []
    chosen: list[int] = []
    for indices in by_class(labels).values():
        if len(indices) == 1:
            continue
        nth = indices[n - 1 :: n] or indices[-1:]
        chosen += nth
        others += [index for index in indices if index not in set(nth)]
    return others, chosen


def hold_out(labels: Sequence[int], count: int) -> tuple[list[int], list[int]]:
    """(the others, `count` images that are held out), both in ascending order: the last of each class, in turn.

    Raises ConfigError unless every class keeps an image.
    """
    classes = list(by_class(labels).values())
    if count > len(labels) - len(classes):
        raise ConfigError(
            f"{count} validation images leave too few of the {len(labels)} images to train on; "
            f"expected at most {len(labels) - len(classes)}"
        )
    held_out: list[int] = []
    while len(held_out) < count:
        for indices in classes:
            if len(held_out) < count and len(indices) > 1:
                held_out.append(indices.pop())
    return sorted(index for indices in classes for index in indices), sorted(held_out)
