"""The exact interpreter: what LANGUAGE.md says, case by case."""

from array import array
from math import inf, nan
from random import Random

import pytest

from scnn.compiler import KernelError
from scnn.compiler.reference import run_kernel
from scnn.engines.interpreter import Interpreter
from scnn.errors import KernelBoundsError, KernelDivisionError, KernelStepsError
from tests.compiler.support import bits, kernel_of, plan_of

LOW, HIGH = -(2**31), 2**31 - 1

# An expression of the whole numbers n and m, or of the floats x and y; their values; and the result.
WHOLE = {
    "a sum wraps": ("n + m", HIGH, 1, LOW),
    "a difference wraps": ("n - m", LOW, 1, HIGH),
    "a product wraps": ("n * m", 100000, 100000, 1410065408),
    "products of products wrap": ("n * n * n * m", 65537, 65537, 262145),
    "the smallest number negated": ("-n", LOW, 0, LOW),
    "the smallest number's absolute value": ("abs(n)", LOW, 0, LOW),
    "the smallest number divided by -1": ("n // m", LOW, -1, LOW),
    "its remainder": ("n % m", LOW, -1, 0),
    "division rounds down": ("n // m", -7, 2, -4),
    "by a negative divisor, too": ("n // m", 7, -2, -4),
    "the remainder has the divisor's sign": ("n % m", -7, 2, 1),
    "that of a negative one, too": ("n % m", 7, -2, -1),
    "a shift by 32 is one by 0": ("n << m", 5, 32, 5),
    "a shift by -1 is one by 31": ("n << m", 1, -1, LOW),
    "a shift to the right keeps the sign": ("n >> m", -5, 33, -3),
    "bits of what has wrapped": ("(n + m) & 255", HIGH, 1, 0),
    "a wrapped number compares as it is": ("1 if n + m > 0 else 0", HIGH, 1, 0),
    "the larger": ("max(n, m)", -3, 7, 7),
    "the smaller": ("min(n, m)", -3, 7, -3),
    "and stops at the first that decides": ("1 if m != 0 and n // m > 0 else 2", 1, 0, 2),
    "or stops at the first that decides": ("1 if m == 0 or n // m > 0 else 2", 1, 0, 1),
    "the other side is not evaluated": ("n // m if m != 0 else 5", 1, 0, 5),
}
FLOATS = {
    "a constant is rounded where it stands": ("x * 0.1", 1.0, 0.0, 0.10000000149011612),
    "every operation rounds": ("(x + y) - x", 16777216.0, 1.0, 0.0),
    "too large becomes infinite": ("x * y", 3e38, 10.0, inf),
    "one by zero": ("x / y", 1.0, 0.0, inf),
    "one by negative zero": ("x / y", 1.0, -0.0, -inf),
    "zero by zero": ("x / y", 0.0, 0.0, nan),
    "the root of a negative": ("sqrt(x)", -1.0, 0.0, nan),
    "the root of negative zero": ("sqrt(x)", -0.0, 0.0, -0.0),
    "the larger of a number and NaN": ("max(x, y)", 1.0, nan, 1.0),
    "the larger of NaN and a number": ("max(x, y)", nan, 1.0, nan),
    "the larger of two zeros is the first": ("max(x, y)", -0.0, 0.0, -0.0),
    "the smaller of two zeros is the first": ("min(x, y)", 0.0, -0.0, 0.0),
    "the absolute value of negative zero": ("abs(x)", -0.0, 0.0, 0.0),
    "a negated zero": ("-x", 0.0, 0.0, -0.0),
    "a whole number rounds to even": ("float(16777217)", 0.0, 0.0, 16777216.0),
    "NaN is not less": ("1.0 if x < y else 2.0", nan, 1.0, 2.0),
    "int of NaN": ("float(int(x))", nan, 0.0, 0.0),
    "int saturates": ("float(int(x))", -inf, 0.0, -2147483648.0),
    "int cuts off": ("float(int(x))", -1.9, 0.0, -1.0),
    "the bits of NaN": ("float(float_to_bits(x) - 0x7FC00000)", nan, 0.0, 0.0),
}


@pytest.mark.parametrize("case", WHOLE)
def test_whole_numbers(case: str) -> None:
    """int32 wraps around, and divides as Python does."""
    expression, n, m, expected = WHOLE[case]
    kernel = kernel_of(f"def kernel(out: Int32Buffer, n: Int32, m: Int32):\n    out[0] = {expression}\n")
    out = array("i", [0])
    run_kernel(kernel, [out, n, m])
    assert out[0] == expected


@pytest.mark.parametrize("case", FLOATS)
def test_floats(case: str) -> None:
    """float32 operations round each result, and never stop a kernel."""
    expression, x, y, expected = FLOATS[case]
    kernel = kernel_of(f"def kernel(out: Float32Buffer, x: Float32, y: Float32):\n    out[0] = {expression}\n")
    out = array("f", [0.0])
    run_kernel(kernel, [out, x, y])
    assert bits(out) == bits(array("f", [expected]))


def test_an_index_wraps_before_it_is_checked() -> None:
    """65536 · 65536 is 0 in int32, which is in range."""
    out = array("f", [0.0, 0.0])
    run_kernel(kernel_of("def kernel(out: Float32Buffer, n: Int32):\n    out[n * 65536 + 1] = 1.0\n"), [out, 65536])
    assert list(out) == [0.0, 1.0]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7, 8, 11, 12, 16, 23, 24, 25])
@pytest.mark.parametrize("by", [4, 8, 12])
def test_the_order_of_a_sum_in_lanes(count: int, by: int) -> None:
    """Partial sums for each lane of a group, added group by group, lanes as (0 + 1) + (2 + 3), then the rest."""
    kernel = kernel_of(
        "def kernel(out: Float32Buffer, x: Float32Buffer, size: Size, by: Size):\n"
        f"    total = 0.3\n    for i in lanes(size, {by}):\n        total -= x[i]\n    out[0] = total\n"
    )
    random = Random(f"{count} {by}")
    x = array("f", [random.uniform(-1, 1) * 10.0 ** random.randrange(-3, 8) for _ in range(count)])

    def add(*terms: float) -> float:
        total = array("f", terms[:1])
        for term in terms[1:]:
            total[0] += term
        return total[0]

    vectors = count // 4 * 4
    partial = [add(0.0, *[-x[t] for t in range(lane, vectors, by)]) for lane in range(min(by, vectors))]
    if vectors:  # turn t is in partial sum t % by; the vectors behind the last whole group begin at 0 again
        lane = [add(*partial[index::4]) for index in range(4)]
        total = add(0.3, add(add(*lane[:2]), add(*lane[2:])))
    else:
        total = add(0.3)
    out = array("f", [0.0])
    run_kernel(kernel, [out, x, count, by])
    assert out[0] == add(total, *[-value for value in x[vectors:]])


REDUCTIONS = [
    ("best = max(best, x[i])", [5, 3, nan, 9, 1, nan, 8, 2, 4]),
    ("best = max(x[i], best)", [5, 3, nan, 9, 1, nan, 8, 2, 4]),
    ("best = x[i] if x[i] <= best else best", [5, -0.0, 0.0, 9, 0.0, -0.0, 8, 2, 4]),
]


@pytest.mark.parametrize(("statement", "values"), REDUCTIONS)
def test_maxima_in_lanes(statement: str, values: list[float]) -> None:
    """Lanes start with the name's value, and are combined by the assignment itself."""
    kernel = kernel_of(
        "def kernel(out: Float32Buffer, x: Float32Buffer, size: Size):\n"
        f"    best = x[0]\n    for i in lanes(size):\n        {statement}\n    out[0] = best\n"
    )

    def combine(m: float, e: float) -> float:
        if "max(best" in statement:
            return e if e > m else m
        if "max(x" in statement:
            return m if m > e else e
        return e if e <= m else m

    lane = [combine(combine(values[0], values[at]), values[4 + at]) for at in range(4)]
    expected = combine(values[0], combine(combine(lane[0], lane[1]), combine(lane[2], lane[3])))
    out = array("f", [0.0])
    run_kernel(kernel, [out, array("f", values), 9])
    assert bits(out) == bits(array("f", [combine(expected, values[8])]))


EITHER = "        if m[i] == 0:\n            p[i] = x[n[i]]\n        else:\n            q[i] = y[m[i]]\n"

# Which of several errors comes first: the name of the buffer that is blamed.
FIRST = {
    "a statement is executed for all turns before the next": (
        "for i in blocked(4, 4):\n        p[i] = x[n[i]]\n        q[i] = y[m[i]]\n",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "x",
    ),
    "turns of a loop follow one another": (
        "for i in range(4):\n        p[i] = x[n[i]]\n        q[i] = y[m[i]]\n",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "y",
    ),
    "a statement is executed for one turn of a block after the other": (
        "for i in blocked(4, 4):\n        p[i] = x[n[i]] + y[m[i]]\n",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "y",
    ),
    "an operation is done in all four lanes before the next": (
        "for i in lanes(4):\n        p[i] = x[n[i]] + y[m[i]]\n",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "x",
    ),
    "lanes that are off are not checked": (
        "for i in lanes(4):\n        p[i] = x[n[i]] + y[m[i]] if n[i] < 9 else 0.0\n",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "y",
    ),
    "a branch is executed for one loop turn after the other": (
        f"for i in blocked(4, 4):\n{EITHER}",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "y",
    ),
    "lanes where a condition holds go first": (
        f"for i in lanes(4):\n{EITHER}",
        [0, 0, 9, 0],
        [9, 0, 0, 0],
        "x",
    ),
    "the turns that are left come last, a lane each": (
        "for i in lanes(4 + 2 * 0 + 3):\n        p[i] = x[n[i]] + y[m[i]]\n",
        [0, 0, 0, 0, 0, 9, 0],
        [0, 0, 0, 0, 9, 0, 0],
        "y",
    ),
    "a value is evaluated before the index of its store": (
        "p[n[0]] = y[m[0]]\n",
        [9],
        [9],
        "y",
    ),
}


@pytest.mark.parametrize("case", FIRST)
def test_which_error_comes_first(case: str) -> None:
    """Iterations run together in groups, and the first error is the first in this order."""
    body, n, m, buffer = FIRST[case]
    head = "def kernel(p: Float32Buffer, q: Float32Buffer, x: Float32Buffer, y: Float32Buffer"
    kernel = kernel_of(f"{head}, n: Int32Buffer, m: Int32Buffer):\n    {body}")
    floats = [array("f", [0.0] * 8) for _ in range(4)]
    with pytest.raises(KernelBoundsError, match=f"the index lies outside {buffer}, whose length is 8"):
        run_kernel(kernel, [*floats, array("i", n), array("i", m)])


@pytest.mark.parametrize("operator", ["//", "%"])
def test_division_by_zero_stops_at_its_line(operator: str) -> None:
    """The error names the line."""
    kernel = kernel_of(f"def kernel(out: Int32Buffer, n: Int32):\n    out[0] = 1\n    out[1] = 7 {operator} n\n")
    out = array("i", [0, 0])
    with pytest.raises(KernelDivisionError, match=r"\.py:3\n    out\[1\] = 7 .* n\n"):
        run_kernel(kernel, [out, 0])
    assert list(out) == [1, 0]


@pytest.mark.parametrize("loop", ["range(size)", "unrolled(size)", "lanes(size)", "blocked(size, 4)"])
def test_a_loop_of_a_thousand_million_turns_is_an_error_at_once(loop: str) -> None:
    """The steps of a loop are counted before it begins."""
    kernel = kernel_of(f"def kernel(out: Float32Buffer, size: Size):\n    for i in {loop}:\n        out[i] = 1.0\n")
    out = array("f", [0.0])
    with pytest.raises(KernelStepsError, match=r"\.py:2\n.*\n.*\nthis takes more than the 20,000,000 steps allowed"):
        run_kernel(kernel, [out, 10**9])
    assert list(out) == [0.0]


def test_steps_add_up_over_loops_and_calls() -> None:
    """An engine's limit applies to each call of a kernel."""
    kernel = kernel_of(
        "def add(out: Float32Buffer, at: Int32):\n    for k in range(10):\n        out[at] += 1.0\n"
        "def kernel(out: Float32Buffer, size: Size):\n    for i in range(size):\n        add(out, i)\n"
    )
    plan = plan_of(kernel, {"out": 8}, {"size": 8})
    needed = 1 + 8 + 8 * (1 + 10)
    engine = Interpreter(plan, exact=True, steps=needed)
    engine.run("run")
    engine.run("run")
    assert list(engine.read("out")) == [20.0] * 8
    with pytest.raises(KernelStepsError):
        Interpreter(plan, exact=True, steps=needed - 1).run("run")


def test_nesting_that_python_cannot_express_is_refused() -> None:
    """Python allows twenty nested loops, some of which are needed to run iterations together."""
    lines = [f"{'    ' * (depth + 1)}for i{depth} in range(1):" for depth in range(20)]
    body = "\n".join([*lines, f"{'    ' * 21}out[0] = 1.0\n"])
    with pytest.raises(KernelError, match="nested too deeply"):
        run_kernel(kernel_of(f"def kernel(out: Float32Buffer):\n{body}"), [array("f", [0.0])])
