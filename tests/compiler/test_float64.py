"""Float64 programs: scnn's kernels, and loops over lanes that become list comprehensions or do not."""

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from scnn import kernels
from scnn.compiler.float64 import Float64Programs
from scnn.engines.float64 import Float64
from scnn.engines.interpreter import Interpreter
from scnn.errors import ConfigError
from scnn.language import Float32Buffer, Size, lanes, unrolled
from scnn.plan import Call
from tests.compiler.programs import PROGRAMS, Program
from tests.compiler.support import plan_of, run

RELATIVE = 400 * 2.0**-24  # as between engines: the interpreter rounds each element that it stores


OURS = [program for program in PROGRAMS if program.kernel.__name__ in kernels.__all__]


@pytest.mark.parametrize("program", OURS, ids=lambda program: program.name)
def test_every_kernel(program: Program) -> None:
    """The results of the interpreter, except for float32's rounding."""
    plan = plan_of(program.kernel, program.lengths, program.sizes)
    expected = run(Interpreter(plan), program.inputs)
    engine = Float64(plan)
    for buffer, values in program.inputs.items():
        engine.buffers[buffer][: len(values)] = values
    for procedure in plan.procedures.values():
        engine.run([step for step in procedure.body if isinstance(step, Call)])
    for buffer, values in expected.items():
        scale = max((abs(value) for value in values if math.isfinite(value)), default=1.0)
        for at, (one, other) in enumerate(zip(engine.buffers[buffer], values, strict=True)):
            near = abs(one - other) <= RELATIVE * min(max(scale, 1e-30), 100.0)
            assert near or one == other or (one != one and other != other), f"{buffer}[{at}] is {one}, not {other}"


def window(out: Float32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size, rows: Size) -> None:
    """Inner loops, unrolled or not, and names whose values are lists."""
    for i in lanes(size):
        total = x[0]
        before = x[i]
        for row in range(rows):
            at = row + 2 * i
            for j in unrolled(3):
                before = total
                total += x[at + j] * y[j] - before * 0.25
        out[i] = total + before


def no_turns(out: Float32Buffer, x: Float32Buffer, rows: Size) -> None:
    """A loop without iterations changes nothing."""
    total = 1.0
    for i in lanes(rows - rows):
        total += x[i]
        out[i] = 7.0
    out[0] = total


def sums(out: Float32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size) -> None:
    """Sums over the iterations: of products, and of the same number."""
    total = 0.5
    for i in lanes(size):
        total += x[i] * y[i]
        total += y[0]
    out[0] = total


def steps(out: Float32Buffer, x: Float32Buffer, size: Size, rows: Size) -> None:
    """An index whose step grows in an inner loop is not a slice."""
    for i in lanes(size):
        at = 0
        total = 0.0
        for row in range(rows):
            at = at + i
            total += x[at] * float(row)
        out[i] = total


def rewritten(out: Float32Buffer, x: Float32Buffer, size: Size) -> None:
    """A value that was read before a store does not change with it."""
    for i in lanes(size):
        old = out[i] + x[i]
        out[i] = 2.0
        out[i] += old * x[2 * i]
        at = i
        first = x[at]
        at = i + 1
        out[i] += first - x[at]


def chosen(out: Float32Buffer, x: Float32Buffer, y: Float32Buffer, size: Size, rows: Size) -> None:
    """Conditional expressions become part of a comprehension; an `if` and a division do not."""
    for i in lanes(size):
        value = -x[i] if x[i] > y[i] else y[i] * x[i]
        out[i] = value if value < 0.1 else value * value
    for i in lanes(rows):
        if x[i] > 0.0:
            out[i] = y[i] / x[i]


def at_the_end(out: Float32Buffer, x: Float32Buffer) -> None:
    """The side that is not chosen may name an element that does not exist."""
    out[39] = 2.0
    for i in lanes(40):
        out[i] = 0.5 if out[i] > 1.5 else x[i + 1]


@pytest.mark.parametrize(
    "kernel", [window, no_turns, sums, steps, rewritten, chosen, at_the_end], ids=lambda one: one.__name__
)
def test_lanes(kernel: Callable[..., Any]) -> None:
    """The same float64 numbers as the kernel in plain Python on lists, whatever its loops became."""
    random = Random(3)
    for size, rows in [(1, 1), (5, 3), (8, 2)]:
        lists = {name: [random.uniform(-1, 1) for _ in range(40)] for name in ("out", "x", "y")}
        plain = {name: values[:] for name, values in lists.items()}
        numbers = {"size": size, "rows": rows}
        arguments = {name: numbers.get(name, name) for name in kernel.__annotations__ if name != "return"}
        kernel(*(plain[one] if isinstance(one, str) else one for one in arguments.values()))
        call = Call(kernel, arguments)
        program, names = Float64Programs({}).program(call)
        program(*(lists[name] for name in names))
        assert lists["out"] == pytest.approx(plain["out"], rel=1e-12, abs=1e-14)


def test_a_convolution_is_written_as_comprehensions() -> None:
    """One comprehension for each row of a filter's window."""
    sizes = {"channels": 2, "height": 9, "width": 9, "filters": 2, "kernel": 3, "stride": 1}
    sizes |= {"out_height": 7, "out_width": 7}
    buffers = {name: name for name in ("output", "padded", "weights", "bias")}
    program, names = Float64Programs({}).program(Call(kernels.conv2d_forward, {**buffers, **sizes}))
    assert names == list(buffers)
    assert any("listcomp" in str(constant) for constant in program.__code__.co_consts)


def test_wrong_lengths_are_refused() -> None:
    """A buffer is written as a whole."""
    program = PROGRAMS[0]
    engine = Float64(plan_of(program.kernel, program.lengths, program.sizes))
    with pytest.raises(ConfigError, match=r"x: expected \d+ numbers, got 1"):
        engine.write("x", [1.0])
