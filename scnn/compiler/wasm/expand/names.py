"""Names: read from and assigned to a loop turn.

A whole number that is assigned once stays the sum that it is; everything else is a local that statements set.
"""

from dataclasses import replace

from scnn.compiler.analysis.affine import LANE, Affine
from scnn.compiler.wasm.expand.forms import scalar, sum_node, vector
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import Cell, LoopTurn, Value
from scnn.compiler.wasm.ir import Set

__all__ = ["assign", "copied", "read"]


def read(state: State, name: str, turn: LoopTurn) -> Value:
    known = turn.names[name]
    if isinstance(known, Value):
        return known
    node = state.cell(known)
    if known.type == "int32" and not known.vector:
        return Value("int32", affine=Affine(0, {node: 1}))
    return Value(known.type, node=node)


def assign(state: State, turn: LoopTurn, name: str, value: Value) -> None:
    known = turn.names.get(name)
    if value.affine is not None and not isinstance(known, Cell) and name in state.frame.once:
        turn.names[name] = frozen(state, name, value)
        return
    if not isinstance(known, Cell):
        known = Cell(state.fresh(name + turn.tag), value.type, turn.vector)
        turn.names[name] = known
    node = vector(state, value) if known.vector else scalar(state, value)
    if turn.mask and known.vector:
        node = state.nodes.make("v128.bitselect", node, state.cell(known), state.mask(turn.mask))
    state.block.append(Set(known.local, node))
    if known.type == "int32" and not known.vector:
        state.mutable.add(state.cell(known))


def frozen(state: State, name: str, value: Value) -> Value:
    """A sum as it is now, and not as what it is made of will be."""
    assert value.affine is not None
    if not state.mutable & value.affine.terms.keys():
        return value
    first = value.affine.first_lane
    atom = state.opaque(name, sum_node(state, first), state.range(first)).affine
    assert atom is not None
    lane = value.affine.lane
    return replace(value, affine=atom + Affine(0, {LANE: lane}) if lane else atom)


def copied(state: State, name: str, value: Value) -> Value:
    """The value as it is now, for a called kernel: what changes later is copied."""
    if value.affine is not None:
        return frozen(state, name, value)
    assert value.node
    if value.node.op.endswith(".const"):
        return value
    local = state.fresh(name)
    state.block.append(Set(local, value.node))
    return replace(value, node=state.nodes.local(local, value.node.type))
