"""Gradient checks: correct gradients pass, and planted mistakes are found."""

from random import Random

import pytest

from scnn import Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, Network, ReLU, kernels
from scnn.errors import ConfigError, ShapeError
from scnn.layers.loss import Loss, MeanSquaredError, SoftmaxCrossEntropy, SquaredHinge
from scnn.training.gradient_check import GradientReport, check_gradients
from tests.layers.mistakes import with_mistake
from tests.layers.test_activation import MISTAKES as MISTAKES_OF_ACTIVATIONS
from tests.layers.test_channel_last import MISTAKES as MISTAKES_OF_FORMS
from tests.layers.test_convolution import MISTAKES as MISTAKES_OF_GROUPS

LAYERS: list[Layer] = [
    Conv2D(3, 3, padding=1),
    ReLU(),
    MaxPool2D(3, 2),
    Conv2D(4, 2, stride=2, padding=1),
    ReLU(),
    Flatten(),
    Dense(9),
    Dropout(0.4),
    Dense(5),
]


def example(layers: list[Layer] | None = None) -> tuple[Network, list[float]]:
    """A network without zero biases, and an image without equal pixels. Its filters have no negative sum, so that
    few outputs of a ReLU are zero: max pooling has a kink where two of a window are equal."""
    network = Network((2, 9, 8), layers or LAYERS, seed=1)
    random = Random(2)
    for name, size in (("conv2d_1.weights", 2 * 3 * 3), ("conv2d_2.weights", 3 * 2 * 2)):
        weights = network.parameters[name]
        for first in range(0, len(weights), size):
            if sum(weights[first : first + size]) < 0:
                weights[first : first + size] = type(weights)("f", (-one for one in weights[first : first + size]))
    for values in network.parameters.values():
        values[:] = type(values)("f", (value + random.uniform(-0.1, 0.1) for value in values))
    return network, [random.random() for _ in range(144)]


def checked(samples: int | None = 8, loss: Loss | None = None) -> GradientReport:
    network, image = example([*LAYERS, loss] if loss else None)
    return check_gradients(network, image, 3, samples=samples)


def test_right_gradients() -> None:
    """Every number of every tensor agrees, except at kinks, including the inputs of layers."""
    report = checked(samples=None)
    assert report.passed
    assert [check.name for check in report.checks] == [
        *["conv2d_1.weights", "conv2d_1.bias", "conv2d_1.output", "relu_1.output", "maxpool2d_1.output"],
        *["conv2d_2.weights", "conv2d_2.bias", "conv2d_2.output", "relu_2.output"],
        *["dense_1.weights", "dense_1.bias", "dense_2.weights", "dense_2.bias", "logits"],
    ]
    for check in report.checks:
        assert check.verdict == "right" and check.kinks < check.checked / 10, check
        assert check.largest_error < 1e-5, check


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(0.2), SquaredHinge(), MeanSquaredError()], ids=repr)
def test_right_gradients_of_other_losses(loss: Loss) -> None:
    """They are those of the loss that trains."""
    report = checked(loss=loss)
    assert report.passed
    for check in report.checks:
        assert check.verdict == "right" and check.largest_error < 1e-4, check


def test_a_label_without_any_probability() -> None:
    """Its loss is large, but finite, and the gradients are right."""
    network = Network((1, 1, 1), [Flatten(), Dense(2)], seed=1)
    network.parameters["dense_1.bias"][0] = 60.0
    assert network.probabilities([0.5])[0][1] < 1e-25
    checks = check_gradients(network, [0.5], 1, samples=None).checks
    assert {check.verdict for check in checks} == {"right"}


def test_without_random_numbers_only_later_layers_run_again() -> None:
    """Without dropout, the changes of one tensor's check are restored before the next check."""
    network, image = example([layer for layer in LAYERS if not isinstance(layer, Dropout)])
    for check in check_gradients(network, image, 3, samples=20).checks:
        assert check.verdict == "right" and check.kinks < check.checked / 4, check
        assert check.largest_error < 1e-5, check


def test_samples_are_chosen_by_a_seed() -> None:
    """The same seed checks the same numbers."""
    network, image = example()
    assert check_gradients(network, image, 3, seed=5) == check_gradients(network, image, 3, seed=5)
    assert {check.checked for check in check_gradients(network, image, 3, samples=2).checks} == {2}


def test_kinks_are_not_checked() -> None:
    """For an image without ink and zero biases, every input of a ReLU is at its kink."""
    network = Network((1, 4, 4), [Conv2D(2, 3), ReLU(), Flatten(), Dense(3)], seed=1)
    checks = {check.name: check for check in check_gradients(network, [0.0] * 16, 1).checks}
    assert checks["conv2d_1.bias"].verdict == "not checked" and checks["conv2d_1.bias"].kinks == 2
    assert checks["dense_1.bias"].verdict == "right"


def test_gradients_that_are_too_small_to_compare_are_not_wrong() -> None:
    """Where a network is sure and right, rounding is as large as the gradients."""
    network, image = example()
    network.parameters["dense_2.bias"][3] += 30.0
    checks = check_gradients(network, image, 3, samples=8).checks
    assert any(check.faint for check in checks)
    assert {check.verdict for check in checks} == {"right", "not checked"}


def test_invalid_arguments() -> None:
    """Labels out of range, images of another size and no samples are rejected."""
    network, image = example()
    with pytest.raises(ConfigError, match="expected a label from 0 to 4, got 5"):
        check_gradients(network, image, 5)
    with pytest.raises(ShapeError):
        check_gradients(network, image[1:], 0)
    with pytest.raises(ConfigError, match="samples of at least 1"):
        check_gradients(network, image, 0, samples=0)


# ------------------------------------------------------------------------------------- planted mistakes

MISTAKES: list[tuple[str, str, str, str]] = [
    ("conv2d_backward_weights", "wrong sign", "d_weights[w + j] +=", "d_weights[w + j] -="),
    ("conv2d_backward_weights", "bias not added up", "d_bias[filter] += gradient", "d_bias[filter] = gradient"),
    ("conv2d_backward_weights", "weights not added up", "d_weights[w + j] += padded", "d_weights[w + j] = padded"),
    ("conv2d_backward_weights", "no stride", "row * stride + i", "row + i"),
    ("conv2d_backward_weights", "no stride across", "column * stride", "column"),
    ("conv2d_backward_weights", "one column off", "padded[x + j]", "padded[x + kernel - 1 - j]"),
    ("conv2d_backward_weights", "one filter for all", "(filter * channels + channel)", "channel"),
    (
        "conv2d_backward_weights",
        "a row is missing",
        "for row in range(out_height)",
        "for row in range(out_height - 1)",
    ),
    ("conv2d_backward_weights", "no bias", "d_bias[filter] += gradient", "d_bias[filter] += 0.0 * gradient"),
    ("conv2d_backward_weights", "channels swapped", "(channel * height", "((channels - 1 - channel) * height"),
    ("conv2d_backward_input", "wrong sign", "d_padded[x + j] +=", "d_padded[x + j] -="),
    ("conv2d_backward_input", "not added up", "d_padded[x + j] += weights", "d_padded[x + j] = weights"),
    ("conv2d_backward_input", "no stride", "row * stride + i", "row + i"),
    ("conv2d_backward_input", "filter not turned", "weights[w + j]", "weights[w + kernel - 1 - j]"),
    ("conv2d_backward_input", "a filter is missing", "in range(filters)", "in range(filters - 1)"),
    ("conv2d_backward_input", "one weight for all channels", "(filter * channels + channel)", "(filter * channels)"),
    ("pad2d_backward", "one column off", "+ 2 * padding) + padding\n", "+ 2 * padding)\n"),
    ("pad2d_backward", "one row off", "+ row + padding)", "+ row)"),
    ("pad2d_backward", "halved", "d_padded[p + column]", "0.5 * d_padded[p + column]"),
    ("relu_backward", "wrong side", "input[i] > 0.0", "input[i] < 0.0"),
    ("relu_backward", "passes all", "if input[i] > 0.0 else 0.0", "if input[i] > -1000.0 else 0.0"),
    ("relu_backward", "adds up", "d_input[i] =", "d_input[i] +="),
    ("maxpool2d_backward", "not added up", "+=", "="),
    ("maxpool2d_backward", "neighbour", "d_output[i]", "d_output[size - 1 - i]"),
    ("maxpool2d_backward", "one is missing", "range(size)", "range(size - 1)"),
    ("dense_backward_weights", "wrong sign", "d_weights[j * inputs + i] +=", "d_weights[j * inputs + i] -="),
    ("dense_backward_weights", "not added up", "d_bias[j] +=", "d_bias[j] ="),
    ("dense_backward_weights", "not multiplied", "input[i] * gradient", "gradient"),
    ("dense_backward_weights", "one unit off", "d_bias[j]", "d_bias[outputs - 1 - j]"),
    ("dense_backward_input", "wrong sign", "d_input[i] += weights", "d_input[i] -= weights"),
    ("dense_backward_input", "a unit is missing", "range(outputs)", "range(outputs - 1)"),
    ("dense_backward_input", "adds up", "d_input[i] = 0.0", "d_input[i] += 0.0"),
    ("dropout_backward", "twice", "*= mask[i]", "*= mask[i] * mask[i]"),
    ("dropout_backward", "not at all", "*= mask[i]", "*= 1.0"),
    ("softmax_cross_entropy_backward", "wrong sign", "-= 1.0", "+= 1.0"),
    ("softmax_cross_entropy_backward", "wrong class", "label[0]", "0"),
    ("softmax_cross_entropy_backward", "no target", "-= 1.0", "-= 0.0"),
    ("smoothed_cross_entropy_backward", "not smoothed", "- smoothing / float(classes)", ""),
    ("smoothed_cross_entropy_backward", "too much for the label", "-= 1.0 - smoothing", "-= 1.0"),
    ("smoothed_cross_entropy_backward", "wrong class", "label[0]", "0"),
    ("squared_hinge_backward", "wrong sign", "-2.0 * side", "2.0 * side"),
    ("squared_hinge_backward", "no margin", "missing = 1.0 -", "missing = 0.0 -"),
    ("squared_hinge_backward", "beyond the margin", "missing > 0.0", "missing > -9.0"),
    ("squared_hinge_backward", "sum", " / float(classes)", ""),
    ("mean_squared_error_backward", "halved", "2.0 * error", "error"),
    ("mean_squared_error_backward", "no target", "scores[k] - 1.0", "scores[k]"),
    ("mean_squared_error_backward", "sum", " / float(classes)", ""),
]
LOSSES: dict[str, Loss] = {
    "smoothed": SoftmaxCrossEntropy(0.2),
    "squared": SquaredHinge(),
    "mean": MeanSquaredError(),
}


@pytest.mark.parametrize(("name", "what", "right", "wrong"), MISTAKES, ids=[f"{m[0]}: {m[1]}" for m in MISTAKES])
def test_planted_mistakes_are_found(
    name: str, what: str, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mistake in a backward kernel makes at least one tensor wrong, with six numbers checked per tensor."""
    monkeypatch.setattr(kernels, name, with_mistake(getattr(kernels, name), right, wrong))
    loss = LOSSES.get(name.partition("_")[0])
    report = checked(samples=6, loss=loss)
    assert not report.passed, what
    worst = max(report.checks, key=lambda check: check.largest_error)
    assert worst.verdict == "wrong" and worst.analytic != worst.numeric


def test_every_backward_kernel_has_mistakes() -> None:
    """The tables of mistakes cover every backward kernel; some have theirs beside their layers' tests."""
    backward = {name for name in kernels.__all__ if "_backward" in name}
    tables = (MISTAKES, MISTAKES_OF_ACTIVATIONS, MISTAKES_OF_FORMS, MISTAKES_OF_GROUPS)
    assert backward == {name for table in tables for name, *_ in table}
