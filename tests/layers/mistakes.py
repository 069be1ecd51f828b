"""Mistakes that tests plant in kernels."""

import linecache
import textwrap
from collections.abc import Callable
from inspect import getsource
from typing import Any

__all__ = ["with_mistake"]


def with_mistake(kernel: Callable[..., Any], right: str, wrong: str) -> Callable[..., Any]:
    """The kernel with one part of its source replaced."""
    text = textwrap.dedent(getsource(kernel))
    assert right in text, f"{kernel.__name__} has no {right!r}"
    text = text.replace(right, wrong)
    file = f"made/mistake_{abs(hash(text))}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = dict(kernel.__globals__)
    exec(compile(text, file, "exec"), names)
    made: Callable[..., Any] = names[kernel.__name__]
    return made
