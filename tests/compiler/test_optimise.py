"""The transformations one by one, on the IR as text."""

import re

import pytest

from scnn.compiler import Options
from scnn.compiler.wasm.calls import Calls
from scnn.compiler.wasm.ir import Routine
from scnn.compiler.wasm.optimise import optimise
from tests.compiler.support import OFF, kernel_of, plan_of


def expanded(source: str, lengths: dict[str, int], options: Options = OFF, **sizes: int) -> Routine:
    """The IR of a kernel with only these options."""
    plan = plan_of(kernel_of(source), lengths, sizes)
    calls = Calls(plan, options)
    calls.routine_of(plan.procedures["run"].body[0])  # type: ignore[arg-type]
    (routine,) = calls.routines.values()
    return routine


def text(routine: Routine) -> list[str]:
    """The lines without the head and the offsets of buffers."""
    return [re.sub(r"\[(\w+) \d+\]", r"[\1]", line)[4:] for line in str(routine).splitlines()[1:]]


SHARED = """
def kernel(out: Float32Buffer, x: Float32Buffer):
    out[0] = (x[0] + x[1]) * (x[0] + x[1])
"""


def test_sharing_computes_once() -> None:
    """A repeated expression is stored in a local."""
    routine = expanded(SHARED, {"out": 2, "x": 2})
    assert text(optimise(routine, share=False, hoist=False)) == text(routine)
    assert text(optimise(routine, share=True, hoist=False)) == [
        "t1 = f32.add(f32.load[x](0), f32.load[x](0))",
        "f32.store[out](0) = f32.mul(t1, t1)",
    ]


def test_sharing_forgets_what_was_stored_over() -> None:
    """After a store to a buffer, its elements are read again."""
    source = """
def kernel(out: Float32Buffer, x: Float32Buffer):
    out[0] = x[0] + 1.0
    x[0] = 5.0
    out[1] = x[0] + 1.0
"""
    lines = text(optimise(expanded(source, {"out": 2, "x": 2}), share=True, hoist=True))
    assert sum("f32.add" in line for line in lines) == 2
    assert [line for line in lines if "load" in line] == [line for line in lines if "f32.add" in line]


HOISTED = """
def kernel(out: Float32Buffer, x: Float32Buffer, size: Size):
    for i in range(size):
        for j in range(size):
            out[i * size + j] = x[i] * 3.0
"""


def test_hoisting_moves_what_does_not_change_out_of_the_loop() -> None:
    """x[i] · 3 and its address are computed once for each i."""
    routine = expanded(HOISTED, {"out": 16, "x": 4}, size=4)
    lines = text(optimise(routine, share=False, hoist=True))
    (product,) = [line for line in lines if "f32.mul" in line]
    outer, inner = [line for line in lines if "loop" in line]
    assert lines.index(outer) < lines.index(product) < lines.index(inner)
    assert product.index("=") < inner.index("loop") + 8
    kept = text(optimise(routine, share=False, hoist=False))
    assert kept == text(routine)


def test_reads_of_stored_elements_stay_in_the_loop() -> None:
    """x[0] is stored and read in the loop."""
    source = """
def kernel(x: Float32Buffer, size: Size):
    for i in range(size):
        x[0] = x[0] * 2.0
"""
    lines = text(optimise(expanded(source, {"x": 4}, size=4), share=True, hoist=True))
    assert lines[0].startswith("loop") and "f32.load" in "".join(lines[1:])


def test_folding() -> None:
    """The compiler computes float32 constants, with float32's rounding."""
    source = """
def kernel(x: Float32Buffer):
    x[0] = 1.0 / 3.0 + 0.1
"""
    assert text(expanded(source, {"x": 1}, Options(fold=True))) == ["f32.store[x](0) = 0.4333333373069763"]
    assert text(expanded(source, {"x": 1})) == ["f32.store[x](0) = f32.add(f32.div(1.0, 3.0), 0.10000000149011612)"]


def test_unrolling() -> None:
    """An unrolled loop disappears; its indices are constants."""
    source = """
def kernel(x: Float32Buffer):
    for i in unrolled(3):
        x[i] = 1.0
"""
    assert text(expanded(source, {"x": 3}, Options(unrolled=True))) == ["f32.store[x](0) = 1.0"] * 3
    assert text(expanded(source, {"x": 3}))[0].startswith("loop i")


def test_lanes() -> None:
    """Four iterations become one vector; the remaining ones are unrolled."""
    source = """
def kernel(x: Float32Buffer, y: Float32Buffer):
    for i in lanes(10):
        x[i] = y[i] + 1.0
"""
    lines = text(expanded(source, {"x": 10, "y": 10}, Options(lanes=True)))
    assert lines[0] == "loop i.1 from 0 to 8 by 4:"
    assert lines[1].strip().startswith("v128.store[x](i32.mul(i.1, 4)) = f32x4.add(v128.load[y]")
    assert lines[2:] == ["f32.store[x](0) = f32.add(f32.load[y](0), 1.0)"] * 2


def test_sums_in_lanes() -> None:
    """A sum becomes four partial sums, which are added as (0 + 1) + (2 + 3) at the end."""
    source = """
def kernel(x: Float32Buffer, y: Float32Buffer):
    total = 0.0
    for i in lanes(8):
        total += y[i]
    x[0] = total
"""
    lines = text(expanded(source, {"x": 1, "y": 8}, Options(lanes=True)))
    joined = "\n".join(lines)
    assert "f32x4.add" in joined and joined.count("f32x4.extract_lane") == 4
    assert re.search(r"f32.add\(.*f32.add\(f32x4.extract_lane\[0\].*f32x4.extract_lane\[1\]", joined)


def test_blocking() -> None:
    """Two iterations share one inner loop; the third one runs after them."""
    source = """
def kernel(x: Float32Buffer, y: Float32Buffer):
    for i in blocked(3, 2):
        total = 0.0
        for j in range(5):
            total += y[i * 5 + j]
        x[i] = total
"""
    lines = text(expanded(source, {"x": 3, "y": 15}, Options(blocked=True)))
    loops = [line for line in lines if line.strip().startswith("loop")]
    assert len(loops) == 2  # the inner loop for two turns at once, and for the third
    first = lines[lines.index(loops[0]) + 1 : lines.index(loops[0]) + 3]
    assert all("f32.add(total" in line for line in first)


@pytest.mark.parametrize("name", ["lanes", "blocked", "unrolled", "fold", "share", "hoist"])
def test_every_option_can_be_turned_off(name: str) -> None:
    """Every transformation has an option."""
    assert getattr(Options(), name) is True and getattr(OFF, name) is False
