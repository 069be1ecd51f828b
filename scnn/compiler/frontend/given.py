"""What the frontend is given to read: a `def` in a syntax tree, the source to show in messages, and what names mean
outside the function."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from scnn.compiler.errors import KernelError, Source
from scnn.compiler.syntax import syntax_tree

__all__ = ["Given", "given"]

FUTURE = 0x1FE0000  # the flags that `from __future__` sets in a code object


@dataclass(frozen=True, eq=False)
class Given:
    """A kernel before it is read. `definition` is numbered by the lines of `source`."""

    definition: ast.FunctionDef
    source: Source
    names: Mapping[str, Any]  # numbers, words of the language and other kernels, as the kernel's module has them


def given(kernel: "Callable[..., object] | Given") -> Given:
    """The kernel as the frontend reads it; raises KernelError where there is no source to read."""
    if isinstance(kernel, Given):
        return kernel
    if not isinstance(kernel, FunctionType):
        raise KernelError(f"{kernel!r} is not a function: a kernel is a module-level function")
    try:
        lines, first = inspect.getsourcelines(kernel)
    except (OSError, TypeError):
        raise KernelError(f"{kernel.__name__} has no source to read; expected a function in a file") from None
    text = textwrap.dedent("".join(lines))
    file = Path(inspect.getsourcefile(kernel) or "?")
    indent = len(lines[0]) - len(text.splitlines(keepends=True)[0])
    source = Source("/".join(file.parts[-2:]), first, tuple(text.splitlines()), indent)
    tree = tree_of(text)
    definition = definition_in(tree, source)
    if kernel.__code__.co_freevars:
        names = ", ".join(kernel.__code__.co_freevars)
        raise source.error(definition, f"this kernel uses {names} of the function around it", "names of its module")
    if not is_source_of(tree, kernel):
        raise source.error(
            definition,
            f"the source of {kernel.__name__} has changed since Python read it",
            "the source that Python runs: reload the module, or run its cell again",
        )
    return Given(definition, source, kernel.__globals__)


def is_source_of(tree: ast.Module, kernel: FunctionType) -> bool:
    """Whether Python compiles the source to the function's own bytecode. A file that was edited after its import is
    another kernel than the one that Python runs."""
    code = compile(tree, "<kernel>", "exec", kernel.__code__.co_flags & FUTURE, dont_inherit=True)
    found = [one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == kernel.__code__.co_name]
    if any(essence(one) == essence(kernel.__code__) for one in found):
        return True
    # Python compiles attributes in an imported module's functions in another way; what follows refuses them.
    return any(isinstance(node, ast.Attribute) for node in ast.walk(tree))


def essence(code: CodeType) -> tuple[object, ...]:
    """What a function does: its instructions, names and numbers, without its docstring."""
    numbers = [repr(one) for one in code.co_consts if not isinstance(one, str)]
    return code.co_code, code.co_names, code.co_varnames, [one for one in numbers if one != "None"]


def tree_of(text: str) -> ast.Module:
    """The syntax tree of a kernel's source; empty for a piece of a line, as a lambda's source may be."""
    try:
        return syntax_tree(text)
    except (SyntaxError, RecursionError, MemoryError):
        return ast.Module([], [])


def definition_in(tree: ast.Module, source: Source) -> ast.FunctionDef:
    """The `def` that a kernel's source is."""
    definition = tree.body[0] if tree.body else ast.Pass(lineno=1, col_offset=0)
    if not isinstance(definition, ast.FunctionDef):
        raise source.error(definition, "this is not a kernel", "a function that begins with `def`")
    return definition
