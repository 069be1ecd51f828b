"""Which form a layer has for a shape."""

import pytest

from scnn.layers import Conv2D, Dense, Layer
from scnn.layers.channel_last import ChannelLastConv2D
from scnn.layers.forms import form_of
from scnn.layers.layer import Shape


@pytest.mark.parametrize(
    ("layer", "shape", "channel_last"),
    [
        (Conv2D(1, 3, padding=1), (1, 28, 28), False),  # a single filter fills no lanes, and 28 columns do
        (Conv2D(8, 5, padding=2), (1, 28, 28), True),  # 8 filters fill them as well as 28 columns
        (Conv2D(6, 5, padding=2), (1, 28, 28), False),
        (Conv2D(16, 5, padding=2), (8, 14, 14), True),  # 14 columns leave two, and 5 of a filter's row one
        (Conv2D(64, 3, padding=1), (32, 8, 8), True),
        (Conv2D(3, 3, padding=1), (4, 14, 14), True),  # the backward pass outweighs three single filters
        (Conv2D(8, 5, stride=2), (1, 28, 28), True),  # columns with a stride fill no lanes
    ],
)
def test_the_form_of_a_convolution(layer: Conv2D, shape: Shape, channel_last: bool) -> None:
    """The form that fills lanes better, with the same settings."""
    found = form_of(layer, shape)
    assert isinstance(found, ChannelLastConv2D) == channel_last
    assert isinstance(found, Conv2D)
    assert (found.filters, found.kernel_size, found.stride, found.padding) == (
        *(layer.filters, layer.kernel_size),
        *(layer.stride, layer.padding),
    )
    assert found.parameters(shape) == layer.parameters(shape)


class Mine(Conv2D):
    """A layer of one's own."""


@pytest.mark.parametrize("layer", [Dense(10), Mine(16, 3)])
def test_other_layers_have_one_form(layer: Layer) -> None:
    """A subclass may change any method: it is left as it is."""
    assert form_of(layer, (8, 14, 14)) is layer
