"""Kernels that are refused: the mistake in each, its message, and the source text under each label."""

import re
from dataclasses import dataclass

import pytest

from scnn.compiler import KernelError, compile_plan
from scnn.compiler.errors import Diagnostic, Label
from tests.compiler.support import kernel_of, plan_of

__all__ = ["HEAD", "REFUSALS", "Refusal", "labels_of", "message_of", "refused", "under"]

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


REFUSALS = {
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
        "a return is allowed only at the end; expected one `return` as the kernel's last statement",
        [("", "return 1.0")],
    ),
    "break": Refusal(
        "for i in range(3):\n    break",
        "a statement of the kind `break` is not part of the kernel language; expected =, if, for, a call",
        [("", "break")],
    ),
    "lanes outside a for": Refusal(
        "y = lanes(3)",
        "lanes is allowed only after `for … in`; expected `for name in lanes(…)`",
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
