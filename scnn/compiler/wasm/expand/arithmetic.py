"""Arithmetic on values: whole numbers as sums as long as they can be, everything else as instructions."""

from collections.abc import Callable

from scnn.compiler.analysis.affine import INT32, Affine, difference, hull, known_result, result_range, wrap
from scnn.compiler.tree import Binary
from scnn.compiler.wasm.expand.division import divide
from scnn.compiler.wasm.expand.forms import both, extract, mask_of, number, scalar, vector, vector_of
from scnn.compiler.wasm.expand.state import State
from scnn.compiler.wasm.expand.values import LoopTurn, Value
from scnn.compiler.wasm.ir import Node
from scnn.float32 import float32

__all__ = ["absolute", "binary", "compare", "extremum", "invert", "logic", "negate", "select"]

FLOAT = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
INT = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "<<": "shl", ">>": "shr_s"}
COMPARE = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


def negate(state: State, value: Value) -> Value:
    if value.affine is not None:
        return Value("int32", affine=value.affine * -1)
    assert value.node
    shape = "f32" if value.type == "float32" else "i32"
    if state.options.fold and value.node.op == "f32.const":
        return Value("float32", node=state.nodes.f32(-float(str(value.node.data))))
    return Value(value.type, node=state.nodes.make(f"{shape}x4.neg" if value.is_vector else "f32.neg", value.node))


def binary(state: State, turn: LoopTurn, expression: Binary, left: Value, right: Value) -> Value:
    operator = expression.operator
    if operator in ("min", "max"):
        return extremum(state, operator, left, right)
    if left.type == "float32":
        return add_floats(state, operator, left, right)
    one, other = left.affine, right.affine
    if one is not None and other is not None:
        known = sum_of(operator, one, other)
        if known is not None:
            return Value("int32", affine=known)
    if operator in ("//", "%"):
        return divide(state, turn, expression, left, right)
    if left.is_vector or right.is_vector:
        return Value("int32", node=vector_operation(state, operator, left, right))
    node = state.nodes.make(f"i32.{INT[operator]}", scalar(state, left), scalar(state, right))
    assert one is not None and other is not None
    return state.opaque("number", node, result_range(operator, state.range(one), state.range(other)))


def sum_of(operator: str, one: Affine, other: Affine) -> Affine | None:
    """The result as a sum, where it is one."""
    match operator:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*" if one.is_constant or other.is_constant:
            return other * one.constant if one.is_constant else one * other.constant
        case "<<" if other.is_constant:
            return one * (1 << (other.constant % 32))
    if one.is_constant and other.is_constant:
        known = known_result(operator, one.constant, other.constant)
        return None if known is None else Affine(known)
    return None


def vector_operation(state: State, operator: str, left: Value, right: Value) -> Node:
    if operator in ("&", "|"):
        return state.nodes.make(f"v128.{INT[operator]}", vector(state, left), vector(state, right))
    if operator not in ("<<", ">>"):
        return state.nodes.make(f"i32x4.{INT[operator]}", vector(state, left), vector(state, right))
    if not right.is_vector:
        return state.nodes.make(f"i32x4.{INT[operator]}", vector(state, left), scalar(state, right))
    numbers, amounts = state.in_local(vector(state, left)), state.in_local(vector(state, right))
    lanes = [(extract(state, numbers, lane), extract(state, amounts, lane)) for lane in range(4)]
    return vector_of(state, [state.nodes.make(f"i32.{INT[operator]}", *lane) for lane in lanes])


def add_floats(state: State, operator: str, left: Value, right: Value) -> Value:
    vector_, one, other = both(state, left, right)
    folded = folded_float(state, operator, one, other)
    return Value("float32", node=folded or state.nodes.make(f"f32{'x4' * vector_}.{FLOAT[operator]}", one, other))


def folded_float(state: State, operator: str, one: Node, other: Node) -> Node | None:
    """The result for two constants, rounded as float32 is."""
    if not state.options.fold or one.op != "f32.const" or other.op != "f32.const":
        return None
    a, b = float(str(one.data)), float(str(other.data))
    if operator == "/" and b == 0:
        return None
    results: dict[str, Callable[[], float]] = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
    }
    return state.nodes.f32(float32(results[operator]()))


def extremum(state: State, operator: str, left: Value, right: Value) -> Value:
    """min is `right if right < left else left`, max the same with >; WebAssembly's pmin and pmax are just that."""
    if left.is_vector or right.is_vector:
        op = f"f32x4.p{operator}" if left.type == "float32" else f"i32x4.{operator}_s"
        return Value(left.type, node=state.nodes.make(op, vector(state, left), vector(state, right)))
    if is_known(left) and is_known(right):
        assert left.affine and right.affine
        return number(
            state, "int32", (min if operator == "min" else max)(left.affine.constant, right.affine.constant)
        )
    one = Value(left.type, node=state.in_local(scalar(state, left)))
    other = Value(left.type, node=state.in_local(scalar(state, right)))
    chosen = compare(state, "<" if operator == "min" else ">", other, one)
    node = state.nodes.make(
        "select", scalar(state, other), scalar(state, one), scalar(state, chosen), type=typed(one)
    )
    if left.affine is None or right.affine is None:
        return Value("float32", node=node)
    return state.opaque(operator, node, result_range(operator, state.range(left.affine), state.range(right.affine)))


def is_known(value: Value) -> bool:
    return value.affine is not None and value.affine.is_constant


def typed(value: Value) -> str:
    return "f32" if value.type == "float32" else "i32"


def compare(state: State, operator: str, left: Value, right: Value) -> Value:
    if left.affine is not None and right.affine is not None:
        low, high = difference(left.affine, right.affine, state.ranges)
        known = decided(operator, low, high)
        if known is not None:
            return Value("bool", constant=known)
    vector_, one, other = both(state, left, right)
    shape = typed(left)
    sign = "_s" if shape == "i32" and operator not in ("==", "!=") else ""
    return Value("bool", node=state.nodes.make(f"{shape}{'x4' * vector_}.{COMPARE[operator]}{sign}", one, other))


def decided(operator: str, low: int, high: int) -> bool | None:
    """What `difference operator 0` is for a difference from low to high, if it is the same for all."""
    if operator in ("==", "!="):
        outcome = False if low > 0 or high < 0 else True if low == high == 0 else None
        return outcome if outcome is None or operator == "==" else not outcome
    tests: dict[str, Callable[[int], bool]] = {
        "<": lambda d: d < 0,
        "<=": lambda d: d <= 0,
        ">": lambda d: d > 0,
        ">=": lambda d: d >= 0,
    }
    ends = {tests[operator](low), tests[operator](high)}
    return ends.pop() if len(ends) == 1 else None


def logic(state: State, operator: str, left: Value, right: Value) -> Value:
    """Both operands computed: for those that cannot stop."""
    for one, other in ((left, right), (right, left)):
        if one.constant is not None:
            return other if one.constant == (operator == "and") else one
    if left.is_vector or right.is_vector:
        return Value("bool", node=state.nodes.make(f"v128.{operator}", mask_of(state, left), mask_of(state, right)))
    return Value("bool", node=state.nodes.make(f"i32.{operator}", scalar(state, left), scalar(state, right)))


def invert(state: State, value: Value) -> Value:
    if value.constant is not None:
        return Value("bool", constant=not value.constant)
    assert value.node
    return Value("bool", node=state.nodes.make("v128.not" if value.is_vector else "i32.eqz", value.node))


def select(state: State, condition: Value, yes: Value, no: Value) -> Value:
    """One of two values that are both computed: for those that cannot stop."""
    if condition.constant is not None:
        return yes if condition.constant else no
    if condition.is_vector or yes.is_vector or no.is_vector:
        chosen = mask_of(state, condition)
        return Value(yes.type, node=state.nodes.make("v128.bitselect", vector(state, yes), vector(state, no), chosen))
    one, other = scalar(state, yes), scalar(state, no)
    node = state.nodes.make("select", one, other, scalar(state, condition), type=one.type)
    if yes.affine is None or no.affine is None:
        return Value("float32", node=node)
    return state.opaque("choice", node, hull(state.range(yes.affine), state.range(no.affine)))


def absolute(state: State, value: Value) -> Value:
    if value.is_vector:
        assert value.node or value.affine
        return Value(value.type, node=state.nodes.make(f"{typed(value)}x4.abs", vector(state, value)))
    if value.affine is None:
        return Value("float32", node=state.nodes.make("f32.abs", scalar(state, value)))
    low, high = state.range(value.affine)
    if value.affine.is_constant:
        return number(state, "int32", wrap(abs(value.affine.constant)))
    node = state.in_local(scalar(state, value))
    negative = state.nodes.make("i32.lt_s", node, state.nodes.i32(0))
    minus = state.nodes.make("i32.sub", state.nodes.i32(0), node)
    known = (0, max(abs(low), abs(high))) if low > INT32[0] else None
    return state.opaque("absolute", state.nodes.make("select", minus, node, negative, type="i32"), known)
