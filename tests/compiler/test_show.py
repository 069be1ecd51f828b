"""`python -m scnn.compiler show`: the stages of a kernel; another assembler accepts its WebAssembly text."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import wasmtime

from scnn.compiler.__main__ import plan_of
from scnn.compiler.explain.__main__ import first_call
from scnn.compiler.explain.stages import compile_stages
from scnn.compiler.explain.subject import Subject

SCALED = '''"""A user's file, which must not be executed."""
import os
from scnn.language import Float32Buffer, Size, lanes

raise SystemExit("this file was executed")

FACTOR = 2.5

class Other:
    pass

def scaled(out: Float32Buffer, x: Float32Buffer, size: Size):
    for i in lanes(size):
        out[i] = FACTOR * x[i + 1]
'''


def show(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scnn.compiler", "show", *arguments], capture_output=True, text=True, check=False
    )


def test_all_stages_of_a_convolution() -> None:
    """It shows the source, the IR before and after the optimiser, and the WebAssembly, in this order."""
    shown = show("conv2d_forward")
    assert shown.returncode == 0
    words = [
        "-- source",
        "def conv2d_forward(",
        "-- expanded",
        "loop row",
        "-- optimised",
        "t1 = ",
        "-- wasm",
        "(func $",
    ]
    positions = [shown.stdout.index(word) for word in words]
    assert positions == sorted(positions) and "f32x4.mul" in shown.stdout


def test_one_stage_of_another_preset() -> None:
    """Adam is the mnist preset's optimiser."""
    shown = show("adam_update", "--preset", "mnist", "--stage", "wasm")
    assert shown.stdout.startswith("-- wasm: adam_update(") and "f32x4.sqrt" in shown.stdout
    assert "-- source" not in shown.stdout


def test_the_call_of_a_layer() -> None:
    """It shows the kernel that writes the layer's output."""
    for layer, filters in (("conv2d_1", 8), ("conv2d_2", 16)):
        shown = show("conv2d_forward", "--preset", "mnist", "--layer", layer, "--stage", "source")
        assert f"output={layer}.output" in shown.stdout and f"filters={filters}" in shown.stdout


def test_the_instructions_of_a_line() -> None:
    """They are those of the stage wasm, and together with the other lines' they are all of it."""
    whole = show("conv2d_forward", "--stage", "wasm").stdout.splitlines()
    body = [line.strip() for line in whole if line.startswith("  ") and not line.startswith("  (local")]
    mapped = json.loads(show("conv2d_forward", "--json").stdout)["lines"]
    found: dict[int, str] = {}
    for line in (one["line"] for one in mapped):
        shown = show("conv2d_forward", "--line", str(line)).stdout
        assert "-- wasm" not in shown
        found |= {int(n): text for n, text in re.findall(r"^ *(\d+)  ([a-z].*)$", shown, re.MULTILINE)}
    assert [found[number] for number in range(len(body))] == body


def test_several_lines_and_what_they_share() -> None:
    """A range shows what its lines show; a value of the optimiser that belongs to another line stands with it."""
    both = show("softmax_cross_entropy_backward", "--line", "49-50").stdout
    for line in ("49", "50"):
        one = show("softmax_cross_entropy_backward", "--line", line).stdout
        assert one.partition("\n\n")[2].strip() in both
    shown = show("adam_update", "--preset", "mnist", "--line", "178").stdout
    local = re.search(r"f32x4.sub\((t\d+), ", shown)
    assert local and re.search(rf"{local[1]} = v128.load\[parameters 0\].*\(line 17\d\)", shown)


def test_a_form_that_training_does_not_run() -> None:
    """The command says so, and names the module that chooses and the kernels that run instead."""
    shown = show("conv2d_backward_input", "--preset", "mnist", "--stage", "source").stdout
    first = shown.splitlines()[0]
    assert first.startswith("The training of mnist does not run this call: it computes the layer in a faster form")
    assert "scnn/layers/forms.py" in first and "conv2d_channel_last_backward_input" in first
    assert not re.search(r"\b(conv2d_backward_input|relu_forward|zero)\b", first)
    for arguments in (["conv2d_forward"], ["adam_update", "--preset", "mnist"], ["relu_forward", "--size", "size=4"]):
        assert "does not run" not in show(*arguments, "--stage", "source").stdout


def test_sizes_that_are_given() -> None:
    """The buffers are as long as the indices ask for."""
    call = show("dense_forward", "--size", "inputs=6", "outputs=12", "--json")
    assert json.loads(call.stdout)["call"] == (
        "dense_forward(output=output, input=input, weights=weights, bias=bias, inputs=6, outputs=12)"
    )
    assert "loop" in json.loads(call.stdout)["stages"]["optimised"]


def test_a_kernel_of_a_file(tmp_path: Path) -> None:
    """The file is read and not executed; lines are those of the file."""
    file = tmp_path / "own.py"
    file.write_text(SCALED)
    shown = show(f"{file}:scaled", "--size", "size=9", "--lines")
    assert shown.returncode == 0, shown.stderr
    assert "   13      for i in lanes(size):" in shown.stdout
    assert "2.5" in shown.stdout and "executed" not in shown.stderr


def test_the_source_of_a_kernel_of_a_file_is_that_kernel_alone(tmp_path: Path) -> None:
    """The other functions of the file are not printed, nor the lines that were skipped."""
    file = tmp_path / "own.py"
    file.write_text(f"{SCALED}\n\ndef other(out: Float32Buffer, size: Size):\n    out[0] = 1.0\n")
    shown = show(f"{file}:scaled", "--size", "size=9", "--stage", "source")
    assert shown.stdout.split("\n\n", 1)[1] == SCALED[SCALED.index("def scaled") :]


def test_errors_as_json(tmp_path: Path) -> None:
    """What an editor needs to mark them; in text too, and the command fails."""
    file = tmp_path / "own.py"
    file.write_text("def one(out: Float32Buffer, size: Size):\n    out[0] = size\n    out[1] = y\n")
    shown = show(f"{file}:one", "--size", "size=1", "--json")
    assert shown.returncode == 1 and "Traceback" not in shown.stderr
    errors = json.loads(shown.stdout)["errors"]
    assert [(one["labels"][0]["line"], one["labels"][0]["column"]) for one in errors] == [(2, 13), (3, 13)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["conv3d_forward"], "scnn has no kernel conv3d_forward; did you mean conv2d_forward"),
        (["softmax"], "scnn has no kernel softmax; did you mean softmax_forward or"),
        (["dense"], "did you mean dense_forward or dense_backward_input or dense_backward_weights?"),
        (["xyz"], "scnn has no kernel xyz; it has adam_update, "),
        (["adam_update"], "the preset paper has no call of adam_update; use --preset mnist or "),
        (["pad2d"], "did you mean pad2d_forward or pad2d_backward or pad2d_"),
        (["tally", "--size", "x"], "expected --size NAME=NUMBER, got 'x'"),
        (["conv2d_forward", "--line", "0"], "nothing comes from line 0 of conv2d_forward; expected one of: "),
        (["conv2d_forward", "--line", "7"], "nothing comes from line 7 of conv2d_forward; expected one of: "),
        (["conv2d_forward", "--line", "1-3"], "nothing comes from lines 1 to 3 of conv2d_forward; expected one of: "),
        (["conv2d_forward", "--line", "9-7"], "--line 9-7 ends before it begins"),
        (["conv2d_forward", "--line=-x"], "expected --line N or --line N-M, got '-x'"),
        (["relu_forward", "--layer", "relu_9"], "no call of relu_forward is for a layer relu_9; there are"),
        (["dense_forward", "--size", "inputs=6"], "needs sizes: --size outputs=…"),
        (["dense_forward", "--size", "inputs"], "expected --size NAME=NUMBER, got 'inputs'"),
        (["dense_forward", "--size", "inputs=6", "outputs=2", "width=3"], "has no parameter width; it has output,"),
        (["nothing.py:kernel"], "nothing.py cannot be read: No such file"),
    ],
)
def test_what_is_not_there(arguments: list[str], message: str) -> None:
    """The error is one line; it suggests near names, or a preset that has the call, or lists what is known."""
    shown = show(*arguments)
    assert shown.returncode == 1 and shown.stdout == ""
    assert message in shown.stderr and "Traceback" not in shown.stderr


@pytest.mark.parametrize("preset", ["paper", "mnist"])
def test_the_text_is_webassembly(preset: str) -> None:
    """wasmtime's own parser of the text format accepts every kernel's text."""
    plan = plan_of(preset)
    names = {call.split("(")[0].strip() for call in str(plan).splitlines() if call.startswith("        ")}
    found = sorted(name for name in names if name.isidentifier())
    assert len(found) > 8
    for name in found:
        function = compile_stages(Subject(*first_call(name, plan))).text("wasm")
        module = f"(module (memory 1) (global $site (mut i32) (i32.const -1))\n{function})"
        assert wasmtime.wat2wasm(module)[:4] == b"\0asm", name


def test_remarks_on_refused_loops_come_with_the_error(tmp_path: Path) -> None:
    """The remarks are the output, the error goes to standard error, and the command fails."""
    file = tmp_path / "own.py"
    file.write_text(
        "def one(out: Float32Buffer, size: Size):\n    for i in lanes(size):\n        out[0] = float(i)\n"
    )
    shown = show(f"{file}:one", "--size", "size=8", "--remarks")
    assert shown.returncode == 1 and "are not independent" in shown.stderr
    assert "lanes(…) is refused: the turns of this loop are not independent" in shown.stdout
