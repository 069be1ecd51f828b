"""A network in the form in which plans run it."""

import inspect

import pytest

from scnn import kernels
from scnn.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from scnn.layers.channel_last import CHANNEL_LAST
from scnn.layers.convolution import ROWS, Form
from scnn.layers.layer import Layer
from scnn.network.architecture import Architecture
from scnn.network.edits import Edits
from scnn.network.forms import in_fastest_form
from scnn.network.network import Network
from scnn.plan import Call, Loop
from tests.network.test_lowering import calls, plan_of

LAYERS: list[Layer] = [Conv2D(4, 3), ReLU(), Conv2D(8, 3, padding=1), ReLU(), MaxPool2D(2), Flatten(), Dense(3)]


def forms_of(network: Architecture) -> list[Form]:
    return [layer.form for layer in network.layers if isinstance(layer, Conv2D)]


def test_names_shapes_and_parameters_stay() -> None:
    """Files, checkpoints and the page see no difference."""
    network = Network((1, 8, 8), LAYERS, seed=1)
    formed = in_fastest_form(network)
    assert forms_of(formed) == [CHANNEL_LAST] * 2
    assert formed.names == network.names
    assert formed.shapes == network.shapes
    assert formed.specifications() == network.specifications()


@pytest.mark.parametrize("procedure", ["infer", "evaluate", "learn", "gradients", "train"])
def test_weights_are_transposed_once_for_all_samples(procedure: str) -> None:
    """Not in the loop over samples. The first convolution needs no gradient of its input, and so one copy less."""
    plan = plan_of(*LAYERS)
    body = plan.procedures[procedure].body
    if procedure == "train":
        (batches,) = body
        assert isinstance(batches, Loop)
        body = batches.body
    outside = [step.kernel.__name__ for step in body if isinstance(step, Call)]
    assert outside.count("transpose") == (2 if procedure in ("infer", "evaluate") else 3 + 2 + 2)
    assert calls(plan, procedure).count("transpose") == outside.count("transpose")


def test_a_layer_with_an_edited_kernel_keeps_its_own_form() -> None:
    """The edited kernel runs; other layers have their fastest form."""
    text = inspect.getsource(kernels.conv2d_backward_input).replace("row * stride + i", "i + row * stride")
    formed = in_fastest_form(Network((1, 8, 8), LAYERS, seed=1, edits=Edits({"conv2d_backward_input": text})))
    assert forms_of(formed) == [ROWS, ROWS]
    text = inspect.getsource(kernels.relu_forward).replace("0.0 if x < 0.0", "0.5 if x < 0.0")
    formed = in_fastest_form(Network((1, 8, 8), LAYERS, seed=1, edits=Edits({"relu_forward": text})))
    assert forms_of(formed) == [CHANNEL_LAST] * 2
