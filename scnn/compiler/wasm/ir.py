"""The low-level IR: expressions are WebAssembly instructions with operands, statements are its structure.

Equal expressions are one object, so that they compare and hash by identity. Reading a local or memory gives
what is there at that point; what is known to be equal over several points is the optimiser's affair.
Statements and nodes know the source lines that they come from (see origins).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scnn.compiler.analysis.affine import wrap
from scnn.compiler.wasm.origins import NOWHERE, Origin, SourceLoop

__all__ = [
    "Block",
    "Check",
    "If",
    "Loop",
    "Node",
    "Nodes",
    "Routine",
    "Set",
    "Statement",
    "Store",
    "may_stop",
    "origin_of",
    "stamp",
    "text_of",
    "walk",
]


class Node:
    """One instruction. `type` is i32, f32 or v128; `data` is its immediate: a number, a local, an offset. A node is
    pinned if it may be computed only where it stands: it loads what a check or a branch guards, or has such a part.
    `origins` are all lines of the source that make it.
    """

    __slots__ = ("arguments", "buffer", "data", "op", "origins", "pinned", "type")

    def __init__(
        self, op: str, type: str, arguments: tuple["Node", ...], data: object, buffer: str, pinned: bool
    ) -> None:
        self.op, self.type, self.arguments, self.data, self.buffer = op, type, arguments, data, buffer
        self.origins: dict[Origin, None] = {}  # as a set that keeps its order
        self.pinned: bool = pinned or any(argument.pinned for argument in arguments)

    def __repr__(self) -> str:
        return text_of(self)


class Nodes:
    """Makes nodes, each only once; `origin` is what the nodes made now come from."""

    def __init__(self) -> None:
        self.origin = NOWHERE
        self.known: dict[tuple[object, ...], Node] = {}

    def make(
        self,
        op: str,
        *arguments: Node,
        data: object = None,
        buffer: str = "",
        type: str = "",
        pinned: bool = False,
    ) -> Node:
        key = (op, arguments, repr(data), buffer, type, pinned)  # repr tells -0.0 from 0.0, and 1 from 1.0
        if key not in self.known:
            self.known[key] = Node(op, type or result_type(op), arguments, data, buffer, pinned)
        node = self.known[key]
        node.origins[self.origin] = None
        return node

    def i32(self, value: int) -> Node:
        """A constant; what is beyond int32 is the one with the same bits."""
        return self.make("i32.const", data=wrap(value))

    def v128(self, *lanes: float) -> Node:
        """A vector constant; a single number is used for all lanes."""
        numbers = lanes * 4 if len(lanes) == 1 else lanes
        return self.make("v128.const", data=tuple(wrap(n) if isinstance(n, int) else n for n in numbers))

    def f32(self, value: float) -> Node:
        return self.make("f32.const", data=value)

    def local(self, name: str, type: str) -> Node:
        return self.make("local.get", data=name, type=type)


def result_type(op: str) -> str:
    """What an instruction leaves on the stack, read off its name."""
    shape, _, action = op.partition(".")
    comparison = action.split("_")[0] in ("eq", "ne", "lt", "gt", "le", "ge", "eqz")
    if "extract_lane" in action:
        return shape[:3]
    if action == "any_true":
        return "i32"
    if shape in ("v128", "f32x4", "i32x4", "i16x8", "i8x16"):
        return "v128"
    return "i32" if comparison else shape


@dataclass
class Set:
    """local = value."""

    local: str
    value: Node
    origin: Origin | None = None


@dataclass
class Store:
    """memory[address + offset] = value, by a store instruction; `lane` for those that store one lane."""

    op: str
    buffer: str
    address: Node
    offset: int
    value: Node
    lane: int | None = None
    origin: Origin | None = None


@dataclass
class Check:
    """Stops the run, naming the site, where the condition is not 0."""

    condition: Node
    site: int
    origin: Origin | None = None


@dataclass
class Loop:
    """Runs the body with local = start, start + step, … below stop, at least once. Bounds are constants."""

    local: str
    start: int
    stop: int
    step: int
    body: "Block"
    origin: Origin | None = None


@dataclass
class If:
    condition: Node
    yes: "Block"
    no: "Block" = field(default_factory=list)
    origin: Origin | None = None


Statement = Set | Store | Check | Loop | If
Block = list[Statement]


@dataclass
class Routine:
    """One specialised kernel call: a function of the module, with int32 parameters. `loops` are those of the source,
    in the order in which they are met."""

    name: str
    parameters: tuple[str, ...]
    body: Block
    loops: list[SourceLoop] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.parameters)}):\n{block_text(self.body, '    ')}"


def may_stop(block: Block) -> bool:
    """Whether a block has a check, however deep."""
    return any(
        isinstance(statement, Check)
        or (isinstance(statement, Loop) and may_stop(statement.body))
        or (isinstance(statement, If) and (may_stop(statement.yes) or may_stop(statement.no)))
        for statement in block
    )


def stamp(block: Block, start: int, origin: Origin) -> None:
    """Gives the statements from `start` on an origin, and those inside them, where they have none."""
    for statement in block[start:]:
        if statement.origin is None:
            statement.origin = origin
            if isinstance(statement, Loop):
                stamp(statement.body, 0, origin)
            elif isinstance(statement, If):
                stamp(statement.yes, 0, origin)
                stamp(statement.no, 0, origin)


def origin_of(node: Node, around: Origin | None) -> Origin:
    """The origin of a node inside something that comes from `around`: that too, if possible."""
    if around is not None and around in node.origins:
        return around
    return next((origin for origin in node.origins if origin is not NOWHERE), around or NOWHERE)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it, operands first; a shared one as often as it stands there."""
    for argument in node.arguments:
        yield from walk(argument)
    yield node


def text_of(node: Node) -> str:
    """An expression on one line: f32.add(total, f32.load[conv.weights + 16](i))."""
    if node.op == "local.get":
        return str(node.data)
    if node.op.endswith(".const"):
        return str(node.data)
    inner = ", ".join(map(text_of, node.arguments))
    immediate = f"[{node.buffer} {node.data}]" if node.buffer else f"[{node.data}]" if node.data is not None else ""
    return f"{node.op}{immediate}({inner})"


def block_text(block: Block, indent: str = "") -> str:
    """Statements, a line each."""
    lines = []
    for statement in block:
        match statement:
            case Set(local, value):
                lines.append(f"{indent}{local} = {text_of(value)}")
            case Store(op, buffer, address, offset, value, lane):
                which = "" if lane is None else f" lane {lane}"
                lines.append(f"{indent}{op}[{buffer} {offset}{which}]({text_of(address)}) = {text_of(value)}")
            case Check(condition, site):
                lines.append(f"{indent}stop if {text_of(condition)} (site {site})")
            case Loop(local, start, stop, step, body):
                lines += [
                    f"{indent}loop {local} from {start} to {stop} by {step}:",
                    block_text(body, indent + "    "),
                ]
            case If(condition, yes, no):
                lines += [f"{indent}if {text_of(condition)}:", block_text(yes, indent + "    ")]
                lines += [f"{indent}else:", block_text(no, indent + "    ")] if no else []
    return "\n".join(lines) if lines else f"{indent}nothing"
