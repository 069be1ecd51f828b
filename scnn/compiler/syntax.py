"""Python's parser, for source that is read and never executed."""

import ast
import os
from threading import Lock

__all__ = ["syntax_tree"]

# In CPython 3.11, two threads in ast.parse at once can fail with a SystemError (CPython issue 106905).
ONE_AT_A_TIME = Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=ONE_AT_A_TIME.acquire,
        after_in_parent=ONE_AT_A_TIME.release,
        after_in_child=ONE_AT_A_TIME.release,
    )


def syntax_tree(text: str) -> ast.Module:
    """The syntax tree of a text. Raises what `ast.parse` raises: SyntaxError, ValueError for a null character,
    RecursionError and MemoryError for what is nested too deeply."""
    with ONE_AT_A_TIME:
        return ast.parse(text)  # noqa: TID251
