"""Drawings are normalised to MNIST's form, whatever their size and position."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scnn.data.bundled import load_digits
from scnn.data.drawing import BOX, MIDDLE, SIDE, normalise_pixels, normalise_strokes
from scnn.errors import DrawingError, EmptyDrawingError


def ellipse(width: int, height: int, cx: float, cy: float, rx: float, ry: float, pen: float) -> bytes:
    """A ring of ink on paper."""
    pixels = bytearray(width * height)
    for row in range(height):
        for column in range(width):
            distance = math.hypot((column - cx) / rx, (row - cy) / ry)
            if abs(distance - 1) * min(rx, ry) < pen / 2:
                pixels[row * width + column] = 255
    return bytes(pixels)


def centre_of_mass(image: bytes) -> tuple[float, float]:
    mass = sum(image)
    rows = sum(at // SIDE * level for at, level in enumerate(image)) / mass
    columns = sum(at % SIDE * level for at, level in enumerate(image)) / mass
    return rows, columns


def extent(image: bytes) -> tuple[int, int]:
    """The number of rows and columns with ink."""
    rows = [any(image[row * SIDE : (row + 1) * SIDE]) for row in range(SIDE)]
    columns = [any(image[column::SIDE]) for column in range(SIDE)]
    return sum(rows), sum(columns)


def difference(one: bytes, other: bytes) -> float:
    """The mean absolute difference, in grey levels."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@settings(max_examples=40, deadline=None)
@given(cx=st.integers(60, 140), cy=st.integers(60, 140), rx=st.integers(15, 50), ry=st.integers(15, 50))
def test_any_ring_is_brought_to_form(cx: int, cy: int, rx: int, ry: int) -> None:
    """The longest side is 20 pixels, proportions are kept, the centre of mass is in the middle."""
    image = normalise_pixels(ellipse(200, 200, cx, cy, rx, ry, 8), 200, 200)
    assert len(image) == SIDE * SIDE and max(image) > 200
    height, width = extent(image)
    assert max(height, width) == BOX
    shorter = BOX * (min(rx, ry) + 4) / (max(rx, ry) + 4)
    assert (width if ry > rx else height) == pytest.approx(shorter, rel=0.25)
    row, column = centre_of_mass(image)
    assert abs(row - MIDDLE) <= 0.51 and abs(column - MIDDLE) <= 0.51


def test_place_and_size_do_not_matter() -> None:
    """The same ring, small in a corner or large in the middle, looks nearly the same to the network."""
    large = normalise_pixels(ellipse(200, 200, 100, 100, 60, 80, 18), 200, 200)
    small = normalise_pixels(ellipse(200, 200, 40, 150, 20, 26.7, 6), 200, 200)
    moved = normalise_pixels(ellipse(200, 200, 115, 102, 60, 80, 18), 200, 200)
    assert difference(large, moved) == 0
    assert difference(large, small) < 8


def test_edges_are_anti_aliased() -> None:
    """Pixels half under ink are half grey: a bar scaled from 50 to 20 pixels ends in between."""
    pixels = b"".join(bytes([0] * 20 + [255] * 11 + [0] * 19) for _ in range(50))
    image = normalise_pixels(pixels, 50, 50)
    assert {level for level in image if 0 < level < 255} or sum(image) == pytest.approx(255 * 20 * 4, rel=0.02)
    ring = normalise_pixels(ellipse(200, 200, 100, 100, 60, 80, 18), 200, 200)
    assert len(set(ring)) > 20


def test_mnists_own_digits_stay_as_they_are() -> None:
    """The bundled digits are normalised already: most stay equal, and the mean change is below one grey level."""
    _, test = load_digits()
    images = [test.image(index) for index in range(0, 1000, 5)]
    changes = [difference(image, normalise_pixels(image, SIDE, SIDE)) for image in images]
    assert sum(changes) / len(changes) < 1.0


def test_a_dot_fills_the_box() -> None:
    """A single pixel of ink is enlarged and centred."""
    pixels = bytearray(100)
    pixels[5] = 255
    image = normalise_pixels(bytes(pixels), 10, 10)
    assert extent(image) == (BOX, BOX) and centre_of_mass(image) == (14.5, 14.5)


def test_a_thin_line_keeps_a_pixel_of_width() -> None:
    """A line does not vanish, however long and thin."""
    pixels = b"".join(bytes([0] * 100 + [255] + [0] * 99) for _ in range(200))
    assert extent(normalise_pixels(pixels, 200, 200)) == (BOX, 1)


@pytest.mark.parametrize("level", [0, 10])
def test_an_empty_drawing(level: int) -> None:
    """Blank paper and faint smudges are empty drawings."""
    with pytest.raises(EmptyDrawingError):
        normalise_pixels(bytes([level] * 100), 10, 10)


@pytest.mark.parametrize(("count", "width", "height"), [(99, 10, 10), (0, 0, 0), (100, -10, -10)])
def test_counts_that_do_not_fit(count: int, width: int, height: int) -> None:
    """The error names the size and the count."""
    with pytest.raises(DrawingError, match=str(count)):
        normalise_pixels(bytes(count), width, height)


def ring(cx: float, cy: float, rx: float, ry: float, points: int = 60) -> list[tuple[float, float]]:
    """A closed stroke."""
    turns = [2 * math.pi * at / points for at in range(points + 1)]
    return [(cx + rx * math.sin(turn), cy - ry * math.cos(turn)) for turn in turns]


@settings(max_examples=60, deadline=None)
@given(
    *(st.floats(0.2, 0.8) for _ in range(2)),
    *(st.floats(0.03, 0.2) for _ in range(2)),
    st.integers(8, 300),
)
def test_any_ring_of_strokes_is_brought_to_form(cx: float, cy: float, rx: float, ry: float, points: int) -> None:
    """At any position, size and speed, it becomes 20 pixels long, centred, with ink at full strength."""
    image = normalise_strokes([ring(cx, cy, rx, ry, points)])
    assert len(image) == SIDE * SIDE and max(image) > 250
    assert max(extent(image)) in (BOX, BOX + 1, BOX + 2)
    row, column = centre_of_mass(image)
    assert abs(row - MIDDLE) <= 0.6 and abs(column - MIDDLE) <= 0.6


def test_strokes_of_any_size_and_place_look_the_same() -> None:
    """The pen has MNIST's thickness whatever the drawing's size, except for rounding."""
    large = normalise_strokes([ring(0.5, 0.5, 0.24, 0.4)])
    small = normalise_strokes([ring(0.1, 0.9, 0.03, 0.05)])
    assert difference(large, small) < 0.1


def test_strokes_have_the_ink_of_mnist() -> None:
    """A drawn 1 and a drawn 0 have as much ink as those of the bundled digits, within their variation."""
    _, test = load_digits()
    for digit, strokes in ((0, [ring(0.5, 0.5, 0.25, 0.4)]), (1, [[(0.5, 0.1), (0.48, 0.9)]])):
        masses = sorted(sum(test.image(at)) for at in range(1000) if test.labels[at] == digit)
        assert masses[10] < sum(normalise_strokes(strokes)) < masses[-10]


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ([], "no stroke"),
        ([[]], "no stroke"),
        ([[(0.5, 0.5)]], "dot"),
        ([[(0.5, 0.5), (0.51, 0.5)]], "dot"),
        ([[(x / 20, y) for x in range(21) for y in (0.1, 0.9)]], "scribble"),
    ],
)
def test_what_is_no_digit_as_strokes(strokes: list[list[tuple[float, float]]], words: str) -> None:
    """No stroke, a dot, and a scribble over everything are rejected."""
    with pytest.raises(EmptyDrawingError, match=words):
        normalise_strokes(strokes)


@pytest.mark.parametrize("point", [(math.nan, 0.0), (0.0, math.inf)])
def test_points_that_are_no_numbers(point: tuple[float, float]) -> None:
    """The error says what a point must be."""
    with pytest.raises(DrawingError, match="finite"):
        normalise_strokes([[(0.0, 0.0), point]])


def test_too_many_points() -> None:
    """More points than the limit are rejected; the error names the limit."""
    with pytest.raises(DrawingError, match="20000"):
        normalise_strokes([[(0.5, at / 30_000) for at in range(30_000)]])
