"""Every construct outside the kernel language is refused, with the mistake, what is expected, and the exact source
text that is wrong."""

import pickle
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from scnn.compiler import KernelError, compile_plan, kernels_from
from scnn.compiler.errors import Diagnostic, Label
from scnn.compiler.explain.stages import compile_stages
from scnn.compiler.explain.subject import call_with_sizes
from scnn.plan import Call, Plan, Procedure, allocate
from tests.compiler.support import engines, kernel_of, plan_of, run

HEAD = "def kernel(out: Float32Buffer, x: Float32Buffer, n: Int32Buffer, b: Uint8Buffer, size: Size, s: Int32):\n"


def refused(body: str, head: str = HEAD) -> tuple[str, KernelError]:
    """A kernel's source, and its error."""
    source = head + "".join(f"    {line}\n" for line in body.splitlines())
    kernel = kernel_of(source)
    with pytest.raises(KernelError) as caught:
        compile_plan(plan_of(kernel, {"out": 16, "x": 16, "n": 16, "b": 16}, {"size": 8}))
    return source, caught.value


def message_of(error: KernelError) -> str:
    """The whole text, with the made-up file's name taken out."""
    return re.sub(r"made/kernel_\d+\.py", "kernel.py", str(error))


def under(source: str, label: Label) -> str:
    """The source text in a label's range, read from the source and not from the label."""
    lines = source.splitlines()[label.line - 1 : label.end_line]
    lines[-1] = lines[-1][: label.end_column]
    lines[0] = lines[0][label.column :]
    return "\n".join(lines)


def labels_of(source: str, error: Diagnostic) -> list[tuple[str, str]]:
    """What each label says, and the text under it."""
    return [(label.text, under(source, label)) for label in error.labels]


@dataclass(frozen=True)
class Refusal:
    """A body of a kernel, the message, and the labels: what each of them says, and the source text under it."""

    body: str
    message: str
    labels: list[tuple[str, str]]


CASES = {
    "a string": Refusal(
        'y = "three"',
        "'three' is not a number; expected numbers such as 1 or 0.5",
        [("", '"three"')],
    ),
    "a list": Refusal(
        "y = [1, 2]",
        "an expression of the kind `list` is not part of the kernel language; expected numbers, names, "
        "buffer[index], arithmetic, calls",
        [("", "[1, 2]")],
    ),
    "an attribute": Refusal(
        "y = x.length",
        "an expression of the kind `attribute` is not part of the kernel language; expected numbers, "
        "names, buffer[index], arithmetic, calls",
        [("", "x.length")],
    ),
    "a method": Refusal(
        "y = x.sum()",
        "only kernels and words of the language are called; expected a name and its arguments",
        [("", "x.sum()")],
    ),
    "while": Refusal(
        "while size > 3:\n    out[0] = 1.0",
        "a `while` loop has no constant bound; expected `for … in range(…)`",
        [("", "while size > 3")],
    ),
    "a loop over a buffer": Refusal(
        "for y in x:\n    out[0] = y",
        "this loop does not count; expected `for name in range(…)`, lanes, unrolled or blocked, without `else`",
        [("", "for y in x")],
    ),
    "a size that is not constant": Refusal(
        "for i in range(s):\n    out[i] = 1.0",
        "a loop's bound is not constant; expected sizes, and arithmetic on them",
        [("", "s")],
    ),
    "mixed types": Refusal(
        "out[0] = x[0] + 1",
        "float32 and int32 do not mix; expected float(…) or int(…) around one of them",
        [("", "x[0] + 1"), ("this is float32", "x[0]"), ("this is int32", "1")],
    ),
    "a use before assignment": Refusal(
        "if size > 3:\n    y = 1.0\nout[0] = y",
        "y may have no value here; expected an assignment to y on every way to this line",
        [("", "y")],
    ),
    "an unknown name": Refusal(
        "out[0] = z",
        "z is not known here; expected parameters, locals, and numbers of the module",
        [("", "z")],
    ),
    "an unknown function": Refusal(
        "out[0] = pow(x[0])",
        "pow is not known to the compiler; expected kernels, and float, int, sqrt, float_to_bits, "
        "bits_to_float, abs, min, max",
        [("", "pow(x[0])")],
    ),
    "recursion": Refusal(
        "kernel(out, x, n, b, size, s)",
        "kernel calls itself, and a kernel cannot be recursive; expected a loop",
        [("", "kernel(out, x, n, b, size, s)")],
    ),
    "power": Refusal(
        "out[0] = x[0] ** 2.0",
        "this operator is not part of the kernel language; expected + - * / // % & | << >>",
        [("", "x[0] ** 2.0")],
    ),
    "a division of whole numbers": Refusal(
        "n[0] = n[1] / n[2]",
        "/ is for float32, and this is int32; expected // for whole numbers, or float(…) around both sides",
        [("", "n[1] / n[2]")],
    ),
    "whole division of floats": Refusal(
        "out[0] = x[1] // x[2]",
        "// is for int32, and this is float32; expected int(…) around both sides",
        [("", "x[1] // x[2]")],
    ),
    "a name of two types": Refusal(
        "y = 1.0\ny = 2",
        "y is float32, and this is int32; expected float(…), int(…), or another name",
        [("", "2"), ("y is float32 since here", "y")],
    ),
    "a parameter assigned": Refusal(
        "size = 3",
        "the parameter size cannot be assigned; expected a local of another name",
        [("", "size")],
    ),
    "a loop's name assigned": Refusal(
        "for i in range(3):\n    i = 4",
        "the loop's own i cannot be assigned; expected a local of another name",
        [("", "i")],
    ),
    "a buffer as a number": Refusal(
        "out[0] = x",
        "x is a buffer, not a number; expected x[index]",
        [("", "x")],
    ),
    "a slice": Refusal(
        "out[0] = x[1:2]",
        "buffers are flat, and read one element at a time; expected x[row * width + column]",
        [("", "x[1:2]")],
    ),
    "a number indexed": Refusal(
        "out[0] = size[0]",
        "only a buffer can be indexed; expected buffer[index], where the buffer is a parameter",
        [("", "size[0]")],
    ),
    "a float as index": Refusal(
        "out[0] = x[1.0]",
        "an index is int32, and this is float32; expected an int32, such as int(…)",
        [("", "1.0")],
    ),
    "bytes stored": Refusal(
        "b[0] = 3",
        "b holds bytes, which are only read; expected a Float32Buffer or an Int32Buffer",
        [("", "b[0]")],
    ),
    "the wrong type stored": Refusal(
        "out[0] = 3",
        "out holds float32, and this is int32; expected float(…) or int(…) around the value",
        [("", "3")],
    ),
    "a truth value kept": Refusal(
        "y = size > 3",
        "a truth value cannot be assigned; expected the comparison itself where it is used",
        [("", "size > 3")],
    ),
    "a number as condition": Refusal(
        "if size:\n    out[0] = 1.0",
        "a condition is a comparison, and this is int32; expected `x != 0`, and, or, not",
        [("", "size")],
    ),
    "a chain of comparisons": Refusal(
        "if 0 < size < 3:\n    out[0] = 1.0",
        "this comparison is not part of the kernel language; expected two numbers and one of < <= > >= == !=",
        [("", "0 < size < 3")],
    ),
    "two targets": Refusal(
        "y, z = 1.0, 2.0",
        "this assignment is not part of the kernel language; expected `name = …` or `buffer[index] = …`",
        [("", "y, z = 1.0, 2.0")],
    ),
    "a return in the middle": Refusal(
        "if size > 3:\n    return 1.0\nout[0] = 1.0",
        "a return stands only at the end; expected one `return` as the kernel's last statement",
        [("", "return 1.0")],
    ),
    "break": Refusal(
        "for i in range(3):\n    break",
        "a statement of the kind `break` is not part of the kernel language; expected =, if, for, a call",
        [("", "break")],
    ),
    "lanes outside a for": Refusal(
        "y = lanes(3)",
        "lanes stands after `for … in` alone; expected `for name in lanes(…)`",
        [("", "lanes(3)")],
    ),
    "a word with the wrong type": Refusal(
        "out[0] = sqrt(size)",
        "sqrt(…) is given int32; expected float32",
        [("", "size")],
    ),
    "lanes that meet": Refusal(
        "for i in lanes(size):\n    out[0] = x[i]",
        "the turns of this loop are not independent: an element of out that one turn stores at line 3 may "
        "be stored by another at line 3; expected range(…), or a lanes loop over what each turn has for "
        "itself",
        [("turns of i run together", "for i in lanes(size)"), ("stored here by more than one turn", "out[0]")],
    ),
    "lanes that read what another turn stores": Refusal(
        "for i in lanes(size):\n    out[i + 1] = out[i] + 1.0",
        "the turns of this loop are not independent: an element of out that one turn stores at line 3 may "
        "be read by another at line 3; expected range(…), or a lanes loop over what each turn has for "
        "itself",
        [
            ("turns of i run together", "for i in lanes(size)"),
            ("stored here", "out[i + 1]"),
            ("read here by another turn", "out[i]"),
        ],
    ),
    "lanes that carry more than a sum": Refusal(
        "y = 1.0\nfor i in lanes(size):\n    y = y * x[i]\nout[0] = y",
        "y is carried from one turn of the lanes loop to the next; expected `y += …`, `y -= …`, `y = "
        "max(y, …)` or min in lanes(…), or range(…)",
        [
            ("assigned here", "y = y * x[i]"),
            ("read again by the next turn here", "y"),
            ("turns of i run together", "for i in lanes(size)"),
        ],
    ),
    "blocks that carry a sum": Refusal(
        "y = 1.0\nfor i in blocked(size, 2):\n    y += x[i]\nout[0] = y",
        "y is carried from one turn of the blocked loop to the next; expected `y += …`, `y -= …`, `y = "
        "max(y, …)` or min in lanes(…), or range(…)",
        [
            ("assigned here", "y += x[i]"),
            ("read again by the next turn here", "y"),
            ("turns of i run together", "for i in blocked(size, 2)"),
        ],
    ),
    "lanes of a broken width": Refusal(
        "for i in lanes(size, 6):\n    out[i] = x[i]",
        "6 turns do not fill whole vectors; expected a multiple of 4",
        [("", "6")],
    ),
    "a loop that stands still": Refusal(
        "for i in range(0, size, 0):\n    out[i] = 1.0",
        "a loop by steps of 0 has no end; expected a step that is not 0",
        [("", "0")],
    ),
    "a whole number that is too large": Refusal(
        "n[0] = 3000000000",
        "3000000000 is outside int32; expected -2147483648 to 2147483647, or a number with a point",
        [("", "3000000000")],
    ),
    "a float that is too large": Refusal(
        "out[0] = 1e39",
        "1e+39 is beyond float32; expected numbers up to 3.4e38",
        [("", "1e39")],
    ),
    "an index that is surely outside": Refusal(
        "out[size * 2] = 1.0",
        "the index lies outside out, whose length is 16",
        [("", "out[size * 2]")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused(case: str) -> None:
    """The message is exact, and so is the source text under each label."""
    refusal = CASES[case]
    source, error = refused(refusal.body)
    assert len(error.errors) == 1
    assert message_of(error).endswith(f"\n{refusal.message}")
    assert labels_of(source, error.errors[0]) == refusal.labels


def test_an_error_is_shown_with_carets_under_its_range() -> None:
    """File and line, the source line, carets and the label's text; labels on one line share it."""
    _, error = refused("for i in lanes(size):\n    out[i + 1] = out[i] + 1.0")
    assert message_of(error) == (
        "kernel.py:2\n"
        "    for i in lanes(size):\n"
        "    ^^^^^^^^^^^^^^^^^^^^ turns of i run together\n"
        "kernel.py:3\n"
        "    out[i + 1] = out[i] + 1.0\n"
        "    ^^^^^^^^^^ stored here\n"
        "                 ^^^^^^ read here by another turn\n"
        "the turns of this loop are not independent: an element of out that one turn stores at line 3 may be read by "
        "another at line 3; expected range(…), or a lanes loop over what each turn has for itself"
    )


def test_a_range_of_several_lines() -> None:
    """Each line has carets; for a longer range the first four lines are shown."""
    source, error = refused('y = (x[0] +\n     ("é" +\n         1.0))')
    assert labels_of(source, error.errors[0]) == [("", '"é"')]
    source, error = refused("out[0] = (x[0] +\n    x[1]) * (s +\n  1)")
    assert message_of(error) == (
        "kernel.py:2\n"
        "    out[0] = (x[0] +\n"
        "             ^^^^^^^\n"
        "    x[1]) * (s +\n"
        "    ^^^^^^^^^^^^\n"
        "    1)\n"
        "    ^^\n"
        "kernel.py:2\n"
        "    out[0] = (x[0] +\n"
        "              ^^^^^^\n"
        "    x[1]) * (s +\n"
        "    ^^^^ this is float32\n"
        "             ^^^\n"
        "    1)\n"
        "    ^ this is int32\n"
        "float32 and int32 do not mix; expected float(…) or int(…) around one of them"
    )


def test_all_errors_of_a_kernel_at_once() -> None:
    """A refused expression ends its statement; reads of a refused name give no further errors."""
    body = (
        "y = x.sum()\n"
        "z = y + 1.0\n"
        "while size > 3:\n"
        "    out[0] = 3\n"
        "for i in range(q):\n"
        "    w = out[i] + 1\n"
        "    if size:\n"
        "        n[i] = n[i] / 2\n"
        "out[0] = y + z + w\n"
        "out[1] = x[0] ** 2.0"
    )
    source, error = refused(body)
    assert [under(source, one.labels[0]) for one in error.errors] == [
        "x.sum()",
        "while size > 3",
        "3",
        "q",
        "out[i] + 1",
        "size",
        "n[i] / 2",
        "x[0] ** 2.0",
    ]
    assert message_of(error) == "\n\n".join(re.sub(r"made/kernel_\d+\.py", "kernel.py", str(e)) for e in error.errors)


def test_errors_of_the_head_and_of_the_body() -> None:
    """A parameter without a type is unclear in the body; one error for each parameter."""
    head = "def kernel(out: Float32Buffer, x: Nothing, n: Int32Buffer, b: Uint8Buffer, size, s: Int32):\n"
    source = head + "    out[0] = x[size] + 1.0\n    y = 1 + 1.0\n"
    kernel = kernel_of(source.replace("Nothing", "Float32Buffer").replace("size,", "size: Size,"))
    kernel = kernel_of(source, Nothing=float)
    kernel.__annotations__ |= {"x": "Float32Buffer", "size": "Size"}
    with pytest.raises(KernelError) as caught:
        compile_plan(plan_of(kernel, {"out": 16, "x": 16, "n": 16, "b": 16}, {"size": 8}))
    assert [under(source, one.labels[0]) for one in caught.value.errors] == ["x: Nothing", "size", "1 + 1.0"]


def test_the_errors_of_a_called_kernel_come_once() -> None:
    """The errors come once, however often the kernel is called."""
    source = (
        "def inner(x: Float32):\n    y = x * 1\n    return x\n\n"
        "def kernel(out: Float32Buffer):\n    out[0] = inner(1.0)\n    out[1] = inner(2.0)\n    out[2] = 3\n"
    )
    with pytest.raises(KernelError) as caught:
        compile_plan(plan_of(kernel_of(source), {"out": 4}, {}))
    assert [label.source for label in caught.value.labels] == ["x * 1", "x", "1", "3"]


def test_loops_that_cannot_run_together_are_all_named() -> None:
    """Every loop is checked for independence and carried names before the kernel is refused."""
    _, error = refused("for i in lanes(size):\n    out[0] = x[i]\nfor i in blocked(size, 2):\n    n[i + 1] = n[i]")
    assert [one.labels[0].source for one in error.errors] == ["for i in lanes(size)", "for i in blocked(size, 2)"]
    body = "y = 1.0\nz = 1.0\nfor i in lanes(size):\n    y = y * x[i]\n    z = z / x[i]\nout[0] = y + z"
    _, error = refused(body)
    assert [one.labels[1].source for one in error.errors] == ["y", "z"]


def test_a_carried_name_that_is_read_elsewhere() -> None:
    """Both positions have labels."""
    body = "y = 0.0\nfor i in lanes(size):\n    y += x[i]\n    out[i] = y"
    source, error = refused(body)
    assert labels_of(source, error.errors[0]) == [("read here", "y"), ("carried to the next turn here", "y += x[i]")]
    assert error.labels[0].line == 5


def test_an_error_is_plain_data_that_can_be_sent() -> None:
    """After pickling it has the same message, errors and labels."""
    _, error = refused("out[0] = 3")
    sent = pickle.loads(pickle.dumps(error))
    assert (str(sent), sent.errors, sent.labels) == (str(error), error.errors, error.labels)
    assert KernelError("no place").errors == (Diagnostic("no place"),)


def test_many_errors_are_cut_in_the_message_alone() -> None:
    """The message shows twenty errors."""
    _, error = refused("\n".join(f"out[{place}] = 3" for place in range(30)))
    assert len(error.errors) == 30
    assert message_of(error).endswith("\n\nand 10 more errors")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            "def kernel(out: Float32Buffer, size):\n",
            "kernel.py:1\n    def kernel(out: Float32Buffer, size):\n                                   ^^^^\n"
            "the parameter size has no type of the language; "
            "expected Float32Buffer, Int32Buffer, Uint8Buffer, Float32, Int32, Size",
        ),
        (
            "def kernel(out: Float32Buffer, size: Size = 3):\n",
            "kernel.py:1\n    def kernel(out: Float32Buffer, size: Size = 3):\n"
            "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "a kernel's parameters are plain; expected `name: Type`, without defaults or stars",
        ),
    ],
)
def test_heads_that_are_refused(head: str, message: str) -> None:
    """Only types of the language are allowed for parameters."""
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
    """The error names the kernel's parameter, its type, and the given argument."""
    buffers = allocate({"out": ("float32", (8,)), "n": ("int32", (8,))})
    call = Call(kernel_of(NUMBERS), {"out": "out", "slope": 0.5, "size": 8, "turn": 3, **arguments})
    with pytest.raises(KernelError, match=re.escape(message)):
        compile_plan(Plan(buffers, {"run": Procedure("run", (), (call,))}))


@pytest.mark.parametrize("slope", [0.1, -2.5, 3])
def test_numbers_with_a_point_are_constants_too(slope: float) -> None:
    """The numbers are rounded to float32, as all numbers in compiled kernels."""
    buffers = allocate({"out": ("float32", (7,))})
    call = Call(kernel_of(NUMBERS), {"out": "out", "slope": float(slope), "size": 7, "turn": 3})
    found = [
        run(engine, {})["out"] for engine in engines(Plan(buffers, {"run": Procedure("run", (), (call,))})).values()
    ]
    assert found[0] == found[1] == found[2]
    assert list(found[0]) == pytest.approx([slope * i + slope * 3 for i in range(7)], rel=1e-6)


def test_kernels_that_are_not_functions_in_a_file() -> None:
    """A lambda, and a function without source, as on Python's own command line, are refused."""
    names: dict[str, object] = {}
    exec("def typed(out): out[0] = 1.0", names)
    for kernel, message in (
        (lambda out: out[0], "this is not a kernel; expected a function that begins with `def`"),
        (names["typed"], "typed has no source to read; expected a function in a file"),
    ):
        with pytest.raises(KernelError, match=re.escape(message)):
            compile_plan(Plan({}, {"run": Procedure("run", (), (Call(kernel, {"out": "out"}),))}))  # type: ignore[arg-type]


def test_the_errors_that_the_documentation_shows() -> None:
    """The page's kernel gives the page's text, as it stands and with its first mistake mended."""
    page = (Path(__file__).parents[2] / "site/docs/explanation/compiler.md").read_text(encoding="utf-8")
    section = page.split("### Errors\n")[1].split("\n## ")[0]
    (source,) = re.findall(r"```py\n(.*?)\n```", section, re.DOTALL)
    texts = re.findall(r"```text\n(.*?)\n```", section, re.DOTALL)
    for text, kernel in zip(texts, (source, source.replace("= 0\n", "= 0.0\n")), strict=True):
        with pytest.raises(KernelError) as caught:
            compile_stages(call_with_sizes(kernels_from(kernel, "mean.py")["running_mean"], {"size": 8}))
        assert str(caught.value) == text
