"""Values: the results of expressions, and the values of a kernel's names while it is executed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scnn.compiler.analysis.affine import Affine
from scnn.compiler.tree import Type
from scnn.compiler.wasm.ir import Block, Node, Nodes, Set

__all__ = ["Cell", "LoopTurn", "Mask", "Value"]


@dataclass(frozen=True)
class Value:
    """What an expression is: a node, or a whole number as a sum; a truth value may be known as `constant`."""

    type: Type
    node: Node | None = None
    affine: Affine | None = None
    constant: bool | None = None

    @property
    def is_vector(self) -> bool:
        """Whether it has a number for each of four lanes."""
        if self.affine is not None:
            return self.affine.lane != 0
        return self.node is not None and self.node.type == "v128"


@dataclass(frozen=True)
class Cell:
    """A local that statements set; `vector` if it holds four lanes."""

    local: str
    type: Type
    vector: bool


@dataclass
class Mask:
    """The lanes in which something is evaluated: those of `chosen` that are in `outer`. Where it is first used, a
    local of its own is set at the beginning of the block to which it belongs."""

    outer: "Mask | None"
    chosen: Node
    block: Block
    local: str = ""

    def node(self, nodes: Nodes, fresh: Callable[[str], str]) -> Node:
        if not self.local:
            outer = self.outer.node(nodes, fresh) if self.outer else None
            self.local = fresh("mask")
            both = nodes.make("v128.and", outer, self.chosen) if outer else self.chosen
            self.block.insert(0, Set(self.local, both))
        return nodes.local(self.local, "v128")


@dataclass
class LoopTurn:
    """One of the iterations that run together, or four of them in the lanes of vectors: the values of its names."""

    names: dict[str, Value | Cell]
    tag: str = ""  # tells its locals from those of the others
    vector: bool = False
    mask: Mask | None = field(default=None)

    def turned(self, name: str, value: Affine, tag: str, vector: bool) -> "LoopTurn":
        """This turn of a loop within the turn at hand."""
        names = {**self.names, name: Value("int32", affine=value)}
        return LoopTurn(names, self.tag + tag, self.vector or vector, self.mask)

    def inner(self, mask: Mask | None = None) -> "LoopTurn":
        """The same turn, in a block whose new names end with it."""
        return LoopTurn(dict(self.names), self.tag, self.vector, mask or self.mask)
