"""The text of a function that is a kernel, as `kernels_from` reads it: the numbers of its module that it uses, then
the function."""

import ast
from collections.abc import Callable

from scnn.compiler.frontend.given import given

__all__ = ["as_text"]


def as_text(kernel: Callable[..., object]) -> str:
    """The text. Words of the language and scnn's own kernels need no import there. Raises KernelError as `given`."""
    one = given(kernel)
    used = [node.id for node in ast.walk(one.definition) if isinstance(node, ast.Name)]
    numbers = {name: one.names[name] for name in used if type(one.names.get(name)) in (int, float)}
    head = "".join(f"{name} = {value!r}\n" for name, value in numbers.items())
    body = "\n".join(one.source.lines).rstrip() + "\n"
    return f"{head}\n\n{body}" if head else body
