"""`python -m scnn.compiler show`: the stages of a kernel; its WebAssembly text is taken by another assembler."""

import subprocess
import sys

import pytest
import wasmtime

from scnn.compiler.__main__ import first_call, plan_of, stages_of


def show(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scnn.compiler", "show", *arguments], capture_output=True, text=True, check=False
    )


def test_all_stages_of_a_convolution() -> None:
    """Source, IR before and after the optimiser, and WebAssembly, in this order."""
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
    places = [shown.stdout.index(word) for word in words]
    assert places == sorted(places) and "f32x4.mul" in shown.stdout


def test_one_stage_of_another_preset() -> None:
    """Adam is the mnist preset's optimiser."""
    shown = show("adam_update", "--preset", "mnist", "--stage", "wasm")
    assert shown.stdout.startswith("-- wasm: adam_update(") and "f32x4.sqrt" in shown.stdout
    assert "-- source" not in shown.stdout


def test_an_unknown_kernel() -> None:
    """One line says which there are."""
    shown = show("conv3d_forward")
    assert shown.returncode == 1 and shown.stdout == ""
    assert "no call of conv3d_forward; it calls" in shown.stderr and "Traceback" not in shown.stderr


@pytest.mark.parametrize("preset", ["paper", "mnist"])
def test_the_text_is_webassembly(preset: str) -> None:
    """Every kernel's text is assembled by wasmtime's own reader of the text format."""
    plan = plan_of(preset)
    names = {call.split("(")[0].strip() for call in str(plan).splitlines() if call.startswith("        ")}
    found = sorted(name for name in names if name.isidentifier())
    assert len(found) > 8
    for name in found:
        function = stages_of(*first_call(name, plan))["wasm"]
        module = f"(module (memory 1) (global $site (mut i32) (i32.const -1))\n{function})"
        assert wasmtime.wat2wasm(module)[:4] == b"\0asm", name
