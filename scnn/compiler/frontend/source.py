"""The source of one kernel: its text as Python's syntax tree, its parameters, and what its names are."""

import ast
from collections.abc import Callable
from typing import Any, NoReturn

from scnn.compiler.frontend.given import given
from scnn.compiler.tree import Parameter, Type

__all__ = ["BUFFERS", "KINDS", "KernelSource"]

BUFFERS: dict[str, Type] = {"Float32Buffer": "float32", "Int32Buffer": "int32", "Uint8Buffer": "int32"}
SCALARS: dict[str, Type] = {"Float32": "float32", "Int32": "int32", "Size": "int32"}
KINDS = {**BUFFERS, **SCALARS}


class KernelSource:
    """What is known of the kernel being read. `callers` are the names of those being read already: recursion is
    refused."""

    def __init__(self, kernel: Callable[..., object], callers: tuple[str, ...]) -> None:
        read = given(kernel)
        self.definition, self.source, self.names = read.definition, read.source, read.names
        self.callers = (*callers, self.definition.name)
        self.parameters: dict[str, Parameter] = {}
        self.types: dict[str, Type] = {}  # of every local, for good
        self.loops: list[str] = []
        self.returns: Type | None = None

    def refuse(self, node: ast.AST, reason: str, allowed: str) -> NoReturn:
        raise self.source.error(node, reason, allowed)

    def kind_of(self, argument: ast.arg) -> str:
        annotation = argument.annotation
        kind = annotation.id if isinstance(annotation, ast.Name) else ""
        if kind not in KINDS:
            self.refuse(argument, f"the parameter {argument.arg} has no type of the language", ", ".join(KINDS))
        return kind

    def loop_names(self) -> set[str]:
        """All names that are loops' anywhere in this kernel."""
        loops = [node for node in ast.walk(self.definition) if isinstance(node, ast.For)]
        return {loop.target.id for loop in loops if isinstance(loop.target, ast.Name)} - set(self.loops)

    def is_assigned(self, name: str) -> bool:
        names = [node for node in ast.walk(self.definition) if isinstance(node, ast.Name)]
        return any(node.id == name and isinstance(node.ctx, ast.Store) for node in names)

    def means(self, name: str, thing: Any) -> bool:
        return self.names.get(name) is thing
