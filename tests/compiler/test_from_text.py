"""Kernels from a text compile and run like those of a file; other code in the text never runs."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

import scnn.compiler
from scnn.compiler import KernelError, kernels_from
from scnn.engines.engine import Engine
from scnn.engines.hosts import WasmtimeHost
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine
from scnn.errors import KernelBoundsError, KernelStepsError
from scnn.layers.layer import call
from scnn.plan import Call, Plan, Procedure, allocate
from tests.compiler.support import bits

TEXT = '''"""Kernels of an editor – with a dash."""
from scnn.language import Float32Buffer, Size, lanes
from scnn.kernels import exp

SLOPE = 0.01
SHIFT = -2


def bent(x: Float32) -> Float32:
    return x if x > 0.0 else SLOPE * x


def forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
\t"""Y = …"""
\tfor i in range(size):
\t\toutput[i] = bent(input[i]) + exp(input[i]) + float(SHIFT)
'''


def plan_of_call(step: Call, size: int) -> Plan:
    buffers = allocate({"output": ("float32", (size,)), "input": ("float32", (size,))})
    return Plan(buffers, {"run": Procedure("run", (), (step,))})


def test_kernels_of_a_text_run_in_every_engine() -> None:
    """They can be compiled, interpreted exactly or plainly, and called directly."""
    made = kernels_from(TEXT, "editor")
    assert list(made) == ["bent", "forward"]
    step = call(made["forward"], size=5)
    assert str(step) == "forward(output=output, input=input, size=5)"
    plan = plan_of_call(step, 5)
    values = [-1.0, 0.0, 0.5, 2.0, -3.5]
    engines: list[Engine] = [Interpreter(plan, exact=True), WasmEngine(plan, WasmtimeHost()), Interpreter(plan)]
    for engine in engines:
        engine.write("input", values)
        engine.run("run")
    direct = array("f", [0.0] * 5)
    made["forward"](direct, array("f", values), 5)
    assert all(bits(engine.read("output")) == bits(direct) for engine in engines)
    assert made["bent"](-2.0) == array("f", [-0.02])[0]


def test_an_error_names_the_text_and_its_line() -> None:
    """The error is that of a kernel in a file."""
    step = call(kernels_from(TEXT, "editor")["forward"], size=6)
    engine = Interpreter(plan_of_call(step, 5), exact=True)
    with pytest.raises(KernelBoundsError, match=r"^editor:16\n    output\[i\] = bent\(input\[i\]\)"):
        engine.run("run")


HEAD = "def kernel(out: Float32Buffer, size: Size):\n"
EVIL = "__import__('tests.compiler.test_from_text').compiler.test_from_text.RAN.append(1)"
RAN: list[int] = []

# Texts, each with a part of the message that refuses it.
HOSTILE = {
    "an import": ("import os\n", "statement is not allowed"),
    "an import from": ("from os import system\n", "system cannot be imported in this way"),
    "a star import": ("from scnn.language import *\n", r"\* cannot be imported in this way"),
    "a private name of a module": ("from scnn.language import math\n", "math cannot be imported in this way"),
    "a relative import": ("from .language import lanes\n", "lanes cannot be imported in this way"),
    "an import under another name": ("from scnn.kernels import exp as lanes\n", "exp cannot be imported in this way"),
    "an import in a kernel": (HEAD + "    import os\n", "`import` is not part"),
    "code of the module": (f"{EVIL}\n", "statement is not allowed"),
    "code behind a docstring": (f"'words'\n{EVIL}\n", "statement is not allowed"),
    "an f-string as docstring": (f'f"{{{EVIL}}}"\n', "statement is not allowed"),
    "an f-string as a kernel's docstring": (f'{HEAD}    f"{{{EVIL}}}"\n', "not part of the kernel language"),
    "a decorator": (f"@{EVIL}\n{HEAD}    out[0] = 1.0\n", "no decorators"),
    "a default argument": (f"def kernel(out: Float32Buffer, size: Size = {EVIL}):\n    out[0] = 1.0\n", "are plain"),
    "a keyword's default": (f"def kernel(out: Float32Buffer, *, size: Size = {EVIL}):\n    out[0] = 1.0\n", "plain"),
    "star arguments": ("def kernel(*out: Float32Buffer):\n    out[0] = 1.0\n", "are plain"),
    "double star arguments": ("def kernel(**out: Float32Buffer):\n    out[0] = 1.0\n", "are plain"),
    "positional parameters": ("def kernel(out: Float32Buffer, /):\n    out[0] = 1.0\n", "are plain"),
    "a call with a star": (
        HEAD + "    for i in range(*out):\n        out[0] = 1.0\n",
        "not part of the kernel language",
    ),
    "an annotation that is a call": (f"def kernel(out: {EVIL}):\n    out[0] = 1.0\n", "no type of the language"),
    "a result that is a call": (
        f"def kernel(out: Float32Buffer) -> {EVIL}:\n    out[0] = 1.0\n",
        "returns nothing or",
    ),
    "an annotated local": (HEAD + f"    x: {EVIL} = 1.0\n    out[0] = x\n", "not part of the kernel language"),
    "a comprehension": (HEAD + "    out[0] = [i for i in range(3)][0]\n", "only a buffer can be indexed"),
    "a generator": (HEAD + "    out[0] = sum(i for i in range(3))\n", "sum is not known"),
    "a lambda": (HEAD + "    out[0] = (lambda: 1.0)()\n", "only kernels and words"),
    "an f-string": (HEAD + f'    out[0] = f"{{{EVIL}}}"\n', "not part of the kernel language"),
    "a walrus": (HEAD + "    out[0] = (y := 1.0)\n", "not part of the kernel language"),
    "a class": (f"class A:\n    {EVIL}\n", "statement is not allowed"),
    "a class in a kernel": (HEAD + f"    class A:\n        {EVIL}\n", "not part of the kernel language"),
    "a function in a kernel": (HEAD + "    def f():\n        pass\n", "not part of the kernel language"),
    "an async function": ("async def kernel(out: Float32Buffer):\n    out[0] = 1.0\n", "statement is not allowed"),
    "yield": (HEAD + "    yield 1.0\n", "not part of the kernel language"),
    "global": (HEAD + "    global x\n", "not part of the kernel language"),
    "del": (HEAD + "    del out\n", "not part of the kernel language"),
    "try": (HEAD + "    try:\n        out[0] = 1.0\n    except:\n        pass\n", "not part of the kernel language"),
    "with": (HEAD + "    with out:\n        out[0] = 1.0\n", "not part of the kernel language"),
    "while": (HEAD + "    while 1 == 1:\n        out[0] = 1.0\n", "no constant bound"),
    "__import__": (HEAD + f"    out[0] = {EVIL}\n", "only kernels and words"),
    "exec": (HEAD + f'    exec("{EVIL}")\n', "exec is not known"),
    "eval": (HEAD + f'    out[0] = eval("{EVIL}")\n', "eval is not known"),
    "an attribute": (HEAD + "    out[0] = out.__class__.__base__\n", "not part of the kernel language"),
    "a name of the module": (HEAD + "    out[0] = __name__\n", "not known here"),
    "a constant that is a call": (f"X = {EVIL}\n", "this is no number"),
    "a constant that is computed": ("X = 9 ** 9 ** 9\n", "this is no number"),
    "a constant that is complex": ("X = 1j\n", "this is no number"),
    "a constant that is true": ("X = True\n", "this is no number"),
    "an enormous whole number": (f"X = {'9' * 5000}\n", "more than 60 characters"),
    "an enormous hexadecimal number": (HEAD + f"    out[0] = float(0x{'f' * 30000})\n", "more than 60 characters"),
    "a whole number beyond int32": (HEAD + "    out[0] = float(99999999999)\n", "99999999999"),
    "a number beyond float32": (HEAD + "    out[0] = 1e300\n", "beyond float32"),
    "a power": (HEAD + "    out[0] = float(9 ** 9)\n", "operator is not part"),
    "a name that hides a builtin": ("def range(n: Size):\n    n\n", "is a word of the language"),
    "a constant that hides a word": ("lanes = 3\n", "is a word of the language"),
    "a type that is another": ("float = 3\n", "is a word of the language"),
    "two kernels of a name": (HEAD + "    out[0] = 1.0\n" + HEAD + "    out[0] = 2.0\n", "defined at line 1 already"),
    "recursion": (HEAD + "    kernel(out, size)\n", "calls itself"),
    "recursion over two kernels": (
        "def a(out: Float32Buffer):\n    b(out)\ndef b(out: Float32Buffer):\n    a(out)\n",
        "calls itself",
    ),
    "calls that double": (
        "def f0(x: Float32) -> Float32:\n    return x + x\n"
        + "".join(f"def f{n}(x: Float32) -> Float32:\n    return f{n - 1}(x) + f{n - 1}(x)\n" for n in range(1, 24)),
        "come to",
    ),
    "a long chain of calls": (
        "def f0(x: Float32) -> Float32:\n    return x\n"
        + "".join(f"def f{n}(x: Float32) -> Float32:\n    return f{n - 1}(x)\n" for n in range(1, 400)),
        "deep|come to",
    ),
    "a null byte": (HEAD + "    out[0] = 1.0\0\n", "invisible character U[+]0000"),
    "a form feed": ("\f" + HEAD + "    out[0] = 1.0\n", "invisible character U[+]000C"),
    "a vertical tab": (HEAD + "\v    out[0] = 1.0\n", "invisible character U[+]000B"),
    "text that is turned around": (HEAD + "    out[0] = 1.0  # \u202e0.1\n", "invisible character U[+]202E"),
    "a line separator": (HEAD + "    out[0] = 1.0  # \u2028 import os\n", "invisible character U[+]2028"),
    "a zero-width name": (HEAD + "    out\u200b[0] = 1.0\n", "invisible character U[+]200B"),
    "a lone surrogate": (HEAD + "    # \ud800\n    out[0] = 1.0\n", "invisible character U[+]D800"),
    "a name in other letters": (HEAD + "    ｏｕｔ[0] = 1.0\n", "letters outside a to z"),
    "a Cyrillic name": (HEAD + "    оut[0] = 1.0\n", "letters outside a to z"),
    "tabs and blanks mixed": (HEAD + "        out[0] = 1.0\n\tout[1] = 1.0\n", "Python cannot read this"),
    "an unclosed bracket": (HEAD + "    out[0] = (1.0\n", "Python cannot read this"),
    "an unclosed string": (HEAD + "    out[0] = '\n", "Python cannot read this"),
    "no Python": ("<script>alert(1)</script>\n", "Python cannot read this|statement is not allowed"),
    "brackets nested deeply": (HEAD + f"    out[0] = {'(' * 400}1.0{')' * 400}\n", "Python cannot read|nested"),
    "indices nested deeply": (HEAD + f"    out[0] = {'out[' * 150}0{']' * 150}\n", "nested"),
    "signs without end": (HEAD + f"    out[0] = {'-' * 30000}1.0\n", "in a row"),
    "conditions without end": (HEAD + f"    out[0] = {'1.0 if size > 0 else ' * 190}2.0\n", "words and signs|nested"),
    "a sum without end": (HEAD + f"    out[0] = {'1.0 + ' * 20000}1.0\n", "more than 1000 words|characters"),
    "a deep sum": (HEAD + f"    out[0] = {'1.0 + ' * 400}1.0\n", "nested more than 100 deep"),
    "branches without end": (
        HEAD + "    if size > 1:\n        out[0] = 1.0\n" + "    elif size > 1:\n        out[0] = 1.0\n" * 900,
        "nested",
    ),
    "indentation without end": (HEAD + "".join(f"{' ' * n}if size > 1:\n" for n in range(1, 99)), "cannot read"),
    "many statements": (HEAD + "    out[0]=1.0\n" * 3000, "3001 statements"),
    "a huge text": (HEAD + "    out[0] = 1.0\n" * 10000, "characters; expected at most 65536"),
}


@pytest.fixture(autouse=True)
def nothing_runs() -> Iterator[None]:
    """Fails a test if any code of a text has run."""
    from tests.compiler import test_from_text  # the module that the texts' code would find

    test_from_text.RAN.clear()
    yield
    assert test_from_text.RAN == []


def test_the_hostile_code_would_be_seen() -> None:
    """Run by Python, the hostile code leaves its trace."""
    exec(EVIL)
    from tests.compiler import test_from_text

    assert test_from_text.RAN == [1]
    test_from_text.RAN.clear()


@pytest.mark.parametrize("case", HOSTILE)
def test_code_outside_the_language_is_refused_and_never_runs(case: str) -> None:
    """A KernelError says why."""
    text, message = HOSTILE[case]
    with pytest.raises(KernelError, match=message):
        kernels_from(text, "text")


def test_only_a_str_is_a_text() -> None:
    """Bytes are not decoded by their own coding declaration."""
    with pytest.raises(KernelError, match="a text of kernels is a str, not bytes"):
        kernels_from(b"# coding: utf-7\n", "text")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [10**9, 2**31 - 1])
def test_enormous_loops_and_sizes_end_by_an_error(size: int) -> None:
    """The steps of loops are counted before they run."""
    text = HEAD + f"    for i in range({size}):\n        for j in range(size):\n            out[0] = 1.0\n"
    with pytest.raises(KernelStepsError):
        kernels_from(text, "text")["kernel"](array("f", [0.0]), size)


def test_the_errors_of_all_kernels_come_at_once() -> None:
    """Each has its position in the text, as an editor needs it."""
    text = "def one(out: Float32Buffer):\n    out[0] = 1\n\ndef other(out: Float32Buffer):\n    out[0] = one(2.0)\n"
    with pytest.raises(KernelError) as caught:
        kernels_from(text + "    out[1] = x\n", "text")
    positions = [(label.line, label.column, label.end_column, label.source) for label in caught.value.labels]
    assert positions == [(2, 13, 14, "1"), (6, 13, 14, "x")]


def test_what_python_cannot_read_has_its_line() -> None:
    """The range is the line without its indentation."""
    with pytest.raises(KernelError) as caught:
        kernels_from("def one(out: Float32Buffer):\n    out[0] = = 1.0\n", "text")
    (label,) = caught.value.labels
    assert (label.line, label.source) == (2, "out[0] = = 1.0")


def test_the_kernel_that_the_language_is_explained_with() -> None:
    """LANGUAGE.md's first kernel is read as it stands there, and computes what its docstring says."""
    page = (Path(scnn.compiler.__file__).parent / "LANGUAGE.md").read_text(encoding="utf-8")
    kernel = kernels_from(page.split("```python\n")[1].split("```")[0], "LANGUAGE.md")["scaled"]
    out = array("f", [9.0] * 5)
    kernel(out, array("f", [-1.0, 0.0, 1.0, 2.0, 3.0]), 0.5, 5)
    assert list(out) == [0.0, 0.0, 0.5, 1.0, 1.5]
