"""Every construct outside the kernel language is refused: file, line, caret, reason, and what is allowed."""

import re

import pytest

from scnn.compiler import KernelError, compile_plan
from scnn.plan import Call, Plan, Procedure, allocate
from tests.compiler.support import engines, kernel_of, plan_of, run

HEAD = "def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer, b: Uint8Buffer, size: Size, s: Int32):\n"


def message_of(body: str, head: str = HEAD, **sizes: int) -> str:
    """The whole message for a kernel with this body, its made-up file name taken out."""
    kernel = kernel_of(head + "".join(f"    {line}\n" for line in body.splitlines()))
    with pytest.raises(KernelError) as caught:
        compile_plan(plan_of(kernel, {"out": 16, "x": 16, "n": 16, "b": 16}, {"size": 8, **sizes}))
    return re.sub(r"made/kernel_\d+\.py", "kernel.py", str(caught.value))


CASES = {
    "a string": (
        'y = "three"',
        "kernel.py:2\n    y = \"three\"\n        ^\n'three' is not a number; allowed is numbers such as 1 or 0.5",
    ),
    "a list": (
        "y = [1, 2]",
        "kernel.py:2\n    y = [1, 2]\n        ^\n"
        "an expression of the kind `list` is not part of the kernel language; "
        "allowed is numbers, names, buffer[index], arithmetic, calls",
    ),
    "an attribute": (
        "y = x.length",
        "kernel.py:2\n    y = x.length\n        ^\n"
        "an expression of the kind `attribute` is not part of the kernel language; "
        "allowed is numbers, names, buffer[index], arithmetic, calls",
    ),
    "a method": (
        "y = x.sum()",
        "kernel.py:2\n    y = x.sum()\n        ^\n"
        "only kernels and words of the language are called; allowed is a name and its arguments",
    ),
    "while": (
        "while size > 3:\n    out[0] = 1.0",
        "kernel.py:2\n    while size > 3:\n    ^\n"
        "a `while` has no bound that is known; allowed is `for … in range(…)`",
    ),
    "a loop over a buffer": (
        "for y in x:\n    out[0] = y",
        "kernel.py:2\n    for y in x:\n    ^\n"
        "this loop is not one over numbers; allowed is `for name in range(…)`, lanes, unrolled, blocked",
    ),
    "a size that is not constant": (
        "for i in range(s):\n    out[i] = 1.0",
        "kernel.py:2\n    for i in range(s):\n                   ^\n"
        "a loop's bound is not constant; allowed is sizes, and arithmetic on them",
    ),
    "mixed types": (
        "out[0] = x[0] + 1",
        "kernel.py:2\n    out[0] = x[0] + 1\n             ^\n"
        "float32 and int32 do not mix; allowed is float(…) or int(…) around one of them",
    ),
    "a use before assignment": (
        "if size > 3:\n    y = 1.0\nout[0] = y",
        "kernel.py:4\n    out[0] = y\n             ^\n"
        "y may have no value here; allowed is an assignment to y on every way to this line",
    ),
    "an unknown name": (
        "out[0] = z",
        "kernel.py:2\n    out[0] = z\n             ^\n"
        "z is not known here; allowed is parameters, locals, and numbers of the module",
    ),
    "an unknown function": (
        "out[0] = pow(x[0])",
        "kernel.py:2\n    out[0] = pow(x[0])\n             ^\n"
        "pow is not known to the compiler; "
        "allowed is kernels, and float, int, sqrt, float_to_bits, bits_to_float, abs, min, max",
    ),
    "recursion": (
        "kernel(out, x, n, b, size, s)",
        "kernel.py:2\n    kernel(out, x, n, b, size, s)\n    ^\n"
        "kernel calls itself; allowed is loops: a kernel cannot be recursive",
    ),
    "power": (
        "out[0] = x[0] ** 2.0",
        "kernel.py:2\n    out[0] = x[0] ** 2.0\n             ^\n"
        "this operator is not part of the kernel language; allowed is + - * / // % & | << >>",
    ),
    "a division of whole numbers": (
        "n[0] = n[1] / n[2]",
        "kernel.py:2\n    n[0] = n[1] / n[2]\n           ^\n"
        "/ is for float32, and this is int32; allowed is // for whole numbers, or float(…) around both sides",
    ),
    "whole division of floats": (
        "out[0] = x[1] // x[2]",
        "kernel.py:2\n    out[0] = x[1] // x[2]\n             ^\n"
        "// is for int32, and this is float32; allowed is int(…) around both sides",
    ),
    "a name of two types": (
        "y = 1.0\ny = 2",
        "kernel.py:3\n    y = 2\n    ^\n"
        "y is float32, and this is int32; allowed is float(…), int(…), or another name",
    ),
    "a parameter assigned": (
        "size = 3",
        "kernel.py:2\n    size = 3\n    ^\nthe parameter size cannot be assigned; allowed is a local of another name",
    ),
    "a loop's name assigned": (
        "for i in range(3):\n    i = 4",
        "kernel.py:3\n    i = 4\n    ^\nthe loop's own i cannot be assigned; allowed is a local of another name",
    ),
    "a buffer as a number": (
        "out[0] = x",
        "kernel.py:2\n    out[0] = x\n             ^\nx is a buffer, and no number; allowed is x[index]",
    ),
    "a slice": (
        "out[0] = x[1:2]",
        "kernel.py:2\n    out[0] = x[1:2]\n             ^\n"
        "buffers are flat, and read one element at a time; allowed is x[row * width + column]",
    ),
    "a number indexed": (
        "out[0] = size[0]",
        "kernel.py:2\n    out[0] = size[0]\n             ^\n"
        "only buffers are indexed; allowed is buffer[index], the buffer being a parameter",
    ),
    "a float as index": (
        "out[0] = x[1.0]",
        "kernel.py:2\n    out[0] = x[1.0]\n               ^\n"
        "an index is int32, and this is float32; allowed is an int32, such as int(…)",
    ),
    "bytes stored": (
        "b[0] = 3",
        "kernel.py:2\n    b[0] = 3\n    ^\n"
        "b holds bytes, which are only read; allowed is a Float32Buffer or an Int32Buffer",
    ),
    "the wrong type stored": (
        "out[0] = 3",
        "kernel.py:2\n    out[0] = 3\n    ^\n"
        "out holds float32, and this is int32; allowed is float(…) or int(…) around the value",
    ),
    "a truth value kept": (
        "y = size > 3",
        "kernel.py:2\n    y = size > 3\n    ^\n"
        "a truth value cannot be kept; allowed is the comparison where it is needed",
    ),
    "a number as condition": (
        "if size:\n    out[0] = 1.0",
        "kernel.py:2\n    if size:\n       ^\n"
        "a condition is a comparison, and this is int32; allowed is `x != 0`, and, or, not",
    ),
    "a chain of comparisons": (
        "if 0 < size < 3:\n    out[0] = 1.0",
        "kernel.py:2\n    if 0 < size < 3:\n       ^\n"
        "this comparison is not part of the kernel language; allowed is two numbers and one of < <= > >= == !=",
    ),
    "two targets": (
        "y, z = 1.0, 2.0",
        "kernel.py:2\n    y, z = 1.0, 2.0\n    ^\n"
        "this assignment is not part of the kernel language; allowed is `name = …` or `buffer[index] = …`",
    ),
    "a return in the middle": (
        "if size > 3:\n    return 1.0\nout[0] = 1.0",
        "kernel.py:3\n    return 1.0\n    ^\n"
        "a return stands only at the end; allowed is one `return` as the kernel's last statement",
    ),
    "break": (
        "for i in range(3):\n    break",
        "kernel.py:3\n    break\n    ^\n"
        "a statement of the kind `break` is not part of the kernel language; allowed is =, if, for, a call",
    ),
    "lanes outside a for": (
        "y = lanes(3)",
        "kernel.py:2\n    y = lanes(3)\n        ^\n"
        "lanes stands after `for … in` alone; allowed is `for name in lanes(…)`",
    ),
    "a word with the wrong type": (
        "out[0] = sqrt(size)",
        "kernel.py:2\n    out[0] = sqrt(size)\n             ^\n"
        "sqrt(…) takes float32, and this is int32; allowed is sqrt of float32",
    ),
    "lanes that meet": (
        "for i in lanes(size):\n    out[0] = x[i]",
        "kernel.py:2\n    for i in lanes(size):\n    ^\n"
        "the turns of this loop are not independent: an element of out that one turn stores at line 3 "
        "may be stored by another at line 3; "
        "allowed is range(…), or a lanes loop over what each turn has for itself",
    ),
    "lanes that read what another turn stores": (
        "for i in lanes(size):\n    out[i + 1] = out[i] + 1.0",
        "kernel.py:2\n    for i in lanes(size):\n    ^\n"
        "the turns of this loop are not independent: an element of out that one turn stores at line 3 "
        "may be read by another at line 3; "
        "allowed is range(…), or a lanes loop over what each turn has for itself",
    ),
    "lanes that carry more than a sum": (
        "y = 1.0\nfor i in lanes(size):\n    y = y * x[i]\nout[0] = y",
        "kernel.py:4\n    y = y * x[i]\n    ^\n"
        "y goes from one turn of the lanes loop to the next; "
        "allowed is `y += …`, `y -= …`, `y = max(y, …)` or min in lanes(…), or range(…)",
    ),
    "blocks that carry a sum": (
        "y = 1.0\nfor i in blocked(size, 2):\n    y += x[i]\nout[0] = y",
        "kernel.py:4\n    y += x[i]\n    ^\n"
        "y goes from one turn of the blocked loop to the next; "
        "allowed is `y += …`, `y -= …`, `y = max(y, …)` or min in lanes(…), or range(…)",
    ),
    "lanes of a broken width": (
        "for i in lanes(size, 6):\n    out[i] = x[i]",
        "kernel.py:2\n    for i in lanes(size, 6):\n    ^\n6 turns are no whole vectors; allowed is a multiple of 4",
    ),
    "a loop that stands still": (
        "for i in range(0, size, 0):\n    out[i] = 1.0",
        "kernel.py:2\n    for i in range(0, size, 0):\n    ^\n"
        "a loop by steps of 0 has no end; allowed is a step that is not 0",
    ),
    "a whole number that is too large": (
        "n[0] = 3000000000",
        "kernel.py:2\n    n[0] = 3000000000\n           ^\n"
        "3000000000 is no int32; allowed is -2147483648 to 2147483647, or a number with a point",
    ),
    "a float that is too large": (
        "out[0] = 1e39",
        "kernel.py:2\n    out[0] = 1e39\n             ^\n1e+39 is beyond float32; allowed is numbers up to 3.4e38",
    ),
    "an index that is surely outside": (
        "out[size * 2] = 1.0",
        "kernel.py:2\n    out[size * 2] = 1.0\n    ^\nthe index lies outside out, whose length is 16",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused(case: str) -> None:
    """The exact message."""
    body, message = CASES[case]
    assert message_of(body) == message


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            "def kernel(out: Float32Buffer, size):\n",
            "kernel.py:1\n    def kernel(out: Float32Buffer, size):\n                                   ^\n"
            "the parameter size has no type of the language; "
            "allowed is Float32Buffer, Int32Buffer, Uint8Buffer, Float32, Int32, Size",
        ),
        (
            "def kernel(out: Float32Buffer, size: Size = 3):\n",
            "kernel.py:1\n    def kernel(out: Float32Buffer, size: Size = 3):\n    ^\n"
            "a kernel's parameters are plain; allowed is `name: Type`, without defaults or stars",
        ),
    ],
)
def test_heads_that_are_refused(head: str, message: str) -> None:
    """Parameters have types of the language, and nothing else."""
    kernel = kernel_of(head + "    out[0] = 1.0\n")
    kernel.__annotations__["size"] = "Size"
    with pytest.raises(KernelError) as caught:
        compile_plan(plan_of(kernel, {"out": 16}, {"size": 8}))
    assert re.sub(r"made/kernel_\d+\.py", "kernel.py", str(caught.value)) == message


NUMBERS = """
def kernel(out: Float32Buffer, slope: Float32, size: Size, turn: Int32):
    for i in lanes(size):
        out[i] = slope * float(i) + slope * float(turn)
"""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0.5}, "kernel: size is of the type Size, and must be a whole number that is constant, not 0.5"),
        ({"size": "count"}, "size is of the type Size, and must be a whole number that is constant, not 'count'"),
        ({"slope": "rate"}, "slope is of the type Float32, and must be a constant number, not 'rate'"),
        ({"out": "outptu"}, "out is a Float32Buffer, and there is no buffer 'outptu'"),
        ({"out": "n"}, "out is a Float32Buffer, and n holds int32"),
    ],
)
def test_arguments_that_do_not_fit(arguments: dict[str, str | float], message: str) -> None:
    """The error names the kernel's parameter, its type, and what it was given."""
    buffers = allocate({"out": ("float32", (8,)), "n": ("int32", (8,))})
    call = Call(kernel_of(NUMBERS), {"out": "out", "slope": 0.5, "size": 8, "turn": 3, **arguments})
    with pytest.raises(KernelError, match=re.escape(message)):
        compile_plan(Plan(buffers, {"run": Procedure("run", (), (call,))}))


@pytest.mark.parametrize("slope", [0.1, -2.5, 3])
def test_numbers_with_a_point_are_constants_too(slope: float) -> None:
    """Rounded to float32, as everything that compiled kernels compute with."""
    buffers = allocate({"out": ("float32", (7,))})
    call = Call(kernel_of(NUMBERS), {"out": "out", "slope": float(slope), "size": 7, "turn": 3})
    found = [
        run(engine, {})["out"] for engine in engines(Plan(buffers, {"run": Procedure("run", (), (call,))})).values()
    ]
    assert found[0] == found[1] == found[2]
    assert list(found[0]) == pytest.approx([slope * i + slope * 3 for i in range(7)], rel=1e-6)


def test_what_is_no_function_in_a_file() -> None:
    """A lambda, and a function whose source is nowhere, as on Python's own command line."""
    names: dict[str, object] = {}
    exec("def typed(out): out[0] = 1.0", names)
    for kernel, message in (
        (lambda out: out[0], "this is no kernel; allowed is a function that begins with `def`"),
        (names["typed"], "typed has no source to read: a kernel stands in a file"),
    ):
        with pytest.raises(KernelError, match=re.escape(message)):
            compile_plan(Plan({}, {"run": Procedure("run", (), (Call(kernel, {"out": "out"}),))}))  # type: ignore[arg-type]
