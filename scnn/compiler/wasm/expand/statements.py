"""Statements: a typed tree is executed, every statement for each turn of a group before the next one."""

from collections.abc import Sequence

from scnn.compiler.analysis.varying import varying_names, varying_parameters
from scnn.compiler.analysis.walk import mentions
from scnn.compiler.tree import (
    Assign,
    Branch,
    Expression,
    Repeat,
    Return,
    Run,
    Statement,
    Store,
    surely_assigned,
)
from scnn.compiler.wasm.expand.expressions import evaluate
from scnn.compiler.wasm.expand.forms import mask_of, scalar
from scnn.compiler.wasm.expand.loops import repeat
from scnn.compiler.wasm.expand.memory import store_element
from scnn.compiler.wasm.expand.names import assign, copied
from scnn.compiler.wasm.expand.state import Frame, State
from scnn.compiler.wasm.expand.values import Cell, LoopTurn, Mask, Value
from scnn.compiler.wasm.ir import If, Node, stamp

__all__ = ["execute"]


def execute(state: State, statements: Sequence[Statement], group: list[LoopTurn]) -> None:
    for statement in statements:
        state.count(statement.node, len(group))
        outer, block, start = state.nodes.origin, state.block, len(state.block)
        state.nodes.origin = state.origin(statement.node)
        execute_one(state, statement, group)
        stamp(block, start, state.nodes.origin)
        state.nodes.origin = outer


def execute_one(state: State, statement: Statement, group: list[LoopTurn]) -> None:
    match statement:
        case Assign(_, name, value):
            for turn in group:
                assign(state, turn, name, evaluate(state, value, turn))
        case Store(_, _, index, value):
            for turn in group:
                stored = evaluate(state, value, turn)
                store_element(state, turn, statement, evaluate(state, index, turn), stored)
        case Branch():
            branch(state, statement, group)
        case Repeat():
            repeat(state, statement, group)
        case Run():
            run(state, statement, group)
        case Return(_, value):
            for turn in group:
                turn.names["return"] = evaluate(state, value, turn)


def branch(state: State, statement: Branch, group: list[LoopTurn]) -> None:
    """Taken by the whole group at once where it is the same for all, and by one turn after the other elsewhere."""
    if not mentions(statement.condition, state.frame.varying):
        branch_together(state, statement, group, evaluate(state, statement.condition, group[0]))
        return
    for turn in group:
        condition = evaluate(state, statement.condition, turn)
        if condition.is_vector:
            branch_by_lanes(state, statement, turn, mask_of(state, condition))
        else:
            branch_together(state, statement, [turn], condition)


def branch_together(state: State, statement: Branch, group: list[LoopTurn], condition: Value) -> None:
    after = surely_assigned([statement])
    if condition.constant is not None:
        before = [set(turn.names) for turn in group]
        execute(state, statement.yes if condition.constant else statement.no, group)
        for turn, names in zip(group, before, strict=True):
            for name in turn.names.keys() - names - after.keys() - {"return"}:
                del turn.names[name]
        return
    blocks = []
    declare(state, statement, group)
    for statements in (statement.yes, statement.no):
        with state.guarded() as block:
            execute(state, statements, [turn.inner() for turn in group])
        blocks.append(block)
    yes, no = blocks
    state.block.append(If(truth(state, condition, group[0]), yes, no))


def truth(state: State, condition: Value, turn: LoopTurn) -> Node:
    """An i32 for a condition. If it is a vector, all lanes that are on agree."""
    if not condition.is_vector:
        return scalar(state, condition)
    lanes = mask_of(state, condition)
    if turn.mask:
        lanes = state.nodes.make("v128.and", state.mask(turn.mask), lanes)
    return state.nodes.make("v128.any_true", lanes)


def branch_by_lanes(state: State, statement: Branch, turn: LoopTurn, condition: Node) -> None:
    declare(state, statement, [turn])
    chosen = state.in_local(condition, "condition")
    for statements, lanes in ((statement.yes, chosen), (statement.no, state.nodes.make("v128.not", chosen))):
        if statements:
            with state.guarded() as block:
                mask = Mask(turn.mask, lanes, block)
                state.mask(mask)
                execute(state, statements, [turn.inner(mask)])
            state.block += block


def declare(state: State, statement: Branch, group: list[LoopTurn]) -> None:
    """Gives names that both sides assign one local, so that what follows can read it."""
    for turn in group:
        for name, type in surely_assigned([statement]).items():
            if name not in turn.names:
                turn.names[name] = Cell(state.fresh(name + turn.tag), type, turn.vector)


def run(state: State, statement: Run, group: list[LoopTurn]) -> None:
    """A kernel called as a statement: its names are its own, its buffers the caller's."""
    function = statement.function
    pairs = list(zip(function.parameters, statement.arguments, strict=True))
    buffers = {p.name: state.frame.buffers[a] for p, a in pairs if isinstance(a, str)}
    inner = []
    for turn in group:
        names: dict[str, Value | Cell] = {
            p.name: copied(state, p.name, evaluate(state, a, turn)) for p, a in pairs if isinstance(a, Expression)
        }
        inner.append(LoopTurn(names, turn.tag, turn.vector, turn.mask))
    varying = varying_names(function.body, varying_parameters(statement, state.frame.varying))
    state.enter(Frame(function, buffers, varying), inner)
