"""The routine as it is written: its statements so far, its locals, and what is known of their numbers.

The layers above it (arithmetic, memory, expressions, loops, statements) each add what they write.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from scnn.compiler.analysis.affine import Affine, Range
from scnn.compiler.errors import KernelError
from scnn.compiler.options import Options
from scnn.compiler.tree import Function, assigned_once
from scnn.compiler.wasm.expand.values import Cell, Value
from scnn.compiler.wasm.ir import Block, Node, Nodes, Set
from scnn.plan import Buffer

__all__ = ["Frame", "RoutineWriter"]


@dataclass
class Frame:
    """The kernel being executed: its function, its buffers, and which of its locals are assigned once."""

    function: Function
    buffers: Mapping[str, Buffer]
    once: frozenset[str]


class RoutineWriter:
    """`block` is where statements go, `ranges` what is known of whole numbers."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.nodes = Nodes()
        self.block: Block = []
        self.frames: list[Frame] = []
        self.ranges: dict[Node, Range] = {}
        self.counter = 0

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def enter(self, function: Function, buffers: Mapping[str, Buffer], body: Callable[[], None]) -> None:
        self.frames.append(Frame(function, buffers, assigned_once(function.body)))
        body()
        self.frames.pop()

    def error(self, node: ast.AST, reason: str, allowed: str) -> KernelError:
        """What is wrong at a place of the kernel being executed."""
        return self.frame.function.source.error(node, reason, allowed)

    def fresh(self, name: str) -> str:
        self.counter += 1
        return f"{name}.{self.counter}"

    @contextmanager
    def into(self) -> Iterator[Block]:
        """Statements go into a block of their own."""
        outer, self.block = self.block, []
        yield self.block
        self.block = outer

    def cell(self, cell: Cell) -> Node:
        kind = "v128" if cell.vector else "f32" if cell.type == "float32" else "i32"
        return self.nodes.local(cell.local, kind)

    def opaque(self, name: str, node: Node, known: Range | None = None) -> Value:
        """A whole number that is not known now: kept in a local, an atom from here on."""
        local = self.fresh(name)
        self.block.append(Set(local, node))
        atom = self.nodes.local(local, "i32")
        if known:
            self.ranges[atom] = known
        return Value("int32", affine=Affine(0, {atom: 1}))
