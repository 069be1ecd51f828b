"""The compiler explains itself: remarks on loops, operations, the map of lines, and times."""

import json
from collections.abc import Callable, Mapping
from itertools import count as counting

import pytest

from scnn import kernels
from scnn.compiler import KernelError
from scnn.compiler.__main__ import plan_of as plan_of_preset
from scnn.compiler.explain.__main__ import first_call
from scnn.compiler.explain.data import explanation
from scnn.compiler.explain.lines import MappedLine, lines_of, text_of_lines
from scnn.compiler.explain.operations import count
from scnn.compiler.explain.refused import stages_without_refused_loops
from scnn.compiler.explain.remarks import remarks_of, text_of_remarks
from scnn.compiler.explain.stages import Stages, compile_stages
from scnn.compiler.explain.subject import Subject, call_with_sizes, calls_in
from scnn.compiler.explain.timing import text_of_times, time_kernel
from scnn.compiler.wasm.origins import NOWHERE
from scnn.engines.hosts import WasmtimeHost
from scnn.errors import ConfigError
from tests.compiler.support import kernel_of

MNIST = plan_of_preset("mnist")
CALLED = sorted({call.kernel.__name__ for p in MNIST.procedures.values() for call in calls_in(p.body)})
HEAD = "def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer, size: Size):\n"


def stages_of(body: str, size: int = 9, **lengths: int) -> Stages:
    kernel = kernel_of(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))
    return compile_stages(call_with_sizes(kernel, {"size": size, **lengths}))


def of_mnist(kernel: str) -> Stages:
    return compile_stages(Subject(*first_call(kernel, MNIST)))


COPY = "\n    out[i] = x[i]"
FORMS = {
    "lanes by 12": (
        f"for i in lanes(size, 12):{COPY}",
        30,
        "30 turns: lanes of 4 by 3, 2 times, then 1 vector of 4, then 2 single turns",
    ),
    "lanes": (f"for i in lanes(size):{COPY}", 8, "8 turns: lanes of 4 by 1, 2 times"),
    "lanes that are too few": (f"for i in lanes(size):{COPY}", 3, "3 turns, one by one: lanes need at least 4"),
    "lanes below their `by`": (
        f"for i in lanes(size, 16):{COPY}",
        9,
        "9 turns: lanes, then 2 vectors of 4, then 1 single turn",
    ),
    "blocked": (
        f"for i in blocked(size, 4):{COPY}",
        11,
        "11 turns: blocked, 4 together, 2 times, then 3 together",
    ),
    "unrolled": (f"for i in unrolled(size):{COPY}", 5, "5 turns, written out"),
    "unrolled, but long": (
        f"for i in unrolled(size):{COPY}",
        17,
        "17 turns, a plain loop: at most 16 turns are written out",
    ),
    "one turn": (f"for i in range(size):{COPY}", 1, "1 turn, without a loop"),
    "no turn": (f"for i in range(size):{COPY}", 0, "no turn: nothing is left of it"),
    "range": (f"for i in range(1, size):{COPY}", 9, "8 turns, a plain loop"),
}
TRIANGLE = "for i in unrolled(size):\n    for j in range(i):\n        out[i] = x[j]"


@pytest.mark.parametrize("form", FORMS)
def test_what_became_of_a_loop(form: str) -> None:
    """In the words of a remark; its range is the loop's head."""
    body, size, text = FORMS[form]
    remark = remarks_of(stages_of(body, size))[0]
    assert remark.text == text
    assert remark.label.source == body.splitlines()[0].removesuffix(":")


def test_a_loop_that_is_expanded_several_times() -> None:
    """Has one remark, with all its counts."""
    outer, inner = remarks_of(stages_of(TRIANGLE, 4, x=4))
    assert (outer.depth, inner.depth) == (0, 1)
    assert "0 or 1 or 2 or 3 turns" in inner.text


ADVICE = {
    "independent turns": (
        "for i in range(size):\n    out[i] = x[i] * 2.0",
        "this would run faster in lanes(…), since its turns are independent: ",
    ),
    "a sum": ("y = 0.0\nfor i in range(size):\n    y += x[i]\nout[0] = y", "; the sum of y would have other bits"),
    "turns that meet": (
        "for i in range(size):\n    out[i + 1] = out[i]",
        "cannot run in lanes(…): the turns of this loop are not independent: an element of out that one turn stores "
        "at line 3 may be read by another at line 3",
    ),
    "a name that is carried": (
        "y = 1.0\nfor i in range(size):\n    y = y * x[i]\nout[0] = y",
        "cannot run in lanes(…): y is carried from one turn of the lanes loop to the next",
    ),
    "not from 0": ("for i in range(1, size):\n    out[i] = x[i]", "lanes(n) counts from 0 by 1: this loop does not"),
    "elements far apart": (
        "for i in range(size):\n    out[n[i]] = x[n[i] + i * 7]",
        "cannot run in lanes(…): the turns of this loop are not independent",
    ),
}


@pytest.mark.parametrize("case", ADVICE)
def test_what_lanes_would_do_for_a_plain_loop(case: str) -> None:
    """The compiler is asked: it refuses with its reason, or the instructions are counted."""
    body, words = ADVICE[case]
    stages = stages_of(body, 40, out=50, x=400)
    (remark,) = remarks_of(stages)
    assert words in remark.advice
    assert remark.advice in text_of_remarks(stages, [remark])


def test_the_advice_is_true() -> None:
    """The kernel with the loop in lanes has as many instructions as the remark says."""
    body, _ = ADVICE["independent turns"]
    (remark,) = remarks_of(stages_of(body, 40))
    after = count(stages_of(body.replace("range", "lanes"), 40).code).executed
    assert f": {after:,} instructions instead of {count(stages_of(body, 40).code).executed:,}" in remark.advice


def test_loops_around_lanes_are_not_advised_about() -> None:
    """A loop over lanes cannot be inside another one."""
    body = "for i in range(size):\n    for j in lanes(8):\n        out[i * 8 + j] = x[j]"
    assert [remark.advice for remark in remarks_of(stages_of(body))] == ["", ""]


def test_operations_of_a_convolution() -> None:
    """A multiplication and an addition for each weight of each output, vectors counting as four."""
    sizes = {"channels": 2, "height": 8, "width": 16, "filters": 4, "kernel": 3, "stride": 1}
    stages = compile_stages(call_with_sizes(kernels.conv2d_forward, {**sizes, "out_height": 6, "out_width": 14}))
    operations = count(stages.code)
    outputs = 4 * 6 * 14
    assert operations.flops == outputs * 2 * 3 * 3 * 2
    assert operations.stores == outputs
    assert operations.instructions == len(stages.code.body)
    loops = remarks_of(stages)
    assert [one.text.split(", ")[0].split(": ")[-1] for one in loops] == [
        "blocked",
        "6 turns",
        "lanes of 4 by 3",
        "2 turns",
        "3 turns",
        "3 turns",
    ]
    assert loops[0].operations.flops == loops[-1].operations.flops == operations.flops


def test_operations_are_those_of_a_loop_alone() -> None:
    """Two loops beside one another share no instruction; what is outside belongs to none."""
    stages = stages_of(
        "for i in range(size):\n    out[i] = x[i] * 2.0\nfor j in range(size):\n    out[j] = x[j] / 2.0"
    )
    one, other = remarks_of(stages)
    assert one.operations.flops == other.operations.flops == 9
    whole = count(stages.code)
    assert one.operations.executed + other.operations.executed == whole.executed


@pytest.mark.parametrize("kernel", CALLED)
def test_every_instruction_belongs_to_one_line(kernel: str) -> None:
    """Of the kernel or of one that it calls; no part of the optimised IR is without a line."""
    stages = of_mnist(kernel)
    lines = lines_of(stages)
    assert sorted(n for line in lines for n in line.instructions) == list(range(len(stages.code.body)))
    assert NOWHERE not in stages.code.origins
    assert sum(line.operations.executed for line in lines) == count(stages.code).executed
    assert json.loads(json.dumps(explanation(stages)))["call"].startswith(f"{kernel}(")


def test_lines_of_a_convolution() -> None:
    """Arithmetic, loads and stores belong to the lines that ask for them, however far they were moved."""
    stages = of_mnist("conv2d_forward")
    by_text = {line.source.strip(): line for line in lines_of(stages)}

    def kinds(line: MappedLine) -> set[str]:
        return {str(stages.code.body[number][0]) for number in line.instructions}

    assert {"f32x4.mul", "f32x4.add", "v128.load"} <= kinds(by_text["total += padded[x + j] * weights[w + j]"])
    assert "v128.load32_splat" in kinds(by_text["total = bias[filter]"])
    assert by_text["total = bias[filter]"].operations.executed < 1000 + 12 * 28 * 28 * 2
    stored = by_text["output[(filter * out_height + row) * out_width + column] = total"]
    assert "v128.store" in kinds(stored) and "f32x4.mul" not in kinds(stored)
    assert "t2 = v128.load32_splat" in text_of_lines(stages, list(by_text.values()))


def test_lines_of_a_called_kernel() -> None:
    """Stand under its own file."""
    files = {line.file for line in lines_of(of_mnist("softmax_forward"))}
    assert files == {"kernels/loss.py", "kernels/functions.py"}


def test_what_two_lines_share_belongs_to_one_of_them() -> None:
    """The load belongs to the first line, and the second one reads its local."""
    stages = stages_of("out[0] = x[size] * x[size + 1]\nout[1] = x[size] * x[size + 1]")
    first, second = lines_of(stages)
    assert (first.operations.loads, second.operations.loads) == (2, 0)


def clock_of(step: int) -> Callable[[], int]:
    """A clock that goes by itself: no test depends on a real one."""
    ticks = counting(0, step)
    return lambda: next(ticks)


@pytest.mark.parametrize("kernel", CALLED)
def test_each_line_is_timed_by_removal(kernel: str) -> None:
    """What is left without a line is a module that runs; the head of a plain loop has no time."""
    stages = of_mnist(kernel)
    times = time_kernel(stages, lines_of(stages), WasmtimeHost().instantiate, clock_of(10**7))
    assert times.nanoseconds == 10**7 and times.noise == 0
    heads = [line for line in times.lines if " in range(" in line.source]
    assert all(line.nanoseconds is None for line in heads)
    assert any(line.nanoseconds == 0 for line in times.lines)
    assert f"{times.nanoseconds:,.0f} ns for each call" in text_of_times(times)


LENGTHS: dict[str, tuple[Callable[..., object], Mapping[str, float], Mapping[str, int]]] = {
    "dense": (
        kernels.dense_forward,
        {"inputs": 6, "outputs": 8},
        {"output": 8, "input": 6, "weights": 48, "bias": 8},
    ),
    "zero": (kernels.zero, {"size": 5}, {"buffer": 5}),
}


@pytest.mark.parametrize("case", LENGTHS)
def test_buffers_are_as_long_as_the_indices_ask_for(case: str) -> None:
    """Nothing is checked while the kernel runs, then."""
    kernel, sizes, lengths = LENGTHS[case]
    buffers = call_with_sizes(kernel, sizes).plan.buffers
    assert {name: buffer.length for name, buffer in buffers.items()} == lengths


def test_an_index_from_data_needs_a_length() -> None:
    """It is asked for, and taken."""
    with pytest.raises(ConfigError, match="do not determine the length of x: give it, such as --size x=64"):
        stages_of("out[0] = x[n[size]]")
    assert stages_of("out[0] = x[n[size]]", x=64).subject.plan.buffers["x"].length == 64


REFUSED = """
total = 0.0
for i in lanes(size):
    total += x[i]
    out[i] = total
for j in lanes(size):
    out[j] = x[j] * 2.0
for k in blocked(size, 4):
    for m in lanes(8):
        out[k] = x[m]
"""


def test_remarks_on_a_kernel_whose_loops_are_refused() -> None:
    """Each refused loop is plain, with its reason; the others are as they were requested."""
    kernel = kernel_of(HEAD + "".join(f"    {line}\n" for line in REFUSED.strip().splitlines()))
    subject = call_with_sizes(kernel, {"size": 8})
    with pytest.raises(KernelError):
        compile_stages(subject)
    stages, refused = stages_without_refused_loops(subject)
    assert sorted(loop.label.source for loop in refused) == ["for i in lanes(size)", "for m in lanes(8)"]
    remarks = {remark.label.source: remark for remark in remarks_of(stages, refused)}
    assert remarks["for i in lanes(size)"].text == "8 turns, a plain loop"
    assert remarks["for i in lanes(size)"].advice.startswith("lanes(…) is refused: total is read here, and carried")
    assert remarks["for m in lanes(8)"].advice.startswith("lanes(…) is refused: the turns of this loop are not")
    assert remarks["for j in lanes(size)"].text == "8 turns: lanes of 4 by 1, 2 times"
    assert remarks["for k in blocked(size, 4)"].text == "8 turns: blocked, 4 together, 2 times"


def test_kernels_that_are_refused_for_another_reason_have_no_remarks() -> None:
    """The error is the compiler's own."""
    kernel = kernel_of(HEAD + "    for i in range(size):\n        out[20] = x[i]\n")
    with pytest.raises(KernelError, match="lies outside out"):
        stages_without_refused_loops(call_with_sizes(kernel, {"size": 8, "out": 9}))
