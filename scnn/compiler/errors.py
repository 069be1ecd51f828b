"""Errors of kernels: what the compiler refuses, and what stops a kernel while it runs, in every engine alike."""

import ast
from dataclasses import dataclass

from scnn.errors import KernelBoundsError, KernelDivisionError, KernelStepsError, ScnnError

__all__ = ["KernelError", "Source", "division_error", "outside_error", "steps_error"]


class KernelError(ScnnError):
    """A kernel that is outside the kernel language, or asks for what cannot be done to the interpreter's bits."""


@dataclass(frozen=True)
class Source:
    """Where a kernel stands: its file, its lines, and the number of the first of them."""

    file: str
    first_line: int
    lines: tuple[str, ...]

    def line(self, node: ast.AST) -> int:
        """The number of the node's line in its file."""
        return self.first_line + int(getattr(node, "lineno", 1)) - 1

    def place(self, node: ast.AST) -> str:
        """File, line, the source line and a caret under the node."""
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        text = self.lines[line - 1]
        column = len(text.encode()[:column].decode(errors="ignore"))  # Python counts columns in bytes
        indent = len(text) - len(text.lstrip())
        caret = " " * (column - indent) + "^"
        return f"{self.file}:{self.line(node)}\n    {text.strip()}\n    {caret}"

    def error(self, node: ast.AST, reason: str, allowed: str) -> KernelError:
        return KernelError(f"{self.place(node)}\n{reason}; allowed is {allowed}")


def outside_error(place: str, buffer: str, length: int) -> KernelBoundsError:
    """An index that is outside its buffer; `place` is from Source.place."""
    return KernelBoundsError(f"{place}\nthe index lies outside {buffer}, whose length is {length}")


def division_error(place: str) -> KernelDivisionError:
    """A divisor of // or % that is zero."""
    return KernelDivisionError(f"{place}\nthe divisor is zero")


def steps_error(place: str, steps: int) -> KernelStepsError:
    """A call that takes more steps than the interpreter may run."""
    return KernelStepsError(f"{place}\nthis takes more than the {steps:,} steps allowed for one call")
