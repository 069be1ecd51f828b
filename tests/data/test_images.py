"""Images in every form: what is accepted, what is rejected, and that arrays are not copied."""

import math
import tracemalloc
import warnings
from array import array
from typing import Any

import numpy as np
import pytest

from scnn.data.dataset import Digits
from scnn.errors import DataError, DataWarning, ShapeError
from scnn.experiments.presets import PAPER
from scnn.layers.dense import Dense, Flatten
from scnn.network.network import Network


@pytest.fixture(scope="module")
def network() -> Network:
    """The paper's network, untrained: equal images give equal outputs."""
    return Network(PAPER.input_shape, PAPER.layers, seed=1)


def test_predicting_from_any_form_of_images(network: Network) -> None:
    """Bytes, nested lists, arrays and numpy arrays of several types and shapes give the same outputs."""
    _, test = PAPER.digits()
    pixels = test.pixels[: 3 * 784]
    expected = network.logits(pixels)
    as_array = np.frombuffer(pixels, dtype=np.uint8).reshape(3, 28, 28)
    forms: list[object] = [
        bytearray(pixels),
        memoryview(pixels),
        as_array,
        as_array.reshape(3, 1, 28, 28),
        as_array.tolist(),
        [pixels[:784], pixels[784:1568], pixels[1568:]],
        as_array.astype(np.float32) / np.float32(255),
        np.asfortranarray(as_array),
        np.concatenate([as_array, as_array])[:3],
        [*as_array],
        *(as_array.astype(kind) for kind in (np.int64, np.int16, np.uint32, ">i4")),
    ]
    for form in forms:
        assert network.logits(form) == expected
    near = [*(as_array / 255.0).tolist()]
    assert network.logits(near) == [pytest.approx(row, abs=1e-5) for row in expected]
    assert network.predict(as_array[0]) == network.predict(as_array)[:1]
    assert network.logits(array("f", (level / 255 for level in pixels)))[0] == pytest.approx(expected[0], abs=1e-5)
    ink = as_array > 127
    assert network.logits(ink) == network.logits(ink * np.uint8(255))
    (row,) = network.probabilities(as_array[0])
    assert sum(row) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int16])
def test_an_array_is_read_where_it_is(network: Network, kind: type) -> None:
    """Predicting uses little memory besides the array's own, however many images it has."""
    images: Any = np.zeros((400, 28, 28), dtype=kind)
    network.predict(images[:1])  # which compiles
    tracemalloc.start()
    network.predict(images)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.2 * images.nbytes


def endless() -> list[object]:
    """A list that contains itself."""
    images: list[object] = []
    images.append(images)
    return images


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        ([[float("nan")] * 784], DataError, "nan"),
        ([[2.0] * 784], DataError, "2.0"),
        ([[-1] * 784], DataError, "-1"),
        ([["a"] * 784], DataError, "'a'"),
        ([None], DataError, "NoneType"),
        ([True] * 784, DataError, "True"),
        (np.full(784, -1), DataError, "number 0 of the images is -1"),
        (np.full(784, 256), DataError, "number 0 of the images is 256"),
        (np.zeros(784, dtype=np.complex64), DataError, "got numbers of complex64"),
        (memoryview(bytes(784)).cast("c"), DataError, "format 'c'"),
        (bytes(783), ShapeError, "multiple of 784 numbers, got 783"),
        ([], ShapeError, "784 numbers each, got none"),
        ([[0] * 28, [0] * 27, [0] * 29, *[[0] * 28] * 25], ShapeError, "rows of nested lists differ"),
        (endless(), DataError, "nested in themselves"),
        ([[[0] * 56] * 14] * 2, ShapeError, r"got an array of \(2, 14, 56\)"),
        ([[[[0] * 28] * 28] * 3] * 4, ShapeError, r"got an array of \(4, 3, 28, 28\)"),
    ],
)
def test_invalid_images(network: Network, images: object, error: type[Exception], words: str) -> None:
    """The error has the index of the number, or the count."""
    with pytest.raises(error, match=words):
        network.predict(images)


@pytest.mark.parametrize("shape", [(4, 14, 14), (28, 28, 3), (2, 28, 14, 2), (14, 56)])
def test_arrays_of_another_size_are_refused(shape: tuple[int, ...]) -> None:
    """They are rejected even if they have the right number of elements."""
    network = Network((1, 28, 28), [Flatten(), Dense(3)], seed=1)
    with pytest.raises(ShapeError, match="got an array of"):
        network.predict(np.zeros(shape, "float32"))


@pytest.mark.parametrize(
    "shape", [(28, 28), (1, 28, 28), (2, 28, 28), (2, 1, 28, 28), (2, 28, 28, 1), (2, 784), (784,)]
)
def test_arrays_of_images_with_and_without_channels(shape: tuple[int, ...]) -> None:
    """A single channel may be left out, or stand last; flat images are rows."""
    network = Network((1, 28, 28), [Flatten(), Dense(3)], seed=1)
    assert len(network.predict(np.zeros(shape, "float32"))) == max(1, math.prod(shape) // 784)


@pytest.mark.parametrize(
    "images", [bytes([0, 1] * 392), [0, 1] * 392, np.eye(28, dtype="int64"), np.eye(28, dtype="uint8")]
)
def test_integers_of_0_and_1_are_suspicious(network: Network, images: object) -> None:
    """They are grey levels, and as such blank paper: a warning names what is meant instead."""
    with pytest.warns(DataWarning, match="integers 0 and 1.*pass floats or an array of bools, or multiply by 255"):
        network.predict(images)
    with pytest.warns(DataWarning, match="integers 0 and 1"):
        Digits(images, [0])


@pytest.mark.parametrize(
    "images",
    [bytes(784), bytes([0, 1, 2, 0] * 196), np.eye(28), np.eye(28, dtype=bool), np.eye(28, dtype="int16") * 255],
)
def test_other_images_give_no_warning(network: Network, images: object) -> None:
    """Blank paper, floats, bools, and integers with grey levels above 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network.predict(images)
        Digits(images, [0])
