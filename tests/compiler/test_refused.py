"""Every construct outside the kernel language is refused, with the mistake, what is expected, and the exact source
text that is wrong."""

import pickle
import re
from pathlib import Path

import pytest

from scnn.compiler import KernelError, compile_plan, kernels_from
from scnn.compiler.errors import Diagnostic
from scnn.compiler.explain.stages import compile_stages
from scnn.compiler.explain.subject import call_with_sizes
from scnn.plan import Call, Plan, Procedure, allocate
from tests.compiler.refusals import REFUSALS, labels_of, message_of, refused, under
from tests.compiler.support import engines, kernel_of, plan_of, run


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused(case: str) -> None:
    """The message is exact, and so is the source text under each label."""
    refusal = REFUSALS[case]
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
    assert KernelError("no position").errors == (Diagnostic("no position"),)


def test_many_errors_are_cut_in_the_message_alone() -> None:
    """The message shows twenty errors."""
    _, error = refused("\n".join(f"out[{index}] = 3" for index in range(30)))
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
def test_arguments_of_another_type(arguments: dict[str, str | float], message: str) -> None:
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
