"""Images and their shifted copies, and the mean of what a network computes for them."""

from random import Random

import pytest

from scnn import Conv2D, Dense, Flatten, Network, ReLU
from scnn.data.dataset import ImageDataset
from scnn.errors import ConfigError
from scnn.network.shifts import shifted_copies

IMAGES = [bytes(Random(seed).randrange(256) for _ in range(40)) for seed in range(6)]


@pytest.fixture
def network() -> Network:
    return Network((2, 5, 4), [Conv2D(3, 3), ReLU(), Flatten(), Dense(3)], seed=4)


def test_copies_are_shifted_by_whole_pixels() -> None:
    """Up, down, left and right, in every channel; the border is repeated."""
    first, second = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]
    copies = [list(copy) for copy in shifted_copies([*first, *second], (2, 2, 3), 1)]
    assert [copy[:6] for copy in copies] == [
        first,
        [4.0, 5.0, 6.0, 4.0, 5.0, 6.0],
        [1.0, 2.0, 3.0, 1.0, 2.0, 3.0],
        [2.0, 3.0, 3.0, 5.0, 6.0, 6.0],
        [1.0, 1.0, 2.0, 4.0, 4.0, 5.0],
    ]
    assert [copy[6:] for copy in copies] == [[value + 6 for value in copy[:6]] for copy in copies]
    assert [list(copy) for copy in shifted_copies(first, (1, 2, 3), 0)] == [first]
    assert list(shifted_copies(first, (1, 2, 3), 9)[1]) == [4.0, 5.0, 6.0] * 2


def test_probabilities_are_the_mean_over_the_copies(network: Network) -> None:
    """Of five images that are written by hand; `predict` and `evaluate` follow from them."""
    together = network.probabilities(b"".join(IMAGES), shift=1)
    for image, found in zip(IMAGES, together, strict=True):
        copies = [[level / 255 for level in copy] for copy in shifted_copies(list(image), (2, 5, 4), 1)]
        rows = [network.probabilities(copy)[0] for copy in copies]
        assert found == pytest.approx([sum(column) / 5 for column in zip(*rows, strict=True)], rel=1e-6)
        assert sum(found) == pytest.approx(1)
    predicted = [row.index(max(row)) for row in together]
    assert network.predict(b"".join(IMAGES), shift=1) == predicted
    labels = bytes(k % 3 for k in range(6))
    report = network.evaluate(ImageDataset(b"".join(IMAGES), labels, (2, 5, 4), ("a", "b", "c")), shift=1)
    assert report.accuracy == sum(a == b for a, b in zip(labels, predicted, strict=True)) / 6


def test_shifts_below_zero_are_refused(network: Network) -> None:
    """They are a number of pixels."""
    with pytest.raises(ConfigError, match="the shift must be an integer from 0 to .*, got -1"):
        network.predict(IMAGES[0], shift=-1)
