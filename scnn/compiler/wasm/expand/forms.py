"""The forms of a value: a sum or a node, the same in all lanes or a vector."""

from scnn.compiler.analysis.affine import LANES, Affine, Atom
from scnn.compiler.tree import Type
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import Value
from scnn.compiler.wasm.ir import Node
from scnn.float32 import float32

__all__ = ["both", "extract", "mask_of", "number", "scalar", "sum_node", "vector", "vector_of"]


def number(state: State, type: Type, value: float) -> Value:
    """A constant."""
    if type == "int32":
        return Value("int32", affine=Affine(int(value)))
    return Value("float32", node=state.nodes.f32(float32(value)))


def scalar(state: State, value: Value) -> Node:
    """The value as an i32 or f32."""
    if value.constant is not None:
        return state.nodes.i32(int(value.constant))
    if value.affine is not None:
        assert not value.affine.lane
        return sum_node(state, value.affine)
    assert value.node
    return value.node


def sum_node(state: State, affine: Affine) -> Node:
    """The sum as nodes, the constant last; the loops' variables are in the order of the loops, so that what does
    not change in an inner loop is a part of its own."""
    total = None
    for atom, coefficient in sorted(affine.terms.items(), key=lambda term: age(term[0])):
        assert isinstance(atom, Node)
        part = atom if coefficient == 1 else state.nodes.make("i32.mul", atom, state.nodes.i32(coefficient))
        total = part if total is None else state.nodes.make("i32.add", total, part)
    if total is None:
        return state.nodes.i32(affine.constant)
    return state.nodes.make("i32.add", total, state.nodes.i32(affine.constant)) if affine.constant else total


def age(atom: Atom) -> int:
    """Atoms are numbered as they come: name.7 is younger than name.3."""
    assert isinstance(atom, Node)
    number = str(atom.data).rpartition(".")[2]
    return int(number) if number.isdigit() else 0


def vector(state: State, value: Value) -> Node:
    """The value as a v128, the same in all lanes if it was no vector."""
    if value.affine is not None and value.affine.lane:
        steps = state.nodes.v128(*(lane * value.affine.lane for lane in range(LANES)))
        start = state.nodes.make("i32x4.splat", sum_node(state, value.affine.first_lane))
        return state.nodes.make("i32x4.add", start, steps)
    node = scalar(state, value)
    if node.type == "v128":
        return node
    if node.op == "f32.const":
        return state.nodes.v128(float(str(node.data)))
    if node.op in ("f32.load", "i32.load"):
        return state.nodes.make(
            "v128.load32_splat", *node.arguments, data=node.data, buffer=node.buffer, pinned=node.pinned
        )
    return state.nodes.make("f32x4.splat" if node.type == "f32" else "i32x4.splat", node)


def vector_of(state: State, lanes: list[Node]) -> Node:
    """A vector of four numbers."""
    shape = lanes[0].type
    node = state.nodes.make(f"{shape}x4.splat", lanes[0])
    for lane in range(1, LANES):
        node = state.nodes.make(f"{shape}x4.replace_lane", node, lanes[lane], data=lane)
    return node


def extract(state: State, node: Node, lane: int, shape: str = "i32") -> Node:
    return state.nodes.make(f"{shape}x4.extract_lane", node, data=lane)


def mask_of(state: State, value: Value) -> Node:
    """A truth value as a v128 of all ones or none."""
    if value.is_vector:
        assert value.node
        return value.node
    return state.nodes.make("i32x4.ne", state.nodes.make("i32x4.splat", scalar(state, value)), state.nodes.v128(0))


def both(state: State, one: Value, other: Value) -> tuple[bool, Node, Node]:
    """Whether the operation is on vectors, and its operands."""
    if one.is_vector or other.is_vector:
        return True, vector(state, one), vector(state, other)
    return False, scalar(state, one), scalar(state, other)
