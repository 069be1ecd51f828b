"""What the compiler refuses: every error shows the place, the reason and the allowed form."""

import ast
from dataclasses import dataclass

from scnn.errors import ScnnError

__all__ = ["KernelError", "Source"]


class KernelError(ScnnError):
    """A kernel that is outside the kernel language, or asks for what would not be lawful."""


@dataclass(frozen=True)
class Source:
    """Where a kernel stands: its file, its lines, and the number of the first of them."""

    file: str
    first_line: int
    lines: tuple[str, ...]

    def place(self, node: ast.AST) -> str:
        """File, line, the source line and a caret under the node."""
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        text = self.lines[line - 1]
        indent = len(text) - len(text.lstrip())
        caret = " " * (column - indent) + "^"
        return f"{self.file}:{self.first_line + line - 1}\n    {text.strip()}\n    {caret}"

    def error(self, node: ast.AST, reason: str, allowed: str) -> KernelError:
        return KernelError(f"{self.place(node)}\n{reason}; allowed is {allowed}")
