"""Expressions: a typed tree's expressions come to values. What Python would not evaluate is neither read nor checked.

A side of a conditional expression, or an operand of `and` and `or`, that cannot stop is computed in any case, and
the result selected: that cannot be observed. One that can stop is computed in a branch of its own; or, where lanes
differ, under a mask.
"""

from collections.abc import Sequence

from scnn.compiler.analysis.affine import hull
from scnn.compiler.analysis.varying import varying_names, varying_parameters
from scnn.compiler.tree import (
    Binary,
    Compare,
    Convert,
    Expression,
    Index,
    Invoke,
    Logic,
    Name,
    Negate,
    Not,
    Number,
    Select,
)
from scnn.compiler.wasm.expand.arithmetic import binary, compare, invert, logic, negate, select
from scnn.compiler.wasm.expand.conversions import convert
from scnn.compiler.wasm.expand.forms import mask_of, number, scalar, vector
from scnn.compiler.wasm.expand.memory import load_element
from scnn.compiler.wasm.expand.names import copied, read
from scnn.compiler.wasm.expand.state import Frame, State
from scnn.compiler.wasm.expand.values import LoopTurn, Mask, Value
from scnn.compiler.wasm.ir import Block, If, Node, Set, may_stop

__all__ = ["evaluate"]


def evaluate(state: State, expression: Expression, turn: LoopTurn) -> Value:
    """The value of an expression. Nodes made for it come from its line."""
    state.count(expression.node, 1)
    outer, state.nodes.origin = state.nodes.origin, state.origin(expression.node)
    value = value_of(state, expression, turn)
    state.nodes.origin = outer
    return value


def value_of(state: State, expression: Expression, turn: LoopTurn) -> Value:
    match expression:
        case Number(type, _, value):
            return number(state, type, value)
        case Name(_, _, name):
            return read(state, name, turn)
        case Index(_, _, _, index):
            return load_element(state, turn, expression, evaluate(state, index, turn))
        case Negate(_, _, operand):
            return negate(state, evaluate(state, operand, turn))
        case Binary(_, _, _, left, right):
            one = evaluate(state, left, turn)
            return binary(state, turn, expression, one, evaluate(state, right, turn))
        case Compare(_, _, operator, left, right):
            one = evaluate(state, left, turn)
            return compare(state, operator, one, evaluate(state, right, turn))
        case Logic(_, _, operator, operands):
            return short_circuit(state, operator, operands, turn)
        case Not(_, _, operand):
            return invert(state, evaluate(state, operand, turn))
        case Select(_, _, condition, yes, no):
            return choose(state, evaluate(state, condition, turn), yes, no, turn)
        case Convert(_, _, how, operand):
            return convert(state, how, evaluate(state, operand, turn))
        case Invoke():
            return invoke(state, expression, turn)
    raise AssertionError(f"no such expression: {expression}")


def evaluate_apart(state: State, expression: Expression, turn: LoopTurn, lanes: Node | None) -> tuple[Block, Value]:
    """The value, and what computes it in a block of its own; in these lanes alone, if they differ."""
    with state.guarded() as block:
        side = turn.inner(Mask(turn.mask, lanes, block)) if lanes else turn
        value = evaluate(state, expression, side)
    return block, value


def choose(state: State, condition: Value, yes: Expression, no: Expression, turn: LoopTurn) -> Value:
    if condition.constant is not None:
        return evaluate(state, yes if condition.constant else no, turn)
    if condition.is_vector:
        chosen = mask_of(state, condition)
        first, one = evaluate_apart(state, yes, turn, chosen)
        second, other = evaluate_apart(state, no, turn, state.nodes.make("v128.not", chosen))
        state.block += [*first, *second]
        return select(state, condition, one, other)
    first, one = evaluate_apart(state, yes, turn, None)
    second, other = evaluate_apart(state, no, turn, None)
    if not may_stop(first) and not may_stop(second):
        state.block += [*first, *second]
        return select(state, condition, one, other)
    local = state.fresh("chosen")
    vectors = one.is_vector or other.is_vector
    for block, value in ((first, one), (second, other)):
        with state.into() as last:
            last.append(Set(local, vector(state, value) if vectors else scalar(state, value)))
        block += last
    state.block.append(If(scalar(state, condition), first, second))
    if vectors or one.type == "float32":
        return Value(one.type, node=state.nodes.local(local, "v128" if vectors else "f32"))
    assert one.affine is not None and other.affine is not None
    return state.atom(local, hull(state.range(one.affine), state.range(other.affine)))


def short_circuit(state: State, operator: str, operands: Sequence[Expression], turn: LoopTurn) -> Value:
    value = evaluate(state, operands[0], turn)
    for operand in operands[1:]:
        if value.constant is not None and value.constant != (operator == "and"):
            return value
        value = with_operand(state, operator, value, operand, turn)
    return value


def with_operand(state: State, operator: str, value: Value, operand: Expression, turn: LoopTurn) -> Value:
    """`value and operand`, or with `or`: the operand is evaluated where the value does not decide."""
    if value.constant is not None:
        return evaluate(state, operand, turn)
    open_ = value if operator == "and" else invert(state, value)
    block, other = evaluate_apart(state, operand, turn, open_.node if value.is_vector else None)
    if value.is_vector or not may_stop(block):
        state.block += block
        return logic(state, operator, value, other)
    local, vectors = state.fresh("truth"), other.is_vector
    state.block.append(Set(local, mask_of(state, value) if vectors else scalar(state, value)))
    block.append(Set(local, mask_of(state, other) if vectors else scalar(state, other)))
    state.block.append(If(scalar(state, open_), block))
    return Value("bool", node=state.nodes.local(local, "v128" if vectors else "i32"))


def invoke(state: State, expression: Invoke, turn: LoopTurn) -> Value:
    """A kernel called for its value: executed in place, for this turn alone."""
    function = expression.function
    names = {}
    for parameter, argument in zip(function.parameters, expression.arguments, strict=True):
        names[parameter.name] = copied(state, parameter.name, evaluate(state, argument, turn))
    inner = LoopTurn({**names}, turn.tag, turn.vector, turn.mask)
    varying = varying_names(function.body, varying_parameters(expression, state.frame.varying))
    state.enter(Frame(function, {}, varying), [inner])
    result = inner.names["return"]
    assert isinstance(result, Value)
    return result
