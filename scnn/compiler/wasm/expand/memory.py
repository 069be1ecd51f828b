"""Memory: the elements of buffers, loaded and stored; an index that is not proven to lie inside is checked.

A lane that is turned off neither reads nor checks nor stores. Where all lanes are proven to lie inside, that cannot
be observed, and whole vectors are read and written, the old numbers in the lanes that are off. Everywhere else lanes
are read one by one, those that are off at element 0, and stored one by one where they are on.
"""

from scnn.compiler.analysis.affine import INT32, LANES, Affine, span
from scnn.compiler.errors import target
from scnn.compiler.tree import Index, Type
from scnn.compiler.tree import Store as TreeStore
from scnn.compiler.wasm.expand.forms import extract, scalar, sum_node, vector, vector_of
from scnn.compiler.wasm.expand.state import ONE_LANE, State
from scnn.compiler.wasm.expand.values import LoopTurn, Value
from scnn.compiler.wasm.ir import If, Node, Store
from scnn.plan import Buffer

__all__ = ["load_element", "store_element"]

SHUFFLED = (2, 3)  # steps of a lane for which two whole vectors have all four elements
ELEMENT = {"float32": 4, "int32": 4, "uint8": 1}  # bytes


def load_element(state: State, turn: LoopTurn, expression: Index, index: Value) -> Value:
    buffer = state.frame.buffers[expression.buffer]
    if index.affine is None or (turn.mask and not is_inside(state, buffer, index.affine)):
        return gather(state, turn, expression, buffer, index)
    position = index.affine
    proven = is_inside(state, buffer, position)
    if not proven:
        check(state, expression, buffer, position)
    value = load(state, buffer, position, pinned=not proven)
    if value.type == "int32" and not value.is_vector:
        return state.opaque(expression.buffer, scalar(state, value), (0, 255) if buffer.kind == "uint8" else None)
    return value


def is_inside(state: State, buffer: Buffer, position: Affine) -> bool:
    """Whether the index is proven to lie inside in every lane."""
    low, high = state.range(position)
    return low >= 0 and high < buffer.length


def load(state: State, buffer: Buffer, position: Affine, pinned: bool) -> Value:
    """The element, or those of four lanes, at an index that lies inside."""
    kind: Type = "float32" if buffer.kind == "float32" else "int32"
    if abs(lane_distance(position)) >= buffer.length:  # a check has stopped the kernel
        return zeros(state, kind, position.lane != 0)

    def make(op: str, address: Node, offset: int) -> Node:
        return state.nodes.make(op, address, data=offset, buffer=buffer.name, pinned=pinned)

    if not position.lane:
        return Value(kind, node=make(load_op(buffer), *address_of(state, buffer, position)))
    if position.lane == 1 and buffer.kind != "uint8":
        return Value(kind, node=make("v128.load", *address_of(state, buffer, position)))
    if position.lane == 1:
        four = make("v128.load32_zero", *address_of(state, buffer, position))
        node = state.nodes.make("i16x8.extend_low_i8x16_u", four)
        return Value("int32", node=state.nodes.make("i32x4.extend_low_i16x8_u", node))
    if position.lane in SHUFFLED and buffer.kind != "uint8":
        address, offset = address_of(state, buffer, position)
        low, high = (
            make("v128.load", address, offset + first * 4) for first in (0, lane_distance(position) - LANES + 1)
        )
        chosen = (0, position.lane, 2 * LANES - 1 - position.lane, 2 * LANES - 1)
        return Value(kind, node=state.nodes.make("i8x16.shuffle", low, high, data=chosen))
    lanes = [make(load_op(buffer), *address) for address in lane_addresses(state, buffer, position)]
    return Value(kind, node=vector_of(state, lanes))


def zeros(state: State, kind: Type, vector_: bool) -> Value:
    if vector_:
        return Value(kind, node=state.nodes.v128(0.0 if kind == "float32" else 0))
    return Value("float32", node=state.nodes.f32(0.0)) if kind == "float32" else Value("int32", affine=Affine())


def lane_distance(position: Affine) -> int:
    """How many elements the last lane is beyond the first one."""
    return (LANES - 1) * position.lane


def load_op(buffer: Buffer) -> str:
    return {"float32": "f32.load", "int32": "i32.load", "uint8": "i32.load8_u"}[buffer.kind]


def lane_addresses(state: State, buffer: Buffer, position: Affine) -> list[tuple[Node, int]]:
    """Address and offset of each lane, counted from the lowest one: an offset cannot be below 0."""
    step = position.lane * ELEMENT[buffer.kind]
    address, offset = address_of(state, buffer, lowest_of(position))
    lowest = min((LANES - 1) * step, 0)
    return [(address, offset + lane * step - lowest) for lane in range(LANES)]


def lowest_of(position: Affine) -> Affine:
    return position.first_lane + Affine(min(lane_distance(position), 0))


def address_of(state: State, buffer: Buffer, position: Affine) -> tuple[Node, int]:
    """The address in bytes of an index that lies inside (its first lane's), as a node and a constant. The two are
    added without wrapping, and so the index's own constant is split off only if what is left surely is no number
    below 0 and neither can wrap."""
    size, first = ELEMENT[buffer.kind], position.first_lane
    moving = Affine(0, first.terms)
    low, high = span(moving, state.ranges)
    if low < 0 or first.constant < 0 or max(high, first.constant) * size > INT32[1]:
        return sum_node(state, first * size), buffer.offset
    return sum_node(state, moving * size), buffer.offset + first.constant * size


def check(state: State, at: Index | TreeStore, buffer: Buffer, position: Affine) -> None:
    """Stops the kernel unless the index lies inside, in every lane: |lane step| · 3 elements from the lowest one."""
    if position.is_constant and not state.guards:
        raise state.error(
            target(at.node), f"the index lies outside {buffer.name}, whose length is {buffer.length}", ""
        )
    room = max(buffer.length - abs(lane_distance(position)), 0)
    outside = state.nodes.make("i32.ge_u", sum_node(state, lowest_of(position)), state.nodes.i32(room))
    state.stop_if(outside, at.node, buffer)


def gather(state: State, turn: LoopTurn, expression: Index, buffer: Buffer, index: Value) -> Value:
    """Elements at indices that differ between lanes, or that are checked only in active lanes."""
    nodes = state.nodes
    kind: Type = "float32" if buffer.kind == "float32" else "int32"
    if not index.is_vector:
        assert turn.mask and index.affine is not None
        position = state.in_local(scalar(state, index))
        on = nodes.make("v128.any_true", state.mask(turn.mask))
        outside = nodes.make("i32.ge_u", position, nodes.i32(buffer.length))
        state.stop_if(nodes.make("i32.and", on, outside), expression.node, buffer)
        if not buffer.length:
            return zeros(state, kind, False)
        inside = nodes.make("select", nodes.i32(0), position, outside, type="i32")
        value = Value(kind, node=element(state, buffer, inside))
        known = (0, 255) if buffer.kind == "uint8" else None
        return value if kind == "float32" else state.opaque(expression.buffer, scalar(state, value), known)
    state.count(expression.node, LANES * ONE_LANE)
    positions = check_lanes(state, turn, expression, buffer, index)
    if not buffer.length:
        return zeros(state, kind, True)
    if turn.mask:
        positions = state.in_local(nodes.make("v128.and", positions, state.mask(turn.mask)))
    return Value(
        kind, node=vector_of(state, [element(state, buffer, extract(state, positions, n)) for n in range(LANES)])
    )


def element(state: State, buffer: Buffer, position: Node) -> Node:
    size = ELEMENT[buffer.kind]
    address = position if size == 1 else state.nodes.make("i32.mul", position, state.nodes.i32(size))
    return state.nodes.make(load_op(buffer), address, data=buffer.offset, buffer=buffer.name, pinned=True)


def check_lanes(state: State, turn: LoopTurn, at: Index | TreeStore, buffer: Buffer, index: Value) -> Node:
    """Stops the kernel if a lane that is on has an index outside; gives the indices."""
    nodes = state.nodes
    positions = state.in_local(vector(state, index))
    outside = nodes.make("i32x4.ge_u", positions, nodes.v128(buffer.length))
    if turn.mask:
        outside = nodes.make("v128.and", state.mask(turn.mask), outside)
    state.stop_if(nodes.make("v128.any_true", outside), at.node, buffer)
    return positions


def store_element(state: State, turn: LoopTurn, statement: TreeStore, index: Value, value: Value) -> None:
    buffer, nodes = state.frame.buffers[statement.buffer], state.nodes
    proven = index.affine is not None and is_inside(state, buffer, index.affine)
    if index.affine is None or (turn.mask and not proven) or (turn.vector and not index.is_vector):
        scatter(state, turn, statement, buffer, index, value)
        return
    position = index.affine
    if not proven:
        check(state, statement, buffer, position)
    if abs(lane_distance(position)) >= buffer.length:  # a check has stopped the kernel
        return
    address, offset = address_of(state, buffer, position)
    if not turn.vector:
        op = "f32.store" if value.type == "float32" else "i32.store"
        state.block.append(Store(op, buffer.name, address, offset, scalar(state, value)))
        return
    node = vector(state, value)
    if turn.mask:
        old = load(state, buffer, position, pinned=False)
        node = nodes.make("v128.bitselect", node, vector(state, old), state.mask(turn.mask))
    if position.lane == 1:
        state.block.append(Store("v128.store", buffer.name, address, offset, node))
        return
    for lane, (at, shift) in enumerate(lane_addresses(state, buffer, position)):
        state.block.append(Store("v128.store32_lane", buffer.name, at, shift, node, lane))


def scatter(state: State, turn: LoopTurn, statement: TreeStore, buffer: Buffer, index: Value, value: Value) -> None:
    """Stores lane by lane, in the lanes that are on."""
    nodes = state.nodes
    state.count(statement.node, LANES * ONE_LANE)
    node = state.in_local(vector(state, value))
    positions = check_lanes(state, turn, statement, buffer, index)
    if not buffer.length:
        return
    for lane in range(LANES):
        position = extract(state, positions, lane)
        address = nodes.make("i32.mul", position, nodes.i32(ELEMENT[buffer.kind]))
        store = Store("v128.store32_lane", buffer.name, address, buffer.offset, node, lane)
        if turn.mask:
            state.block.append(If(extract(state, state.mask(turn.mask), lane), [store]))
        else:
            state.block.append(store)
