"""Which form a layer has for a shape."""

import pytest

from scnn.experiments import presets
from scnn.layers import Conv2D, Dense, Layer
from scnn.layers.channel_last import CHANNEL_LAST
from scnn.layers.convolution import ROWS, Form
from scnn.layers.forms import in_fastest_form
from scnn.layers.layer import Shape
from scnn.layers.winograd import WINOGRAD
from scnn.network.architecture import Architecture
from scnn.settings import to_dict


@pytest.mark.parametrize(
    ("layer", "shape", "form"),
    [
        (Conv2D(1, 3, padding=1), (1, 28, 28), ROWS),  # a single filter fills no lanes, and 28 columns do
        (Conv2D(8, 5, padding=2), (1, 28, 28), CHANNEL_LAST),  # 8 filters fill them as well as 28 columns
        (Conv2D(6, 5, padding=2), (1, 28, 28), ROWS),
        (Conv2D(16, 5, padding=2), (8, 14, 14), CHANNEL_LAST),  # 14 columns leave two
        (Conv2D(64, 3, padding=1), (32, 7, 7), CHANNEL_LAST),  # no whole tiles
        (Conv2D(64, 3, padding=1), (32, 8, 8), WINOGRAD),
        (Conv2D(64, 3, padding=1), (3, 8, 8), CHANNEL_LAST),  # too few channels
        (Conv2D(64, 3, padding=1, stride=2), (32, 15, 15), CHANNEL_LAST),
        (Conv2D(3, 3, padding=1), (4, 14, 14), CHANNEL_LAST),  # the backward pass outweighs three single filters
        (Conv2D(8, 5, stride=2), (1, 28, 28), CHANNEL_LAST),  # columns with a stride fill no lanes
    ],
)
def test_the_form_of_a_convolution(layer: Conv2D, shape: Shape, form: Form) -> None:
    """The form that multiplies less or fills lanes better, with the same settings."""
    found = in_fastest_form(layer, shape)
    assert isinstance(found, Conv2D) and found.form is form
    assert found == layer and to_dict(found) == to_dict(layer) and repr(found) == repr(layer)
    assert layer.form is ROWS
    assert found.parameters(shape) == layer.parameters(shape)


class Mine(Conv2D):
    """A layer of one's own."""


@pytest.mark.parametrize("layer", [Dense(10), Mine(16, 3)])
def test_other_layers_have_one_form(layer: Layer) -> None:
    """A subclass may change any method: it is left as it is."""
    assert in_fastest_form(layer, (8, 14, 14)) is layer


@pytest.mark.parametrize("name", ["paper", "mnist", "mnist-large"])
def test_the_bits_of_presets_for_digits_do_not_depend_on_forms(name: str) -> None:
    """Their layers have forms that give the same bits."""
    preset = presets.find(name)
    network = Architecture(preset.input_shape, preset.layers)
    assert not any(
        isinstance(found := in_fastest_form(layer, shape), Conv2D) and found.form is WINOGRAD
        for layer, shape in zip(network.layers, network.shapes, strict=False)
    )
