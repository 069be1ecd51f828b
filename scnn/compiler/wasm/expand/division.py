"""Division of whole numbers, rounded down as Python's, by a divisor that is checked unless it is surely not zero.

WebAssembly's own division rounds towards zero, and traps for a divisor of zero and for the smallest number by -1. Its
operands are changed where that could happen, so that it never traps: a check, if one is due, stands before it.
"""

from scnn.compiler.analysis.affine import INT32, LANES, Range, result_range
from scnn.compiler.tree import Binary
from scnn.compiler.wasm.expand.forms import extract, scalar, vector, vector_of
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import LoopTurn, Value
from scnn.compiler.wasm.ir import Node

__all__ = ["divide"]

DIVISION = 8  # operations that one division counts for, since it takes so many instructions


def divide(state: State, turn: LoopTurn, expression: Binary, left: Value, right: Value) -> Value:
    """`//` or `%`."""
    ranges = [state.range(value.affine) if value.affine is not None else INT32 for value in (left, right)]
    top_range, bottom_range = ranges
    if bottom_range[0] <= 0 <= bottom_range[1]:
        check_divisor(state, turn, expression, right)
    state.count(expression.node, DIVISION)
    if not left.is_vector and not right.is_vector:
        node = rounded_down(
            state, expression.operator, scalar(state, left), scalar(state, right), top_range, bottom_range
        )
        name = "quotient" if expression.operator == "//" else "rest"
        return state.opaque(name, node, result_range(expression.operator, top_range, bottom_range))
    tops = state.in_local(vector(state, left)) if left.is_vector else None
    bottoms = state.in_local(vector(state, right)) if right.is_vector else None
    state.count(expression.node, LANES * DIVISION)
    lanes = []
    for lane in range(LANES):
        top = state.in_local(extract(state, tops, lane)) if tops else scalar(state, left)
        bottom = state.in_local(extract(state, bottoms, lane)) if bottoms else scalar(state, right)
        lanes.append(rounded_down(state, expression.operator, top, bottom, top_range, bottom_range))
    return Value("int32", node=vector_of(state, lanes))


def check_divisor(state: State, turn: LoopTurn, expression: Binary, divisor: Value) -> None:
    """Stops the kernel where a lane that counts divides by zero."""
    nodes = state.nodes
    if divisor.is_vector:
        zero = nodes.make("i32x4.eq", vector(state, divisor), nodes.v128(0))
        if turn.mask:
            zero = nodes.make("v128.and", state.mask(turn.mask), zero)
        state.stop_if(nodes.make("v128.any_true", zero), expression.node)
        return
    zero = nodes.make("i32.eqz", scalar(state, divisor))
    if turn.mask:
        zero = nodes.make("i32.and", nodes.make("v128.any_true", state.mask(turn.mask)), zero)
    state.stop_if(zero, expression.node)


def rounded_down(state: State, operator: str, top: Node, bottom: Node, tops: Range, bottoms: Range) -> Node:
    """The quotient or the rest, of numbers in these ranges."""
    nodes, zero = state.nodes, state.nodes.i32(0)
    if bottoms[0] <= 0 <= bottoms[1]:
        bottom = state.in_local(nodes.make("i32.or", bottom, nodes.make("i32.eqz", bottom)))  # 1 where it was checked
    if tops[0] == INT32[0] and bottoms[0] <= -1 <= bottoms[1]:
        if bottoms[0] == bottoms[1]:
            return nodes.make("i32.sub", zero, top) if operator == "//" else zero
        smallest = nodes.make("i32.eq", top, nodes.i32(INT32[0]))
        overflows = nodes.make("i32.and", smallest, nodes.make("i32.eq", bottom, nodes.i32(-1)))
        bottom = state.in_local(nodes.make("select", nodes.i32(1), bottom, overflows, type="i32"))
    quotient, rest = nodes.make("i32.div_s", top, bottom), nodes.make("i32.rem_s", top, bottom)
    if tops[0] >= 0 and bottoms[0] > 0:
        return quotient if operator == "//" else rest
    if bottoms[0] > 0:
        below = nodes.make("i32.lt_s", rest, zero)
    elif bottoms[1] < 0:
        below = nodes.make("i32.gt_s", rest, zero)
    else:
        rest = state.in_local(rest)
        signs = nodes.make("i32.ne", nodes.make("i32.lt_s", rest, zero), nodes.make("i32.lt_s", bottom, zero))
        below = nodes.make("i32.and", nodes.make("i32.ne", rest, zero), signs)
    if operator == "//":
        return nodes.make("i32.sub", quotient, below)
    return nodes.make("i32.add", rest, nodes.make("i32.mul", below, bottom))
