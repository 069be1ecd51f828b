"""The images that come with scnn."""

import io
import lzma
from collections import Counter

import pytest
from builder.command import sha256

from scnn.data.bundled import SHAPES, load_digits, load_shapes, read_shapes
from scnn.errors import DataError
from scnn.layers import Dense, Flatten
from scnn.network import Network
from scnn.training import Adam, Trainer
from tests.tools.shapes import FILE, packed


def test_broken_digits_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut short or missing raises DataError, with its name and the reason."""

    def broken(_: bytes) -> bytes:
        raise lzma.LZMAError("Compressed data ended before the end-of-stream marker was reached")

    monkeypatch.setattr(lzma, "decompress", broken)
    load_digits.cache_clear()  # of another test in this process
    with pytest.raises(DataError, match=r"digits.xz, cannot be read .Compressed data ended"):
        load_digits()


def test_shapes_are_drawn_by_their_rules() -> None:
    """The file is the one that shapes.md names, and its first pictures of each class are drawn again to the same
    bytes."""
    assert sha256(FILE) in FILE.with_suffix(".md").read_text(encoding="utf-8")
    stream = io.BytesIO(lzma.decompress(packed(training=2, test=1)))
    for bundled, per_class in zip(load_shapes(), (2, 1), strict=True):
        assert read_shapes(stream) == bundled.select(range(len(SHAPES)), per_class)


def test_shapes_have_three_channels() -> None:
    """All classes equally often, and as many warm as cool backgrounds."""
    training, test = load_shapes()
    assert training.shape == test.shape == (3, 32, 32)
    assert set(Counter(training.labels).values()) == {200} and set(Counter(test.labels).values()) == {50}
    warm = sum(training.image(index)[0] > training.image(index)[2048] for index in range(len(training)))
    assert 0.45 < warm / len(training) < 0.65


def test_a_linear_model_does_not_read_them() -> None:
    """So the preset's layers are needed: a linear model stays below a third."""
    training, test = load_shapes()
    network = Network(training.shape, [Flatten(), Dense(12)], seed=1)
    assert list(Trainer(network, training, epochs=5, optimiser=Adam(0.002), batch_size=32).run())
    assert network.evaluate(test).accuracy < 0.33
