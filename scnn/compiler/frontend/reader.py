"""The state of reading one kernel: its parameters, the types of its locals, the loops around, and the errors so far.

All errors of a kernel are found at once: what is refused ends its statement, and reading continues with the next
one. A name whose own statement was refused is *unclear*: statements that read it say nothing more.
"""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from scnn.compiler.errors import Diagnostic, KernelError
from scnn.compiler.frontend.given import Given
from scnn.compiler.tree import Function, Parameter, Type

__all__ = ["BUFFERS", "KINDS", "Known", "Reader", "Skipped"]

BUFFERS: dict[str, Type] = {"Float32Buffer": "float32", "Int32Buffer": "int32", "Uint8Buffer": "int32"}
SCALARS: dict[str, Type] = {"Float32": "float32", "Int32": "int32", "Size": "int32"}
KINDS = {**BUFFERS, **SCALARS}


Known = dict[int, tuple[object, Function | None]]  # by identity: the kernel, and its tree unless it was refused


class Skipped(Exception):
    """Ends a statement that cannot be understood because of an error that is reported already."""


class Reader:
    """`parse` reads a kernel that this one calls; `callers` are the names of those being read: no recursion."""

    def __init__(
        self,
        text: Given,
        callers: tuple[str, ...],
        known: Known,
        parse: Callable[[Given, tuple[str, ...], Known], Function],
    ) -> None:
        self.definition, self.source, self.names = text.definition, text.source, text.names
        self.callers, self.known, self.parse = (*callers, text.definition.name), known, parse
        self.parameters: dict[str, Parameter] = {}
        self.types: dict[str, Type] = {}  # of every local, for good
        self.first: dict[str, ast.AST] = {}  # where a local was first assigned
        self.loops: list[str] = []  # the names of the loops around
        self.returns: Type | None = None
        self.depth = 0  # of the expression at hand
        self.errors: list[Diagnostic] = []
        self.unclear: set[str] = set()
        nodes = list(ast.walk(self.definition))
        self.assigned = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        targets = [node.target for node in nodes if isinstance(node, ast.For)]
        self.loop_names = {target.id for target in targets if isinstance(target, ast.Name)}

    def refuse(self, node: ast.AST, reason: str, expected: str) -> NoReturn:
        raise self.source.error(node, reason, expected)

    @contextmanager
    def recovering(self) -> Iterator[None]:
        """Notes what is refused inside, and continues after it."""
        depth = self.depth
        try:
            yield
        except KernelError as error:
            self.errors += error.errors
        except Skipped:
            pass
        self.depth = depth

    def require_clear(self, name: str) -> None:
        if name in self.unclear:
            raise Skipped

    def kind_of(self, argument: ast.arg) -> str:
        annotation = argument.annotation
        kind = annotation.id if isinstance(annotation, ast.Name) else ""
        if kind not in KINDS:
            self.refuse(argument, f"the parameter {argument.arg} has no type of the language", ", ".join(KINDS))
        return kind

    def meaning(self, name: str, builtin: object = None) -> object:
        """What a name that is called means: something of the kernel's module, or Python's own. A local of that name
        hides both."""
        hidden = name in self.parameters or name in self.assigned
        return None if hidden else self.names.get(name, builtin)
