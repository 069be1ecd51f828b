"""Photographs: one or several digits are found and read on paper of any kind, and everything else is ignored."""

import contextlib
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageOps

from scnn.cli.pictures import read_rgba
from scnn.data.bundled import load_digits
from scnn.data.dataset import Digits
from scnn.data.drawing import SIDE, normalise_pixels
from scnn.data.photo import MAX_DIGITS, MAX_PICTURE_SIDE, FoundDigit, find_digits, find_figure
from scnn.errors import DataError, EmptyDrawingError
from scnn.network.network import Network
from tests.photographs import KINDS, photograph

CASES = Path(__file__).parents[1] / "fixtures" / "papers"


@pytest.fixture(scope="module")
def network() -> Network:
    """The model that the build ships."""
    return Network.load(Path(__file__).parents[2] / "dist" / "site" / "pretrained.safetensors")


@pytest.fixture(scope="module")
def digits() -> Digits:
    """The bundled test digits."""
    return load_digits()[1]


def found_on(image: Image.Image) -> list[FoundDigit]:
    reduced = image.convert("RGBA")
    reduced.thumbnail((MAX_PICTURE_SIDE, MAX_PICTURE_SIDE))
    return find_digits(reduced.tobytes(), *reduced.size)


def read(network: Network, found: list[FoundDigit]) -> str:
    return "".join(str(digit) for digit in network.predict([one.image for one in found]))


def test_photographs_of_every_kind(network: Network, digits: Digits, request: pytest.FixtureRequest) -> None:
    """At least 95 % are read right, and no kind fails."""
    each = request.config.getoption("--photographs")
    right: Counter[str] = Counter()
    for kind in KINDS:
        for number in range(each):
            image, label = photograph(kind, number, digits)
            with contextlib.suppress(EmptyDrawingError):  # not found is not right
                right[kind] += read(network, found_on(image)) == str(label)
        print(f"{kind:24} {right[kind]:3} of {each}")
    print(f"{'all':24} {right.total() / each / len(KINDS):.1%}")
    assert right.total() >= 0.95 * each * len(KINDS)
    assert all(right[kind] >= 0.6 * each for kind in KINDS)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("squared.png", "3"),
        ("table.png", "3"),
        ("handshadow.png", "3"),
        ("pencil_noise.png", "3"),
        ("thirtythree.png", "33"),
        ("white_on_transparent.png", "3"),
        ("tight_one.png", "1"),
        ("sideways.jpg", "3"),
    ],
)
def test_papers_that_others_made(network: Network, name: str, number: str) -> None:
    """Read as a person does."""
    assert read(network, find_digits(*read_rgba(CASES / name))) == number


def test_digits_are_where_they_are_said_to_be() -> None:
    """Boxes are in the given picture's pixels, though it was reduced to be looked at; ink is for showing."""
    image = Image.new("RGB", (1500, 1000), "white")
    ImageDraw.Draw(image).rectangle((300, 200, 380, 800), fill="navy")
    ImageDraw.Draw(image).ellipse((700, 200, 1100, 800), outline="navy", width=80)
    one, ring = find_digits(image.convert("RGBA").tobytes(), *image.size)
    for digit, box in ((one, (300, 200, 81, 601)), (ring, (700, 200, 401, 601))):
        assert (digit.left, digit.top, digit.width, digit.height) == pytest.approx(box, abs=12)
        assert len(digit.ink) == digit.ink_width * digit.ink_height and max(digit.ink) == 255


def test_rows_are_read_from_top_to_bottom(network: Network, digits: Digits) -> None:
    """Four digits in two rows, one as in a hand that climbs."""
    image = Image.new("L", (800, 700), 235)
    indices = [digits.labels.index(label) for label in (7, 2, 3, 0)]
    for index, corner in zip(indices, ((80, 90), (420, 40), (60, 400), (420, 420)), strict=True):
        large = Image.frombytes("L", (SIDE, SIDE), digits.image(index)).resize((280, 280), Image.Resampling.BICUBIC)
        image.paste(30, corner, large.point(lambda level: 255 if level > 128 else 0))
    assert read(network, found_on(image)) == "7230"


def test_a_crease_does_not_part_a_digit(network: Network, digits: Digits) -> None:
    """Light lines across the strokes leave one digit, not pieces."""
    for index in (220, 320, 520, 620):
        image = Image.new("L", (400, 400), 235)
        large = Image.frombytes("L", (SIDE, SIDE), digits.image(index)).resize((392, 392), Image.Resampling.BICUBIC)
        image.paste(30, (0, 0), large.point(lambda level: 255 if level > 128 else 0))
        for line in ((0, 150, 400, 190), (150, 0, 260, 400), (0, 300, 400, 230)):
            ImageDraw.Draw(image).line(line, fill=225, width=3)
        assert read(network, found_on(image)) == str(digits.labels[index])


@pytest.mark.parametrize("size", [28, 40])
def test_small_pictures_stay_as_they_are(digits: Digits, size: int) -> None:
    """MNIST's own images, and other small ones: the same as their ink brought to form."""
    for index in range(0, 1000, 40):
        ink = Image.frombytes("L", (SIDE, SIDE), digits.image(index)).resize((size, size))
        levels = ink.tobytes()
        levels = bytes(level * 255 // max(levels) for level in levels)
        for picture in (ink, ImageOps.invert(ink)):
            pixels = picture.convert("RGBA").tobytes()
            (found,) = find_digits(pixels, size, size)
            assert found.image == normalise_pixels(levels, size, size) == find_figure(pixels, size, size)


@pytest.mark.parametrize("colour", ["black", "white", "red"])
def test_ink_on_a_transparent_ground(network: Network, digits: Digits, colour: str) -> None:
    """Whatever has alpha is ink; half of it at an edge is half. Of forty digits, at least 38 are read."""
    right = 0
    for index in range(0, 1000, 25):
        large = Image.frombytes("L", (SIDE, SIDE), digits.image(index)).resize((280, 280), Image.Resampling.BICUBIC)
        image = Image.new("RGBA", (280, 280), colour)
        image.putalpha(large.point(lambda level: 255 if level > 128 else 0))
        right += read(network, found_on(image)) == str(digits.labels[index])
    assert right >= 38


def test_a_sheet_that_was_cut_out(network: Network, digits: Digits) -> None:
    """Paper with transparent corners is paper, and its digit is read."""
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    ImageDraw.Draw(image).polygon([(60, 0), (340, 30), (400, 370), (20, 400)], fill=(240, 235, 220, 255))
    large = Image.frombytes("L", (SIDE, SIDE), digits.image(300)).resize((240, 240), Image.Resampling.BICUBIC)
    image.paste((20, 20, 60, 255), (90, 90), large.point(lambda level: 255 if level > 128 else 0))
    assert read(network, found_on(image)) == str(digits.labels[300])


@pytest.mark.parametrize("colour", ["white", "grey", "navy"])
def test_pictures_without_ink(colour: str) -> None:
    """One colour, or a camera's noise alone, is an empty picture."""
    image = Image.new("RGB", (300, 200), colour)
    with pytest.raises(EmptyDrawingError, match="no ink"):
        found_on(image)
    with pytest.raises(EmptyDrawingError, match="no ink"):
        find_figure(image.convert("RGBA").tobytes(), *image.size)


def test_a_page_of_text_is_refused_by_name() -> None:
    """Hundreds of figures are no number."""
    image = Image.new("L", (600, 600), "white")
    for at in range(100):
        left, top = 20 + at % 10 * 58, 10 + at // 10 * 58
        ImageDraw.Draw(image).ellipse((left, top, left + 30, top + 48), outline=0, width=6)
    with pytest.raises(DataError, match=f"more than {MAX_DIGITS} figures"):
        found_on(image)


@pytest.mark.parametrize(("count", "width", "height"), [(15, 2, 2), (0, 0, 0), (16, -2, -2)])
def test_counts_that_do_not_fit(count: int, width: int, height: int) -> None:
    """The error names the size and the count."""
    with pytest.raises(DataError, match=f"got {count}"):
        find_digits(bytes(count), width, height)
