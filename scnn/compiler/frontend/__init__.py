"""The frontend: a kernel's Python source becomes a typed tree, or an error that says what to write instead.

One class reads a kernel, built in layers, a module each: source, expressions, statements.
"""

from collections.abc import Callable

from scnn.compiler.frontend.statements import Statements
from scnn.compiler.tree import Function

__all__ = ["parse"]


def parse(kernel: Callable[..., object]) -> Function:
    """The typed tree of a kernel and of all kernels that it calls; raises KernelError."""
    return Statements(kernel, ()).function()
