"""The frontend: a kernel's Python source becomes a typed tree, or an error that says what to write instead.

`given` finds the text, `statements` and `expressions` are functions over one state, the `reader`.
"""

from collections.abc import Callable

from scnn.compiler.frontend.given import Given, given
from scnn.compiler.frontend.statements import read_function
from scnn.compiler.tree import Function

__all__ = ["Given", "given", "parse"]


def parse(kernel: Callable[..., object] | Given) -> Function:
    """The typed tree of a kernel and of all kernels that it calls; raises KernelError."""
    return read_function(given(kernel), (), {})
