"""Trainings that are interrupted, and output that cannot be written: nothing that was trained is lost."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scnn.network.network import Network
from tests.cli.command import in_a_terminal, scnn

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither POSIX signals nor bash and /dev/full")


def test_a_training_stopped_by_ctrl_c_can_be_resumed(tmp_path: Path) -> None:
    """It prints the command that resumes it; the final weights equal those of an uninterrupted training."""
    out = tmp_path / "my model, rate 0.1"
    whole = tmp_path / "whole.safetensors"
    settings = ("--preset", "mnist", "--epochs", "4", "--seed", "2")
    scnn("train", *settings, "--out", whole)
    process = subprocess.Popen(
        [sys.executable, "-m", "scnn", "train", *settings, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("epoch 1"):
            break
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and not errors
    assert (tmp_path / "my model, rate 0.1.checkpoint.safetensors").exists()
    command, *again = shlex.split(rest[rest.index("To resume: ") + len("To resume: ") :])
    assert command == "scnn" and again[again.index("--engine") + 1] == "compiled"
    result = scnn(*again)
    assert result.returncode == 0, result.stderr
    assert Network.load(out).fingerprint() == Network.load(whole).fingerprint()
    until_then = Network.load(tmp_path / "my model, rate 0.1.checkpoint.safetensors").provenance["seconds"]
    assert Network.load(out).provenance["seconds"] > until_then > 0, "both parts count"


@pytest.mark.parametrize("name", ["m[best] of a long, long name with spaces in it", "x[", "[/y]"])
def test_the_resume_command_can_be_copied_from_a_terminal(name: str, tmp_path: Path) -> None:
    """It is neither wrapped nor changed, however long it is and whatever the file name contains."""
    out = tmp_path / f"{name}.safetensors"
    out.parent.mkdir(exist_ok=True)
    code, seen = in_a_terminal("train", "--preset", "mnist", "--out", out, interrupt=True)
    command = re.search(r"To resume: scnn (.*?)\r?\n", seen)
    assert code == 130 and command, seen
    again = shlex.split(command.group(1))
    checkpoint = Path(again[again.index("--resume") + 1])
    assert checkpoint.exists() and again[again.index("--out") + 1] == str(out)


def test_a_terminal_that_closes(tmp_path: Path) -> None:
    """SIGHUP and SIGTERM save a checkpoint, as Ctrl-C does."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        out = tmp_path / f"{number.name}.safetensors"
        words = [sys.executable, "-m", "scnn", "train", "--out", str(out)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        while not process.stdout.readline().startswith("epoch 1"):
            assert process.poll() is None
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 130 and out.with_name(f"{number.name}.checkpoint.safetensors").exists()


def test_a_training_is_saved_if_its_output_cannot_be_written(tmp_path: Path) -> None:
    """For a closed pipe and a full disk, the only message names the checkpoint."""
    for target, reason in (("| head -n 2", "Broken pipe"), ("> /dev/full", "No space left on device")):
        out = tmp_path / reason / "m.safetensors"
        out.parent.mkdir()
        command = f"{sys.executable} -m scnn train --out '{out}' {target}; exit ${{PIPESTATUS[0]}}"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
        assert result.returncode == 1 and len(result.stderr.splitlines()) == 1, result.stderr
        assert reason in result.stderr and f"the training is saved in {out.parent}" in result.stderr
        assert Network.load(out.with_name("m.checkpoint.safetensors")).provenance["preset"] == "mnist"


SILENCED_AT_THE_END = """
import sys
from scnn.cli import main
from scnn.cli.display import PlainDisplay

def end(*_):
    raise OSError(28, "No space left on device")

PlainDisplay.end = end
sys.exit(main(sys.argv[1:]))
"""


def test_a_model_is_saved_although_its_last_line_cannot_be_printed(tmp_path: Path) -> None:
    """If the disk is full when the last line is printed, the model has been saved, and the error names it."""
    out = tmp_path / "m.safetensors"
    words = [
        sys.executable,
        "-c",
        SILENCED_AT_THE_END,
        "train",
        "--preset",
        "paper",
        "--epochs",
        "2",
        "--out",
        str(out),
    ]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1 and f"(No space left on device); the model is in {out}" in result.stderr
    assert Network.load(out).provenance["settings"]["epochs"] == 2 and list(tmp_path.iterdir()) == [out]


def test_a_model_that_cannot_be_written_is_not_lost(tmp_path: Path) -> None:
    """If the disk is full after a training, the model is saved to a temporary folder, which the error names."""
    spare = tmp_path / "spare"
    spare.mkdir()
    words = ("train", "--preset", "paper", "--epochs", 2, "--out", "/dev/full")
    result = scnn(*words, env={**os.environ, "TMPDIR": str(spare)})
    assert result.returncode == 1 and "/dev/full cannot be written: No space left on device" in result.stderr
    (kept,) = spare.rglob("full")
    assert f"it was written to {kept} instead" in result.stderr and Network.load(kept).provenance["preset"] == "paper"


def test_output_that_fails_is_one_line(model: Path) -> None:
    """Characters that the terminal's encoding lacks are printed as backslash escapes."""
    command = f"{sys.executable} -m scnn info {model}"
    full = subprocess.run(["bash", "-c", f"{command} > /dev/full"], capture_output=True, text=True, check=False)
    assert full.returncode == 1 and full.stderr == "scnn: cannot write the output: No space left on device\n"
    narrow = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    found = subprocess.run(command.split(), capture_output=True, env=narrow, check=True).stdout
    assert b"\\u2192" in found and "×".encode("cp1252") in found
