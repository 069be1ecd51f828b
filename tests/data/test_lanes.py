"""Arithmetic on all pixels at once, compared with the definition of each operation, pixel by pixel."""

from random import Random

from scnn.data.lanes import FULL, Lanes


def test_windows_on_lanes() -> None:
    """The maximum and minimum over a window, compared with the definition, pixel by pixel."""
    random = Random("lanes")
    for _ in range(20):
        width, height = random.randint(1, 14), random.randint(1, 9)
        levels = bytes(random.randint(0, FULL) for _ in range(width * height))
        across, down = random.randint(1, 7), random.randint(1, 7)
        lanes = Lanes(width, height, 6)
        packed = lanes.pack(levels)
        assert lanes.unpack(packed) == levels
        for method, choose in ((lanes.dilated, max), (lanes.eroded, min)):
            expected = []
            for row in range(height):
                rows = range(max(0, row - (down - 1) // 2), min(height, row - (down - 1) // 2 + down))
                for column in range(width):
                    start = column - (across - 1) // 2
                    columns = range(max(0, start), min(width, start + across))
                    expected.append(choose(levels[y * width + x] for y in rows for x in columns))
            assert lanes.unpack(method(packed, across, down)) == bytes(expected)


def test_differences_and_comparisons() -> None:
    """Of two pictures, pixel by pixel."""
    random = Random("pixels")
    lanes = Lanes(9, 7, 3)
    one, other = (bytes(random.randint(0, FULL) for _ in range(63)) for _ in range(2))
    a, b = lanes.pack(one), lanes.pack(other)
    pairs = list(zip(one, other, strict=True))
    assert lanes.unpack(lanes.maximum(a, b)) == bytes(max(pair) for pair in pairs)
    assert lanes.unpack(lanes.mean(a, b)) == bytes((x + y) // 2 for x, y in pairs)
    assert lanes.unpack(lanes.at_least(a, b)) == bytes(FULL * (x >= y) for x, y in pairs)
    assert lanes.unpack(lanes.inverse(a)) == bytes(FULL - x for x in one)
    assert lanes.unpack(lanes.even(40)) == bytes([40]) * 63
    assert lanes.count(lanes.at_least(a, b)) == sum(x >= y for x, y in pairs)
