"""Errors of kernels: what the compiler refuses, and what stops a kernel while it runs, in every engine alike.

A KernelError is text for a person, and plain data for an editor: `errors` has every reason for which the kernel is
refused, each with the ranges of source that it is about.
"""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scnn.errors import KernelBoundsError, KernelDivisionError, KernelStepsError, KernelStop, ScnnError

__all__ = [
    "Diagnostic",
    "KernelError",
    "Label",
    "Source",
    "all_errors",
    "division_error",
    "outside_error",
    "steps_error",
    "target",
]

Stop = TypeVar("Stop", bound=KernelStop)

MAX_LINES = 4  # of one range that are shown
MAX_SHOWN = 20  # errors in one message; `errors` has all of them


@dataclass(frozen=True)
class Label:
    """A range of source and what there is to say about it (nothing, for what the error itself is about). Lines are
    numbered as in the file; columns are characters counted from 0, `end_column` being the first one after the range.
    `lines` are the source lines from `line` to `end_line`."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    lines: tuple[str, ...]

    @property
    def source(self) -> str:
        """The source text of the range."""
        lines = [*self.lines[:-1], self.lines[-1][: self.end_column]]
        return "\n".join([lines[0][self.column :], *lines[1:]])

    def marks(self) -> list[tuple[str, str]]:
        """Each line of the range, with carets under it; both without the line's indentation."""
        marked = []
        for number, line in enumerate(self.lines[:MAX_LINES]):
            indent = len(line) - len(line.lstrip())
            start = self.column if number == 0 else indent
            end = self.end_column if number == len(self.lines) - 1 else len(line)
            carets = " " * (start - indent) + "^" * max(end - start, 1)
            marked.append((line.strip(), carets))
        return marked


@dataclass(frozen=True)
class Diagnostic:
    """One reason for which a kernel is refused, and what is expected instead. The first label is what it is about;
    one without labels is not about a range of source."""

    reason: str
    expected: str = ""
    labels: tuple[Label, ...] = ()

    def __str__(self) -> str:
        message = f"{self.reason}; expected {self.expected}" if self.expected else self.reason
        return "\n".join([*rendered(self.labels), message])


def rendered(labels: Sequence[Label]) -> list[str]:
    """File and line, the source line, carets and the label's text; labels on one line share it."""
    shown: list[str] = []
    last: tuple[str, int] | None = None
    for label in labels:
        if (label.file, label.line) != last:
            shown.append(f"{label.file}:{label.line}")
        for number, (line, carets) in enumerate(label.marks()):
            if number or (label.file, label.line) != last:
                shown.append(f"    {line}")
            shown.append(f"    {carets}")
        if len(label.lines) > MAX_LINES:
            shown.append("    …")
        shown[-1] += f" {label.text}" if label.text else ""
        last = label.file, label.end_line
    return shown


class KernelError(ScnnError):
    """A kernel that is outside the kernel language, or asks for what cannot be done to the interpreter's bits.

    `errors` are all reasons, as plain data, and `labels` their ranges of source.
    """

    def __init__(self, message: str, errors: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors) or (Diagnostic(message),)

    @classmethod
    def of(cls, errors: Iterable[Diagnostic]) -> "KernelError":
        """One exception for several errors, each of them once."""
        found = list(dict.fromkeys(errors))
        shown = [*map(str, found[:MAX_SHOWN])]
        if len(found) > MAX_SHOWN:
            shown.append(f"and {len(found) - MAX_SHOWN} more errors")
        return cls("\n\n".join(shown), found)

    @property
    def labels(self) -> tuple[Label, ...]:
        return tuple(label for error in self.errors for label in error.labels)


def all_errors(errors: Sequence[Diagnostic]) -> None:
    """Raises what was found, if anything was."""
    if errors:
        raise KernelError.of(errors)


@dataclass(frozen=True)
class Source:
    """Where a kernel stands: its file, its lines, and the number of the first of them. `indent` characters were taken
    from the beginning of each line."""

    file: str
    first_line: int
    lines: tuple[str, ...]
    indent: int = 0

    def line(self, node: ast.AST) -> int:
        """The number of the node's line in its file."""
        return self.first_line + int(getattr(node, "lineno", 1)) - 1

    def label(self, node: ast.AST, text: str = "") -> Label:
        """The node's range; that of a loop, a branch or a function is its head."""
        first, start, last, end = extent(node)
        lines = self.lines[first - 1 : last]
        start, end = characters(lines[0], start), characters(lines[-1], end)
        shift, pad = self.first_line - 1, " " * self.indent
        return Label(
            self.file,
            first + shift,
            start + self.indent,
            last + shift,
            end + self.indent,
            text,
            tuple(pad + line for line in lines),
        )

    def stop_label(self, node: ast.AST) -> Label:
        """Where a kernel stops; of a store that is the element."""
        return self.label(target(node))

    def error(self, node: ast.AST, reason: str, expected: str, *also: Label, text: str = "") -> KernelError:
        """What is wrong at a node, whose own label says `text`; `also` are further ranges."""
        return KernelError.of([Diagnostic(reason, expected, (self.label(node, text), *also))])


def target(node: ast.AST) -> ast.AST:
    """What an assignment assigns; any other node is itself."""
    match node:
        case ast.Assign(targets=[assigned]) | ast.AugAssign(target=assigned):
            return assigned
    return node


def extent(node: ast.AST) -> tuple[int, int, int, int]:
    """First line and column, last line and column, in Python's own counting: lines from 1, columns in bytes."""
    end: ast.AST = node
    match node:
        case ast.For(iter=last) | ast.While(test=last) | ast.If(test=last):
            end = last
        case ast.FunctionDef(args=arguments):
            parts = [part for part in ast.walk(arguments) if isinstance(part, ast.arg | ast.expr)]
            if not parts:
                return node.lineno, node.col_offset, node.lineno, node.col_offset + len(f"def {node.name}".encode())
            end = max(parts, key=lambda part: (part.end_lineno or 0, part.end_col_offset or 0))
    line, column = int(getattr(node, "lineno", 1)), int(getattr(node, "col_offset", 0))
    last_line = getattr(end, "end_lineno", None) or line
    last_column = getattr(end, "end_col_offset", None)
    return line, column, last_line, column + 1 if last_column is None else last_column


def characters(line: str, column: int) -> int:
    """A column that Python counts in bytes, in characters."""
    return len(line.encode()[:column].decode(errors="ignore"))


def outside_error(label: Label, buffer: str, length: int) -> KernelBoundsError:
    """An index that is outside its buffer; `label` is from Source.stop_label."""
    return stopped(KernelBoundsError, label, f"the index lies outside {buffer}, whose length is {length}")


def division_error(label: Label) -> KernelDivisionError:
    """A divisor of // or % that is zero."""
    return stopped(KernelDivisionError, label, "the divisor is zero")


def steps_error(label: Label, steps: int) -> KernelStepsError:
    """A call that takes more steps than the interpreter may run."""
    return stopped(KernelStepsError, label, f"this takes more than the {steps:,} steps allowed for one call")


def stopped(kind: type[Stop], label: Label, reason: str) -> Stop:
    error = kind("\n".join([*rendered([label]), reason]))
    error.labels = (label,)
    return error
