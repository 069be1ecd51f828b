"""Values: what an expression comes to, and what the names of a kernel stand for while it is executed."""

from dataclasses import dataclass

from scnn.compiler.analysis.affine import Affine
from scnn.compiler.tree import Type
from scnn.compiler.wasm.ir import Node

__all__ = ["LANES", "Cell", "Copy", "Value"]

LANES = 4  # the numbers of 32 bits in a vector


@dataclass(frozen=True)
class Value:
    """What an expression is: a node, or a whole number as a sum; a truth value may be known as `constant`."""

    type: Type
    node: Node | None = None
    affine: Affine | None = None
    constant: bool | None = None

    @property
    def is_vector(self) -> bool:
        return self.node is not None and self.node.type == "v128"


@dataclass(frozen=True)
class Cell:
    """A local that statements set; `vector` if it holds four lanes."""

    local: str
    type: Type
    vector: bool


@dataclass
class Copy:
    """One of the turns that run together: what its names stand for."""

    names: dict[str, Value | Cell]
    tag: str = ""
    vector: bool = False
    mask: Node | None = None  # the lanes in which the statement counts

    def turned(self, name: str, value: Affine, tag: str, vector: bool) -> "Copy":
        names = {**self.names, name: Value("int32", affine=value)}
        return Copy(names, self.tag + tag, self.vector or vector, self.mask)
