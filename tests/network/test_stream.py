"""The stream: which images are in an engine's memory, and where."""

import pytest

from scnn.data.dataset import Digits
from scnn.engines.interpreter import Interpreter
from scnn.layers.dense import Dense, Flatten
from scnn.network.lowering import lower
from scnn.network.network import Network
from scnn.network.stream import Stream, capacity


def digits(first: int, count: int) -> Digits:
    """Images of two pixels whose values and labels are their indices."""
    numbers = range(first, first + count)
    return Digits(bytes(number for number in numbers for _ in range(2)), bytes(numbers), 1, 2)


def stream(room: int) -> Stream:
    """A stream over six images, 0 to 3 and 4 to 5, with the given capacity."""
    engine = Interpreter(lower(Network((1, 1, 2), [Flatten(), Dense(10)], seed=1), images=room))
    return Stream(engine, digits(0, 4), digits(4, 2))


def loaded(one: Stream, position: int) -> tuple[list[int], int]:
    """The labels in memory from a position on, and their number according to the stream."""
    index, count = one.ensure_loaded(position)
    labels, pixels = one.engine.read("labels"), one.engine.read("pixels")
    assert [pixels[2 * at] for at in range(len(labels))] == list(labels)
    return [int(label) for label in labels[index : index + count]], count


def test_images_come_as_they_are_reached() -> None:
    """Images are loaded in order, across the end of the first dataset, up to the capacity, and not twice."""
    one = stream(room=4)
    assert loaded(one, 0) == ([0, 1, 2, 3], 4)
    assert loaded(one, 3) == ([3], 1)
    assert loaded(one, 4) == ([4, 5], 2)
    assert loaded(one, 1) == ([1, 2, 3, 4], 4)
    one.engine.write("labels", bytes(4))
    assert one.ensure_loaded(2) == (1, 3) and not any(one.engine.read("labels")), "it was there already"


def test_another_order() -> None:
    """Positions refer to the new order, and no image of the previous one is reused."""
    one = stream(room=4)
    loaded(one, 0)
    one.follow([5, 0, 4])
    assert loaded(one, 0) == ([5, 0, 4], 3)
    assert loaded(one, 2) == ([4], 1)
    one.follow([6])
    with pytest.raises(IndexError):
        one.ensure_loaded(0)


def test_the_capacity_for_large_images_is_limited_by_their_bytes() -> None:
    """As many images as fit into 16 MiB, and at least one."""
    assert [capacity(60_000, shape) for shape in ((1, 28, 28), (3, 128, 128), (3, 4096, 4096))] == [1024, 341, 1]
    assert capacity(5, (1, 28, 28)) == 5
