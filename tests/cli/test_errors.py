"""Errors of the command: one line and an exit code."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.command import scnn


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--preset", "papper", "--out", "x"], "unknown preset 'papper'"),
        (["train", "--preset", "paper", "--out", "nowhere/x"], "no folder nowhere"),
        (["train", "--preset", "paper", "--out", "."], ". is a folder; expected the path of a file"),
        (["train", "--out", "tests", "--resume", "{model}"], "tests is a folder"),
        (["train", "--preset", "paper", "--out", "x", "--images", "a"], "--images and --labels go together"),
        (["train", "--preset", "mnist", "--out", "x", "--images", "a", "--labels", "b"], "a cannot be read"),
        (
            ["train", "--preset", "paper", "--out", "x", "--epochs", "0"],
            "epochs must be an integer from 1 to 100000, got 0",
        ),
        (["train", "--preset", "paper", "--out", "x", "--learning-rate", "-1"], "learning rate"),
        (["train", "--out", "x", "--resume", "pyproject.toml"], "pyproject.toml cannot be resumed"),
        (["train", "--out", "x", "--resume", "{model}"], "it is a model, not a checkpoint"),
        (["train", "--out", "x", "--resume", "{model}", "--seed", "2"], "--seed cannot be combined with --resume"),
        (["evaluate", "nowhere.safetensors"], "cannot be read"),
        (["evaluate", "pyproject.toml"], "pyproject.toml: this is not a model or checkpoint file (safetensors)"),
        (["predict", "{model}", "pyproject.toml"], "pyproject.toml cannot be read: it is not in a picture format"),
        (["predict", "{model}", "nowhere.png"], "nowhere.png cannot be read: No such file or directory\n"),
        (["predict", "{model}", "{blank}"], "blank.png: the picture is of one colour"),
        (["export", "{model}", "--onnx", "nowhere/x"], "no folder nowhere"),
        (["export", "{model}", "--onnx", "tests"], "tests is a folder"),
        (["export", "nowhere", "--onnx", "{blank}"], "nowhere cannot be read"),
        (["train", "--out", "a" * 300], "cannot be written: File name too long"),
        (
            ["train", "--out", "x", "--test-images", "a", "--test-labels", "b"],
            "need --images and --labels, the digits",
        ),
    ],
)
def test_errors_are_one_line(model: Path, arguments: list[str], words: str, tmp_path: Path) -> None:
    """Exit code 1, one line, no traceback; with --debug there is one."""
    blank = tmp_path / "blank.png"
    Image.new("L", (30, 30), "white").save(blank)
    given = [argument.replace("{model}", str(model)).replace("{blank}", str(blank)) for argument in arguments]
    result = scnn(*given)
    assert result.returncode == 1 and words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1 and result.stderr.startswith("scnn: ")
    debugged = scnn("--debug", *given)
    assert debugged.returncode == 1 and "Traceback" in debugged.stderr


def test_debug_is_accepted_after_the_command() -> None:
    """So that it can be appended to a command that failed."""
    assert "Traceback" in scnn("info", "nowhere", "--debug").stderr


def test_errors_as_json() -> None:
    """The JSON event has the error's name and message."""
    result = scnn("evaluate", "nowhere.safetensors", "--json")
    assert json.loads(result.stdout) == {
        "event": "error",
        "name": "ModelError",
        "message": "nowhere.safetensors cannot be read: No such file or directory",
    }


@pytest.mark.parametrize(
    "arguments",
    [[], ["sing"], ["train"], ["paper", "--seeds", "0"], ["paper", "--jobs", "0"], ["train", "--seed", "-1"]],
)
def test_invalid_arguments(arguments: list[str]) -> None:
    """The exit code is 2, and the usage is printed."""
    result = scnn(*arguments)
    assert result.returncode == 2 and "usage: scnn" in result.stderr
