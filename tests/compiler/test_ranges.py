"""Each place in the compiler that refuses something has a test of the very source text that its error is about."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

import scnn.compiler
from scnn.compiler.errors import KernelError, Source
from scnn.compiler.syntax import syntax_tree
from tests.compiler.refusals import HEAD, REFUSALS, refused, under

COMPILER = Path(scnn.compiler.__file__).parent
HELPERS = """import math

def twice(v: Float32):
    return v * 2.0

def counted(o: Float32Buffer, v: Float32):
    return v

def fill(o: Float32Buffer, v: Float32):
    o[0] = v

"""

# A body, what the message begins with, and the text under the first label.
RANGES = {
    "a reduction of two kinds": (
        "y = 0.0\nfor i in lanes(size):\n    y += x[i]\n    y = max(y, x[i])",
        "y is combined in another way at line",
        "y = max(y, x[i])",
    ),
    "a carried name read": ("y = 0.0\nfor i in lanes(size):\n    y += x[i]\n    out[i] = y", "y is read here", "y"),
    "no value": ("out[0] = fill(out, 1.0)", "fill returns nothing", "fill(out, 1.0)"),
    "a value with a buffer": ("out[0] = counted(out, 1.0)", "counted is given a buffer", "counted(out, 1.0)"),
    "too many arguments of a word": ("out[0] = sqrt(x[0], x[1])", "sqrt takes one number", "sqrt(x[0], x[1])"),
    "a truth value in a word": ("out[0] = max(x[0], x[0] > x[1])", "a truth value is not a number", "x[0] > x[1]"),
    "Python's math": ("out[0] = math.exp(x[0])", "math.exp of Python's math gives other bits", "math.exp(x[0])"),
    "too few arguments": ("fill(out)", "fill takes 2 arguments", "fill(out)"),
    "another kind of buffer": ("fill(n, 1.0)", "o of fill is a Float32Buffer", "n"),
    "another type of number": ("fill(out, 1)", "v is float32, and this is int32", "1"),
    "a deep expression": ("out[0] = " + "-" * 120 + "x[0]", "this expression nests more than 100", "-" * 20 + "x[0]"),
    "a truth value in arithmetic": ("out[0] = 1.0 + (x[0] > 2.0)", "a truth value is not a number", "x[0] > 2.0"),
    "a truth value negated": ("out[0] = -(x[0] > 2.0)", "a truth value is not a number", "x[0] > 2.0"),
    "a shift too far": ("n[0] = n[1] << 32", "a shift by 32 is outside int32's bits", "32"),
    "lanes with a name": ("for i in lanes(count=size):\n    out[i] = 1.0", "this is not a loop", "lanes(count=size)"),
    "a loop's name in use": (
        "for i in range(size):\n    for i in range(3):\n        out[i] = 1.0",
        "i is in use already",
        "for i in range(3)",
    ),
    "a loop over a float": ("for i in range(2.0):\n    out[i] = 1.0", "a loop counts in int32", "2.0"),
    "an unused value": ("twice(1.0)", "the value of twice is not used", "twice(1.0)"),
    "bounds that differ": (
        "for i in blocked(size, 2):\n    for j in range(i):\n        out[i] = x[j]",
        "a loop's bound is not constant",
        "i",
    ),
    "bounds that differ in a short loop": (
        "for i in blocked(2, 2):\n    for j in range(i):\n        out[i] = x[j]",
        "a loop's bound differs between turns",
        "i",
    ),
    "lanes in lanes": (
        "for i in lanes(size):\n    for j in lanes(4):\n        out[i] = x[j]",
        "lanes is used inside lanes",
        "for j in lanes(4)",
    ),
    "blocks of none": ("for i in blocked(size, 0):\n    out[i] = 1.0", "0 turns cannot run together", "0"),
}

# Places whose errors are tested elsewhere: heads in test_refused.py, limits in test_limits.py (those, too,
# whose message says `more than {MAX_…}`).
ELSEWHERE = {
    "frontend/calls.py": "deep",
    "frontend/given.py": "",
    "frontend/reader.py": "has no type of the language",
    "frontend/statements.py": "a kernel",
}


@pytest.mark.parametrize("case", RANGES)
def test_the_range_of_an_error(case: str) -> None:
    """The message, and the text under its first label."""
    body, reason, text = RANGES[case]
    source, error = refused(body, HELPERS + HEAD)
    assert error.errors[0].reason.startswith(reason)
    assert under(source, error.labels[0]) == text


def test_every_place_that_refuses_has_its_range_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables here and in refusals.py reach every call of `refuse` and `error` in the compiler's stages."""
    reached: set[tuple[str, int]] = set()
    plain = Source.error

    def noted(self: Source, *arguments: Any, **named: Any) -> KernelError:
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_name in ("refuse", "error"):
            frame = frame.f_back
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return plain(self, *arguments, **named)

    monkeypatch.setattr(Source, "error", noted)
    for body in [*(case.body for case in REFUSALS.values()), *(body for body, _, _ in RANGES.values())]:
        refused(body, HELPERS + HEAD)
    missed = []
    for folder in ("frontend", "analysis", "wasm"):
        for path in (COMPILER / folder).rglob("*.py"):
            name, text = path.relative_to(COMPILER).as_posix(), path.read_text(encoding="utf-8")
            for call in refusals(syntax_tree(text)):
                lines = range(call.lineno, (call.end_lineno or call.lineno) + 1)
                source = ast.get_source_segment(text, call) or ""
                tested = "more than {MAX_" in source or (name in ELSEWHERE and ELSEWHERE[name] in source)
                if not tested and not any((str(path), line) in reached for line in lines):
                    missed.append(f"{name}:{call.lineno} {source}")
    assert not missed, "\n".join(missed)


def refusals(module: ast.Module) -> list[ast.Call]:
    """The calls that make an error at a node, without those that pass one on."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and len(node.args) > 2]
    named = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ("refuse", "error")]
    return [call for call in named if ast.unparse(call.args[2]) not in ("expected", "allowed")]
