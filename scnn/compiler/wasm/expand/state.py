"""The state of writing a routine: its statements so far, its locals, and what is known of its numbers.

The modules beside this one are functions over it. They form one recursion, since expressions call kernels and kernels
are statements; `execute` closes it.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from scnn.compiler.analysis.affine import Affine, Atom, Range, range_of
from scnn.compiler.analysis.reductions import Reduction
from scnn.compiler.errors import Diagnostic, KernelError, Label, division_error, outside_error
from scnn.compiler.options import Options
from scnn.compiler.tree import Function, Repeat, Statement, assigned_once
from scnn.compiler.wasm.expand.values import Cell, LoopTurn, Mask, Value
from scnn.compiler.wasm.ir import Block, Check, Node, Nodes, Set, stamp
from scnn.compiler.wasm.origins import Origin, SourceLoop
from scnn.errors import ScnnError
from scnn.plan import Buffer

__all__ = ["Frame", "Site", "State"]

# Operations that are executed for one call, and comparisons of accesses. It bounds the time that compiling takes: an
# operation takes 20 to 50 microseconds, and scnn's own kernels have 50 to 3,000.
MAX_OPERATIONS = 30_000
ONE_LANE = 3  # operations that a lane counts for where each has instructions of its own


@dataclass(frozen=True)
class Site:
    """A site where a kernel may stop while it runs: an index outside `buffer`, or, without one, a zero divisor."""

    label: Label
    buffer: str = ""
    length: int = 0

    def error(self) -> ScnnError:
        return outside_error(self.label, self.buffer, self.length) if self.buffer else division_error(self.label)


@dataclass
class Frame:
    """The kernel being executed: its function, its buffers, which of its locals are assigned once, and which of its
    names may differ between the turns that run together."""

    function: Function
    buffers: Mapping[str, Buffer]
    varying: set[str]
    once: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.once = assigned_once(self.function.body)


class Execute(Protocol):
    def __call__(self, state: "State", statements: Sequence[Statement], group: list[LoopTurn]) -> None: ...


class State:
    """`block` is where statements go, `ranges` what is known of whole numbers."""

    def __init__(
        self, sites: list[Site], options: Options, reductions: dict[int, list[Reduction]], execute: Execute
    ) -> None:
        self.sites, self.options, self.run_statements = sites, options, execute
        self.reductions = reductions
        self.nodes = Nodes()
        self.block: Block = []
        self.frames: list[Frame] = []
        self.ranges: dict[Atom, Range] = {}
        self.mutable: set[Atom] = set()  # atoms that are set more than once
        self.loops: list[SourceLoop] = []
        self.loop_numbers: dict[tuple[int, int], int] = {}  # by the loop around and the loop's identity
        self.origins: dict[tuple[int, int], Origin] = {}  # by the node's identity and the loop around
        self.loop = -1  # the number of the innermost loop around
        self.counter = 0
        self.executed = 0
        self.errors: list[Diagnostic] = []  # loops whose turns cannot run together
        self.guards = 0  # how many branches stand around that may not be taken
        self.lanes = 0  # how many loops over lanes stand around

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def enter(self, frame: Frame, group: list[LoopTurn]) -> None:
        """Executes a kernel's body."""
        self.frames.append(frame)
        self.run_statements(self, frame.function.body, group)
        self.frames.pop()

    def origin(self, node: ast.AST) -> Origin:
        """Where a node of the kernel being executed stands."""
        key = (id(node), self.loop)
        if key not in self.origins:
            source = self.frame.function.source
            self.origins[key] = Origin(source.file, source.line(node), self.loop)
        return self.origins[key]

    @contextmanager
    def in_loop(self, loop: Repeat, turns: int, by: int, form: str) -> Iterator[None]:
        """What is made inside belongs to the loop."""
        outer, key = self.loop, (self.loop, id(loop))
        if key not in self.loop_numbers:
            self.loop_numbers[key] = len(self.loops)
            label = self.frame.function.source.label(loop.node)
            self.loops.append(SourceLoop(label, loop.name, loop.kind, by, outer, form))
        self.loop = self.loop_numbers[key]
        if turns not in self.loops[self.loop].turns:
            self.loops[self.loop].turns.append(turns)
        origin, block, start = self.nodes.origin, self.block, len(self.block)
        self.nodes.origin = self.origin(loop.node)
        yield
        stamp(block, start, self.nodes.origin)
        self.nodes.origin, self.loop = origin, outer

    def count(self, node: ast.AST, operations: int) -> None:
        self.executed += operations
        if self.executed > MAX_OPERATIONS:
            raise self.error(
                node,
                f"written out, this kernel has more than {MAX_OPERATIONS} statements and operations",
                "fewer turns in unrolled(…), or a smaller `by` in blocked(…) and lanes(…)",
            )

    def error(self, node: ast.AST, reason: str, allowed: str) -> KernelError:
        """What is wrong at a node of the kernel being executed."""
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

    @contextmanager
    def guarded(self) -> Iterator[Block]:
        """Statements go into a block of their own, which may not be executed."""
        self.guards += 1
        with self.into() as block:
            yield block
        self.guards -= 1

    def stop_if(self, condition: Node, node: ast.AST, buffer: Buffer | None = None) -> None:
        """A check: stops the kernel where the condition is not 0."""
        label = self.frame.function.source.stop_label(node)
        self.sites.append(Site(label, buffer.name, buffer.length) if buffer else Site(label))
        self.block.append(Check(condition, len(self.sites) - 1))

    def mask(self, mask: Mask) -> Node:
        return mask.node(self.nodes, self.fresh)

    def cell(self, cell: Cell) -> Node:
        kind = "v128" if cell.vector else "f32" if cell.type == "float32" else "i32"
        return self.nodes.local(cell.local, kind)

    def in_local(self, node: Node, name: str = "value") -> Node:
        """The node in a local of its own, so that several expressions can use it."""
        if node.op == "local.get" or node.op.endswith(".const"):
            return node
        local = self.fresh(name)
        self.block.append(Set(local, node))
        return self.nodes.local(local, node.type)

    def opaque(self, name: str, node: Node, known: Range | None = None) -> Value:
        """A whole number that is not known now: kept in a local, an atom from here on."""
        local = self.fresh(name)
        self.block.append(Set(local, node))
        return self.atom(local, known)

    def atom(self, local: str, known: Range | None = None) -> Value:
        atom = self.nodes.local(local, "i32")
        if known:
            self.ranges[atom] = known
        return Value("int32", affine=Affine(0, {atom: 1}))

    def range(self, value: Affine) -> Range:
        return range_of(value, self.ranges)
