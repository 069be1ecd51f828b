"""`python -m scnn.compiler derive`."""

import subprocess
import sys
from pathlib import Path


def test_the_command_prints_derived_kernels() -> None:
    """`python -m scnn.compiler derive` prints what `derive_all` gives; a name that is no kernel is refused."""
    command = [sys.executable, "-m", "scnn.compiler", "derive"]
    shown = subprocess.run([*command, "conv2d_forward"], capture_output=True, text=True, check=True).stdout
    assert "def conv2d_backward_weights(" in shown and "def conv2d_backward_padded(" in shown
    refused = subprocess.run([*command, "conv3d_forward"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "did you mean conv2d_forward or" in refused.stderr


def test_the_command_reads_files(tmp_path: Path) -> None:
    """FILE.py:NAME is a kernel of a file that is not executed; what is not there is named."""
    file = tmp_path / "mine.py"
    file.write_text(
        "from scnn.language import Float32Buffer, Size, lanes\n\n"
        "def halved(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:\n"
        "    for i in lanes(size):\n        output[i] = 0.5 * input[i] * input[i]\n"
    )
    command = [sys.executable, "-m", "scnn.compiler", "derive"]
    shown = subprocess.run([*command, f"{file}:halved"], capture_output=True, text=True, check=True).stdout
    assert "def halved_backward(" in shown
    for name, words in [(f"{file}:doubled", "it has halved"), (f"{tmp_path}/other.py:halved", "cannot be read")]:
        refused = subprocess.run([*command, name], capture_output=True, text=True, check=False)
        assert refused.returncode == 1 and words in refused.stderr


def test_the_command_compares_speeds() -> None:
    """`--time` prints ns a call, GFLOP/s and the ratio, for each derived kernel that has one written by hand."""
    command = [sys.executable, "-m", "scnn.compiler", "derive", "dense_forward", "--time", "--rounds", "1"]
    head, *rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert head.split()[-1] == "ratio"
    assert [row.split()[0] for row in rows] == ["dense_backward_weights", "dense_backward_input"]
    assert all(row.count("GFLOP/s") == row.count(" ns ") == 2 and float(row.split()[-1]) > 0 for row in rows)
