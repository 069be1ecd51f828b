"""Augmentation: where each pixel of a changed image comes from."""

from random import Random

import pytest

from scnn import kernels
from scnn.data.dataset import Digits
from scnn.errors import ConfigError
from scnn.layers.convolution import Conv2D
from scnn.layers.dense import Dense, Flatten
from scnn.network.network import Network
from scnn.training.augmentation import Augmentation
from scnn.training.trainer import Trainer

HEIGHT, WIDTH, NODES = 4, 3, 2
STAY = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, *[0.0] * (2 * NODES * NODES)]  # a matrix with its shifts, and the grid's


def noise(count: int, height: int = HEIGHT, width: int = WIDTH) -> bytearray:
    """Images with ink up to their edges."""
    return bytearray(Random("noise").randbytes(count * height * width))


def distorted(distortion: list[float], channels: int = 1, index: int = 0) -> list[list[float]]:
    """The rows of an image after the augmentation, from 0 to 255."""
    image = [-1.0] * (channels * HEIGHT * WIDTH)
    kernels.distort_image(image, noise(4), distortion, index, channels, HEIGHT, WIDTH, NODES)
    return [[level * 255.0 for level in image[at : at + WIDTH]] for at in range(0, len(image), WIDTH)]


def rows_of(pixels: bytes | bytearray) -> list[list[float]]:
    return [list(map(float, pixels[at : at + WIDTH])) for at in range(0, len(pixels), WIDTH)]


@pytest.mark.parametrize(("channels", "index"), [(1, 0), (1, 3), (2, 1)])
def test_no_change_at_all(channels: int, index: int) -> None:
    """Every pixel is unchanged, even in the last row and column."""
    size = channels * HEIGHT * WIDTH
    wanted = rows_of(noise(4)[index * size : (index + 1) * size])
    assert distorted(STAY, channels, index) == [pytest.approx(row) for row in wanted]


def test_a_shift() -> None:
    """A shift by whole pixels moves every pixel and fills with paper; a shift by half a pixel averages neighbours."""
    rows = rows_of(noise(1))
    right = [*STAY[:2], 1.0, *STAY[3:]]
    assert distorted(right) == [pytest.approx([*row[1:], 0.0]) for row in rows]
    up = [*STAY[:5], -1.0, *STAY[6:]]
    assert distorted(up) == [pytest.approx(row) for row in [[0.0] * WIDTH, *rows[:-1]]]
    half = [*STAY[:2], 0.5, *STAY[3:]]
    means = [[(row[0] + row[1]) / 2, (row[1] + row[2]) / 2, 0.0] for row in rows]
    assert distorted(half) == [pytest.approx(row) for row in means]


def test_a_mirrored_image() -> None:
    """With probability 1, each row is reversed; with probability 0, none is."""
    rows = rows_of(noise(1))
    for chance, expected in ((1.0, [row[::-1] for row in rows]), (0.0, rows)):
        distortion, random = list(STAY), [99]
        kernels.flip_distortion(distortion, [*[0.0] * 5, chance, 0.0, 0.0, 0.0], random)
        assert distorted(distortion) == [pytest.approx(row) for row in expected]
        assert random != [99]


def test_changed_colours() -> None:
    """Brightness moves all pixels alike, tint those of a channel, contrast moves them from the middle; all stay
    from 0 to 1."""
    image = [0.1, 0.5, 0.9, 0.2, 0.5, 0.8]

    def changed(brightness: float, contrast: float, tint: float) -> list[float]:
        found = list(image)
        kernels.change_colours(found, [*[0.0] * 6, brightness, contrast, tint], [99], 2, 3)
        return found

    assert changed(0.0, 0.0, 0.0) == pytest.approx(image)
    brighter = changed(0.05, 0.0, 0.0)
    assert len({round(new - old, 6) for new, old in zip(brighter, image, strict=True)}) == 1 and brighter != image
    tinted = changed(0.0, 0.0, 0.05)
    assert len({round(new - old, 6) for new, old in zip(tinted, image, strict=True)}) == 2
    assert changed(0.0, 0.5, 0.0)[1::3] == pytest.approx([0.5, 0.5]) and changed(0.0, 0.5, 0.0) != pytest.approx(
        image
    )
    assert all(0.0 <= level <= 1.0 for level in changed(1.0, 1.0, 1.0))


def test_a_turn_by_a_quarter_of_a_circle() -> None:
    """Columns become rows, the last one first; the centre of the image stays in place."""
    rows = rows_of(noise(1))
    turned = [[rows[row][column] for row in range(1, HEIGHT)] for column in (2, 1, 0)]
    found = distorted([0.0, -1.0, 0.5, 1.0, 0.0, 0.5, *STAY[6:]])
    assert found == [[0.0] * WIDTH, *(pytest.approx(row) for row in turned)]


def test_training_with_no_change_is_training_without_augmentation() -> None:
    """The compiled kernels give the same weights to the bit."""
    digits = Digits(noise(12, 8, 8), [0, 1, 2] * 4, 8, 8, tuple("abc"))

    def weights(augmentation: Augmentation | None) -> str:
        network = Network((1, 8, 8), [Conv2D(2), Flatten(), Dense(3)], seed=1, class_names=digits.classes)
        for _ in Trainer(network, digits, epochs=2, batch_size=4, augmentation=augmentation).run():
            pass
        return network.fingerprint()

    assert weights(Augmentation()) == weights(None) != weights(Augmentation(shift=1))


def test_images_of_a_single_column() -> None:
    """Such images have no neighbouring pixels to interpolate, and are rejected before training."""
    digits = Digits(bytes(8), [0, 1], 4, 1, ("a", "b"))
    network = Network((1, 4, 1), [Flatten(), Dense(2)], seed=1, class_names=digits.classes)
    with pytest.raises(ConfigError, match="at least 2×2 pixels, got 4×1"):
        Trainer(network, digits, epochs=1, augmentation=Augmentation(shift=1))
