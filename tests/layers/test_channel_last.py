"""The channel-last form of a convolution: the bits of Conv2D, for all shapes."""

from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scnn import kernels
from scnn.layers import Conv2D
from scnn.layers.channel_last import CHANNEL_LAST
from scnn.layers.layer import Layer, Shape
from tests.engines.makers import MAKERS
from tests.layers.bench import OnEngine, check_gradients
from tests.layers.mistakes import with_mistake

MISTAKES = [
    ("conv2d_channel_last_backward_weights", "row * stride", "row"),
    ("conv2d_channel_last_backward_weights", "+= gradient", "= gradient"),
    ("conv2d_channel_last_backward_weights", "padded[x + k]", "padded[x]"),
    ("conv2d_channel_last_backward_weights", "(filter * kernel + i)", "(filter * kernel)"),
    ("conv2d_few_channels_backward_weights", "row * stride", "row"),
    ("conv2d_few_channels_backward_weights", "total = d_bias[filter]", "total = 0.0"),
    ("conv2d_few_channels_backward_weights", "range(out_width)", "range(out_width - 1)"),
    ("conv2d_channel_last_backward_input", "row * stride", "row"),
    ("conv2d_channel_last_backward_input", "+= channel_last", "= channel_last"),
    ("conv2d_channel_last_backward_input", "range(filters)", "range(filters - 1)"),
    ("pad2d_channel_last_backward", "(row + padding)", "row"),
    ("pad2d_channel_last_backward", "column * channels", "column"),
]
RESULTS = ("output", "d_input", "d_weights", "d_bias")


@settings(max_examples=40, deadline=None)
@given(
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    channels=st.integers(1, 9),
    filters=st.integers(1, 13),
    height=st.integers(1, 7),
    width=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_bits_are_those_of_conv2d(
    kernel: int, stride: int, padding: int, channels: int, filters: int, height: int, width: int, seed: int
) -> None:
    """Both forms, exact and compiled, give the same outputs and gradients; gradients of parameters are added to."""
    assume(max(kernel, stride) <= min(height, width) + 2 * padding)
    settings = {"filters": filters, "kernel_size": kernel, "stride": stride, "padding": padding}
    shape = (channels, height, width)
    wanted = results(Conv2D(**settings), shape, "compiled", seed)
    for engine in ("compiled", "exact"):
        found = results(Conv2D(**settings).in_form(CHANNEL_LAST), shape, engine, seed)
        for role in RESULTS:
            assert found[role] == wanted[role], f"{role}, {engine}"


def results(layer: Layer, shape: Shape, engine: str, seed: int) -> dict[str, list[float]]:
    """The results of one sample; half of the gradients that come in are zero."""
    random = Random(seed)
    bench = OnEngine(MAKERS[engine], layer, shape)
    for role in ("input", "weights", "bias", "d_weights", "d_bias"):
        bench.write(role, [random.uniform(-1, 1) for _ in bench.read(role)])
    bench.write("d_output", [random.uniform(-1, 1) * random.randrange(2) for _ in bench.read("d_output")])
    bench.run("forward")
    bench.run("backward")
    return {role: bench.read(role) for role in RESULTS}


@settings(max_examples=10, deadline=None)
@given(stride=st.integers(1, 2), padding=st.integers(0, 1), filters=st.integers(3, 9), seed=st.integers(0, 2**16))
def test_its_gradients(stride: int, padding: int, filters: int, seed: int) -> None:
    """They are those of the finite differences, too."""
    check_gradients(Conv2D(filters, 3, stride=stride, padding=padding).in_form(CHANNEL_LAST), (2, 5, 4), 2, seed)


@pytest.mark.parametrize(("name", "right", "wrong"), MISTAKES)
def test_planted_mistakes_are_found(name: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in a kernel changes the bits of a result."""
    layer, shape = (5, 3, 2, 1), (3 if "few" in name else 5, 6, 7)
    wanted = results(Conv2D(*layer), shape, "compiled", 1)
    assert results(Conv2D(*layer).in_form(CHANNEL_LAST), shape, "compiled", 1) == wanted
    monkeypatch.setattr(kernels, name, with_mistake(getattr(kernels, name), right, wrong))
    assert results(Conv2D(*layer).in_form(CHANNEL_LAST), shape, "compiled", 1) != wanted
