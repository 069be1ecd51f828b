"""`scnn trace`: how one number was computed, term by term."""

import re
from pathlib import Path

from scnn.data.bundled import load_digits
from scnn.network.network import Network
from tests.cli.command import lines_of, scnn


def test_a_convolution(model: Path) -> None:
    """It prints each product with its numbers, the source line, and the total, which equals the network's value."""
    result = scnn("trace", model, "--layer", "conv2d_1", "--element", "0,10,12", "--image", "3")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "test digit 3, class 0"
    assert re.match(r"conv2d_1\.output\[0,10,12\] = \S+, by conv2d_forward \(kernels/convolution\.py\)$", lines[2])
    assert sum(line.startswith("    + padded[0,") for line in lines) == 9
    assert any(re.match(r"  line \d+: total \+= padded\[x \+ j\] \* weights\[w \+ j\]$", line) for line in lines)
    assert lines[-1].startswith("  total = ")


def test_a_logit(model: Path) -> None:
    """The value equals the network's, to the bit."""
    _, test = load_digits()
    network = Network.load(model)
    result = scnn("trace", model, "--layer", "dense_2", "--element", "1")
    (found,) = re.findall(r"^logits\[1\] = (\S+), by dense_forward", result.stdout, flags=re.MULTILINE)
    images = test.select((0, 1, 2), 10)
    assert abs(float(found) - network.logits(images.image(0))[0][1]) < 1e-6


def test_a_gradient(model: Path) -> None:
    """A gradient is traced with --backward, also for another label than the digit's own."""
    arguments = ("trace", model, "--layer", "dense_2", "--element", "1,5", "--backward")
    own, other = scnn(*arguments), scnn(*arguments, "--label", "2")
    assert "dense_2.d_weights[1,5] = " in own.stdout
    assert "test digit 0, class 2" in other.stdout


def test_for_machines(model: Path) -> None:
    """JSON has the sum's terms and all steps in one line; a copied value has its own trace."""
    (trace,) = lines_of(scnn("trace", model, "--layer", "conv2d_1", "--element", "0,10,12", "--json"))
    assert trace["event"] == "trace" and trace["buffer"] == "conv2d_1.output" and trace["index"] == [0, 10, 12]
    assert len(trace["total"]["terms"]) == 9 and trace["total"]["value"] == trace["value"]
    assert trace["steps"][-1]["source"].startswith("output[") and trace["source"] is None
    arguments = ("--layer", "conv2d_2", "--element", "0,10,12", "--role", "input", "--backward", "--json")
    (copied,) = lines_of(scnn("trace", model, *arguments))
    assert copied["kernel"] == "pad2d_backward" and copied["source"]["kernel"] == "conv2d_backward_input"


def test_unknown_elements_are_errors(model: Path) -> None:
    """The error is one line and names the actual shape."""
    result = scnn("trace", model, "--layer", "conv2d_1", "--element", "0,99,0")
    assert result.returncode == 1
    assert "whose shape is (1, 28, 28), got (0, 99, 0)" in result.stderr
    result = scnn("trace", model, "--layer", "conv2d_1", "--element", "x")
    assert result.returncode == 2
    assert "expected whole numbers with commas" in result.stderr
    result = scnn("trace", model, "--layer", "conv2d_1", "--element", "0,0,0", "--image", "1000")
    assert "there are test digits 0 to 299, and no 1000" in result.stderr
