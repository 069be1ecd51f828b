"""Which form a layer has for a shape."""

import pytest

from scnn.experiments import presets
from scnn.layers import Conv2D, Dense, Layer
from scnn.layers.channel_last import ChannelLastConv2D
from scnn.layers.forms import form_of
from scnn.layers.layer import Shape
from scnn.layers.winograd import WinogradConv2D
from scnn.network.architecture import Architecture


@pytest.mark.parametrize(
    ("layer", "shape", "form"),
    [
        (Conv2D(1, 3, padding=1), (1, 28, 28), Conv2D),  # a single filter fills no lanes, and 28 columns do
        (Conv2D(8, 5, padding=2), (1, 28, 28), ChannelLastConv2D),  # 8 filters fill them as well as 28 columns
        (Conv2D(6, 5, padding=2), (1, 28, 28), Conv2D),
        (
            Conv2D(16, 5, padding=2),
            (8, 14, 14),
            ChannelLastConv2D,
        ),  # 14 columns leave two
        (Conv2D(64, 3, padding=1), (32, 7, 7), ChannelLastConv2D),  # no whole tiles
        (Conv2D(64, 3, padding=1), (32, 8, 8), WinogradConv2D),
        (Conv2D(64, 3, padding=1), (3, 8, 8), ChannelLastConv2D),  # too few channels
        (Conv2D(64, 3, padding=1, stride=2), (32, 15, 15), ChannelLastConv2D),
        (Conv2D(3, 3, padding=1), (4, 14, 14), ChannelLastConv2D),  # the backward pass outweighs three single filters
        (Conv2D(8, 5, stride=2), (1, 28, 28), ChannelLastConv2D),  # columns with a stride fill no lanes
    ],
)
def test_the_form_of_a_convolution(layer: Conv2D, shape: Shape, form: type[Conv2D]) -> None:
    """The form that multiplies less or fills lanes better, with the same settings."""
    found = form_of(layer, shape)
    assert isinstance(found, Conv2D) and type(found) is form
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


@pytest.mark.parametrize("name", ["paper", "mnist", "mnist-large"])
def test_the_bits_of_presets_for_digits_do_not_depend_on_forms(name: str) -> None:
    """Their layers have forms that give the same bits."""
    preset = presets.find(name)
    network = Architecture(preset.input_shape, preset.layers)
    assert not any(
        isinstance(form_of(layer, shape), WinogradConv2D)
        for layer, shape in zip(network.layers, network.shapes, strict=False)
    )
