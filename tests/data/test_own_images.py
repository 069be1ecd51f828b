"""Own images: which are taken, how they are split, and what is left out."""

from collections import Counter

import pytest

from scnn.data.dataset import Digits
from scnn.data.own_images import MAX_IMAGES, OwnImages, choose_evenly, classes_of_one, split
from scnn.errors import ConfigError, DataError


def bar(length: int) -> bytes:
    """A dark bar of so many rows on 20×20 light pixels."""
    pixels = bytearray(b"\xf0" * 400)
    for row in range(2, 2 + length):
        pixels[row * 20 + 9 : row * 20 + 12] = b"\x10" * 3
    return bytes(pixels)


def test_a_class_of_one_picture_is_left_out_by_name() -> None:
    """The others are kept; where fewer than two classes are left, the error counts them."""
    own = OwnImages()
    for name, count in (("a", 3), ("b", 2), ("lonely", 1)):
        for _ in range(count):
            own.add(bar(12), 20, 20, name)
    training, test = own.digits()
    assert (training.classes, own.left_out) == (("a", "b"), ["lonely"])
    assert (len(training), len(test)) == (3, 2)
    own.images = own.images[2:3] + own.images[3:]
    with pytest.raises(ConfigError, match="there are 1, and 2 more with one image"):
        own.digits()


def test_names_that_look_the_same_are_one_class() -> None:
    """macOS writes é as two characters; what no class may be called is refused with the first picture."""
    own = OwnImages()
    for name in ("caf\u00e9", "cafe\u0301", "tea", "tea"):
        own.add(bar(12), 20, 20, name)
    assert own.digits()[0].classes == ("caf\u00e9", "tea")
    with pytest.raises(ConfigError, match="control characters"):
        own.add(bar(12), 20, 20, "\u202etea")


def test_idx_files_with_a_class_of_one() -> None:
    """Its image is left out, and the class is known by name."""
    digits = Digits(bytes(784 * 5), [0, 1, 1, 0, 7])
    assert classes_of_one(digits) == ["7"]
    training, test = split(digits)
    assert sorted(training.labels + test.labels) == [0, 0, 1, 1]
    with pytest.raises(ConfigError, match="no class has two images"):
        split(Digits(bytes(784 * 2), [0, 1]))


def test_up_to_256_classes() -> None:
    """A label is one byte."""
    own = OwnImages()
    own.images = [(bytes(784), f"class {at // 2}") for at in range(512)]
    training, test = own.digits()
    assert len(training.classes) == 256 == len(training) == len(test)
    own.images += [(bytes(784), "one more")] * 2
    with pytest.raises(ConfigError, match="2 to 256 classes, a folder for each; there are 257"):
        own.digits()


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"a": 10, "b": 10}, {"a": 3, "b": 3}),
        ({"a": 1, "b": 10, "c": 10}, {"a": 1, "b": 2, "c": 3}),
        ({"a": 2, "b": 2}, {"a": 2, "b": 2}),
    ],
)
def test_pictures_are_chosen_evenly(counts: dict[str, int], expected: dict[str, int]) -> None:
    """At most six here: as many of each class, and all of one that has fewer."""
    names = [name for name, count in counts.items() for _ in range(count)]
    indices = choose_evenly(names, 6)
    assert indices == sorted(set(indices))
    assert Counter(names[index] for index in indices) == expected


def test_a_class_is_chosen_from_its_whole_length() -> None:
    """Not its first pictures, which may all be of one hand."""
    assert choose_evenly(["a"] * 100, 4) == [0, 25, 50, 75]


def test_more_than_5000_pictures() -> None:
    """Of 6,000 in two classes, all of the smaller one are taken."""
    own = OwnImages()
    own.images = [(bytes(784), "few" if at < 1000 else "many") for at in range(6000)]
    training, test = own.digits()
    assert len(training) + len(test) == MAX_IMAGES
    assert Counter(training.labels + test.labels) == {0: 1000, 1: 4000}


def test_pictures_that_are_refused() -> None:
    """One colour; a name that is too long."""
    own = OwnImages()
    with pytest.raises(DataError, match="one colour"):
        own.add(bytes(400), 20, 20, "a")
    with pytest.raises(ConfigError, match="class name of 1 to 40 letters"):
        own.add(bar(5), 20, 20, "a" * 41)
