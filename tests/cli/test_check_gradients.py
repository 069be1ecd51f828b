"""`scnn check-gradients`."""

from pathlib import Path

from tests.cli.command import lines_of, scnn


def test_a_trained_model_passes(model: Path) -> None:
    """Every tensor is listed with its verdict, as text and as JSON."""
    shown = scnn("check-gradients", model)
    assert shown.returncode == 0 and "conv2d_1.weights" in shown.stdout and "wrong" not in shown.stdout
    lines = lines_of(scnn("check-gradients", model, "--samples", "3", "--digit", "1", "--json"))
    assert {line["event"] for line in lines} == {"gradient"}
    assert {line["verdict"] for line in lines} <= {"right", "not checked"}
    assert max(line["checked"] for line in lines) == 3


def test_a_digit_that_is_not_there(model: Path) -> None:
    """The error names the valid range."""
    refused = scnn("check-gradients", model, "--digit", "100000")
    assert refused.returncode == 1 and "expected --digit from 0 to" in refused.stderr
