"""Layers' shapes and settings, and their error messages."""

from collections.abc import Callable

import pytest

from scnn.errors import ConfigError, ShapeError
from scnn.layers import (
    AveragePool2D,
    BatchNorm2D,
    Conv2D,
    ConvTranspose2D,
    Dense,
    GlobalAveragePool,
    GroupNorm,
    MaxPool2D,
    PReLU,
    ReLU,
    SiLU,
    SoftmaxCrossEntropy,
    Standardise,
)
from scnn.layers.layer import Layer, Shape
from scnn.settings import to_dict


@pytest.mark.parametrize(
    ("layer", "shape", "output"),
    [
        (Conv2D(8, 5, padding=2), (1, 28, 28), (8, 28, 28)),
        (Conv2D(2, 3, stride=2), (4, 9, 8), (2, 4, 3)),
        (MaxPool2D(2), (8, 5, 4), (8, 2, 2)),
        (MaxPool2D(3, 2), (1, 7, 9), (1, 3, 4)),
        (AveragePool2D(3, 2), (1, 7, 9), (1, 3, 4)),
        (AveragePool2D(3, 2, 1), (1, 7, 9), (1, 4, 5)),
        (MaxPool2D(3, 2, 1), (1, 8, 9), (1, 4, 5)),
        (Conv2D(4, 3, dilation=2, groups=2), (4, 9, 8), (4, 5, 4)),
        (ConvTranspose2D(5), (2, 7, 3), (5, 14, 6)),
        (ConvTranspose2D(5, 3, 2, 1, 1), (2, 7, 3), (5, 14, 6)),
        (BatchNorm2D(), (4, 3, 2), (4, 3, 2)),
        (GroupNorm(2), (4, 3, 3), (4, 3, 3)),
        (Standardise((0.1, 0.2), 0.5), (2, 3, 3), (2, 3, 3)),
        (PReLU(), (7,), (7,)),
        (GlobalAveragePool(), (8, 5, 4), (8, 1, 1)),
        (SiLU(), (3, 2, 1), (3, 2, 1)),
        (Dense(10), (7,), (10,)),
        (ReLU(), (3, 2, 1), (3, 2, 1)),
    ],
)
def test_output_shapes(layer: Layer, shape: Shape, output: Shape) -> None:
    """(rows + 2 · padding - size) // stride + 1."""
    assert layer.output_shape(shape) == output


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(1, 5), (1, 4, 9), ["5×5", "4×9"]),
        (Conv2D(1, 3, stride=6), (1, 4, 5), ["stride of 6", "4×5"]),
        (Conv2D(1, 9, padding=1), (1, 6, 6), ["9×9", "8×8", "padding of 1"]),
        (Conv2D(1, 3), (784,), ["maps", "(784,)"]),
        (MaxPool2D(3), (8, 2, 2), ["3×3", "2×2"]),
        (MaxPool2D(1, stride=4), (8, 3, 3), ["stride of 4", "3×3"]),
        (MaxPool2D(2), (9,), ["maps", "(9,)"]),
        (MaxPool2D(3, padding=1), (8, 0, 2), ["3×3", "2×4", "padding of 1"]),
        (Conv2D(4, 3, groups=2), (3, 9, 9), ["3 channels", "2 equal groups"]),
        (Conv2D(4, 3, dilation=3), (3, 6, 6), ["7×7", "6×6"]),
        (ConvTranspose2D(4, 2, padding=1), (3, 1, 6), ["padding of 1", "1×6"]),
        (ConvTranspose2D(4, groups=2), (3, 6, 6), ["3 channels", "2 equal groups"]),
        (ConvTranspose2D(4), (9,), ["ConvTranspose2D", "maps", "(9,)"]),
        (GroupNorm(4), (6, 2, 2), ["6 channels", "4 equal groups"]),
        (Standardise((0.1, 0.2)), (3, 2, 2), ["mean", "2 numbers", "3 channels"]),
        (AveragePool2D(3), (8, 2, 2), ["AveragePool2D", "3×3", "2×2"]),
        (GlobalAveragePool(), (9,), ["GlobalAveragePool", "maps", "(9,)"]),
        (Dense(10), (8, 7, 7), ["(392,)", "(8, 7, 7)", "Flatten()"]),
        (SoftmaxCrossEntropy(), (8, 7, 7), ["(8, 7, 7)"]),
    ],
)
def test_shapes_that_do_not_fit(layer: Layer, shape: Shape, words: list[str]) -> None:
    """A ShapeError names the expected shape and the given one."""
    with pytest.raises(ShapeError) as caught:
        layer.output_shape(shape)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Conv2D(0), "filters"),
        (lambda: Conv2D(1, kernel_size=0), "kernel_size"),
        (lambda: Conv2D(1, stride=0), "stride"),
        (lambda: Conv2D(1, padding=-1), "padding"),
        (lambda: Conv2D(1.5), "filters"),  # type: ignore[arg-type]
        (lambda: MaxPool2D(0), "size"),
        (lambda: MaxPool2D(2, stride=0), "stride"),
        (lambda: Dense(True), "units"),
        (lambda: Conv2D(4, dilation=0), "dilation"),
        (lambda: Conv2D(4, groups=3), "4 filters cannot be divided into 3 equal groups"),
        (lambda: MaxPool2D(2, padding=2), "the padding must be below the size of 2, got 2"),
        (lambda: AveragePool2D(2, padding=-1), "padding"),
        (lambda: ConvTranspose2D(0), "filters"),
        (lambda: ConvTranspose2D(3, groups=2), "3 filters cannot be divided into 2 equal groups"),
        (lambda: ConvTranspose2D(1, 2, 2, output_padding=2), "output padding must be below the stride of 2, got 2"),
    ],
)
def test_settings_out_of_range(make: Callable[[], Layer], word: str) -> None:
    """A ConfigError names the invalid setting."""
    with pytest.raises(ConfigError, match=word):
        make()


def test_texts_leave_out_what_is_seldom_set() -> None:
    """Settings that most networks leave at their defaults are shown, and saved, where they differ."""
    assert repr(Conv2D(8, 5, padding=2)) == "Conv2D(filters=8, kernel_size=5, stride=1, padding=2)"
    grouped = Conv2D(8, groups=2)
    assert repr(grouped) == "Conv2D(filters=8, kernel_size=3, stride=1, padding=0, groups=2)"
    assert repr(MaxPool2D(3, 2)) == "MaxPool2D(size=3, stride=2)"
    assert repr(AveragePool2D(2, padding=1)) == "AveragePool2D(size=2, stride=2, padding=1)"
    assert eval(repr(grouped)) == grouped
    assert to_dict(MaxPool2D(2)) == {"kind": "MaxPool2D", "size": 2, "stride": 2}
    assert to_dict(MaxPool2D(3, 2, 1)) == {"kind": "MaxPool2D", "size": 3, "stride": 2, "padding": 1}
