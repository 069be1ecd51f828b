"""Statements, as Python; a statement in turns that run together is done for each of them before the next."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from scnn.compiler.analysis.varying import varying_names, varying_parameters
from scnn.compiler.analysis.walk import mentions, names_read, parts
from scnn.compiler.reference.carried import Carried
from scnn.compiler.reference.exact import EXACT, checked_index
from scnn.compiler.reference.expressions import settled, write_expression
from scnn.compiler.reference.frames import each_frame, for_each_frame
from scnn.compiler.reference.shape import own_expressions, steps
from scnn.compiler.reference.storage import Storage
from scnn.compiler.reference.writer import Called, Writer
from scnn.compiler.tree import (
    Assign,
    Branch,
    Expression,
    Function,
    Index,
    Name,
    Number,
    Repeat,
    Return,
    Run,
    Statement,
    Store,
)

__all__ = ["write_program"]


def write_program(
    name: str,
    function: Function,
    storage: Storage,
    known: dict[str, Any],
    called: Called,
    varying: frozenset[str] | None,
    watched: bool,
) -> str:
    """The program of the function: a Python function of a Run, the buffers, and the numbers; or, where it is
    called in several frames at once, of the frames."""
    writer, together = Writer(function, storage, known, called, EXACT, watched=watched), varying is not None
    numbers = [parameter.name for parameter in function.parameters if not parameter.is_buffer]
    buffers = [f"B{at}" for at in writer.buffers.values()]
    passed = ["G"] if together else [f"a{at}" for at in range(len(numbers))]
    writer.line(f"def {name}({', '.join(['X', *buffers, *passed])}):")
    writer.depth = 1
    if watched:
        writer.line("W = X.watcher")
    for at in writer.buffers.values():
        writer.line(f"b{at} = B{at}.view; n{at} = len(b{at})")
    if function.body:
        count = f"{steps(function.body)}{' * len(G)' * together}"
        writer.line(f"X.charge({writer.site(function.body[0])}, {count})")
    if not together:
        writer.line(f"s = [None] * {len(storage.slots) + 1}")
        for at, parameter in enumerate(numbers):
            writer.assign(parameter, f"a{at}")
    writer.group, writer.in_lanes = ("G", True) if together else ("", False)
    writer.varying = varying_names(function.body, set(varying or ()))
    write_block(writer, function.body)
    return writer.text


def write_block(writer: Writer, statements: Sequence[Statement]) -> None:
    for statement in statements:
        match statement:
            case Assign():
                for_each_frame(writer, statement, partial(assign, writer, statement))
            case Store():
                for_each_frame(writer, statement, partial(store, writer, statement))
            case Branch():
                branch(writer, statement)
            case Repeat():
                repeat(writer, statement)
            case Run():
                run(writer, statement)
            case Return(_, value):
                writer.line(f"return {settled(writer, value).text}")


def assign(writer: Writer, statement: Assign, effect: bool) -> None:
    result = settled(writer, statement.value).text
    if effect and writer.watched:
        result = writer.variable(result).text
        report(writer, statement, f"assign({{}}, {result}, {{}}, {cell(writer, statement.name)})")
    if effect:
        writer.assign(statement.name, result)


def store(writer: Writer, statement: Store, effect: bool) -> None:
    value = settled(writer, statement.value).text
    at = checked_index(writer, statement)
    if effect and writer.watched:
        value = writer.variable(value).text
        report(writer, statement, f"store({{}}, {at}, {value}, {{}})")
    if effect:
        writer.line(f"b{writer.buffers[statement.buffer]}[{at}] = {value}")


# ------------------------------------------------------------------------------------------- branches


def branch(writer: Writer, statement: Branch) -> None:
    if writer.group and mentions(statement.condition, writer.varying):
        branch_by_frame(writer, statement)
        return
    if writer.group:
        writer.line(f"f = {writer.group}[0]")
    writer.line(f"if {condition(writer, statement)}:")
    with writer.indented(statement):
        write_block(writer, statement.yes)
        writer.line("pass")
    if statement.no:
        writer.line("else:")
        with writer.indented(statement):
            write_block(writer, statement.no)


def branch_by_frame(writer: Writer, statement: Branch) -> None:
    """One loop turn after the other; the frames of each side run together."""
    turn, yes, no = writer.fresh("G"), writer.fresh("Y"), writer.fresh("N")
    writer.line(f"for {turn} in by_turn({writer.group}):")
    with writer.indented(statement, loop=True), writer.in_group(turn):
        writer.line(f"{yes}, {no} = [], []")
        for_each_frame(writer, statement, partial(choose_side, writer, statement, yes, no))
        for group, side in ((yes, statement.yes), (no, statement.no)):
            if side:
                writer.line(f"if {group}:")
                with writer.indented(statement), writer.in_group(group):
                    write_block(writer, side)


def choose_side(writer: Writer, statement: Branch, yes: str, no: str, effect: bool) -> None:
    if effect:
        writer.line(f"({yes} if {condition(writer, statement)} else {no}).append(f)")
    else:
        write_expression(writer, statement.condition)


def condition(writer: Writer, statement: Branch) -> str:
    test = write_expression(writer, statement.condition).text
    if writer.watched:
        test = writer.variable(test).text
        report(writer, statement, f"branch({{}}, {test}, {{}})")
    return test


# ---------------------------------------------------------------------------------------------- loops


def repeat(writer: Writer, loop: Repeat) -> None:
    site = writer.site(loop)
    bounds = write_bounds(writer, loop, site)
    weight = max(steps(loop.body), 1)
    if loop.kind in ("range", "unrolled"):
        repeat_in_turn(writer, loop, f"turns(X, {site}, {weight}, {', '.join(bounds)})")
        return
    slots = writer.storage.slots
    given = [writer.group or "[s]", str(slots[loop.name])]
    if loop.kind == "lanes":
        reductions = writer.storage.reductions[id(loop)]
        given.append(writer.name_object("C", [Carried(slots[one.name], one) for one in reductions]))
    marker = {"lanes": "lanes", "blocked": "blocks"}[loop.kind]
    inner = writer.fresh("G")
    writer.line(f"for {inner} in {marker}(X, {site}, {weight}, {', '.join([*given, *bounds])}):")
    with writer.indented(loop, loop=True), writer.in_group(inner, loop):
        write_block(writer, loop.body)
        writer.line("pass")


def write_bounds(writer: Writer, loop: Repeat, site: str) -> list[str]:
    """The loop's bounds, which all frames of a group have in common."""
    expressions = own_expressions(loop)
    if not writer.group or all(same_everywhere(writer, expression) for expression in expressions):
        return [settled(writer, expression).text for expression in expressions]
    every = writer.fresh("L")
    writer.line(f"{every} = []")
    with each_frame(writer, loop):
        bounds = [settled(writer, expression).text for expression in expressions]
        writer.line(f"{every}.append(({', '.join(bounds)},))")
    return [f"*same({site}, {every})"]


def same_everywhere(writer: Writer, expression: Expression) -> bool:
    """Whether a loop's bound is the same in all frames: made of numbers and of variables."""
    if isinstance(expression, Index):
        return False
    if isinstance(expression, Name):
        return expression.name in writer.storage.variables
    return isinstance(expression, Number) or all(same_everywhere(writer, part) for part in parts(expression))


def repeat_in_turn(writer: Writer, loop: Repeat, numbers: str) -> None:
    """A loop whose turns follow one another, in all frames of the group at once."""
    slot = loop.name in writer.storage.slots
    name = writer.fresh("t") if slot else writer.read(loop.name)
    writer.line(f"for {name} in {numbers}:")
    with writer.indented(loop, loop=True):
        if slot:
            with each_frame(writer, loop):
                writer.assign(loop.name, name)
        write_block(writer, loop.body)
        writer.line("pass")


# ---------------------------------------------------------------------------------------------- calls


def run(writer: Writer, statement: Run) -> None:
    function = statement.function
    buffers = [f"B{writer.buffers[argument]}" for argument in statement.arguments if isinstance(argument, str)]
    values = [argument for argument in statement.arguments if isinstance(argument, Expression)]
    if not writer.group:
        numbers = [settled(writer, value).text for value in values]
        writer.line(writer.call(writer.called(function, None), *buffers, *numbers))
        return
    name = writer.called(function, frozenset(varying_parameters(statement, writer.varying)))
    frames = writer.fresh("G")
    writer.line(f"{frames} = []")
    for_each_frame(writer, statement, partial(pass_numbers, writer, values, frames, name))
    writer.line(writer.call(name, *buffers, frames))


def pass_numbers(writer: Writer, values: Sequence[Expression], frames: str, name: str, effect: bool) -> None:
    numbers = [settled(writer, value).text for value in values]
    if effect:
        writer.line(f"{frames}.append([{', '.join(['f[0]', *numbers])}] + {name}_empty)")


# ------------------------------------------------------------------------------------------- watching


def report(writer: Writer, statement: Statement, call: str) -> None:
    """Tells the watcher of a step, with the numbers of the names that it reads."""
    names = dict.fromkeys(read.name for one in own_expressions(statement) for read in names_read(one))
    values = ", ".join(f"{name!r}: {writer.read(name)}" for name in names)
    writer.line("W." + call.format(writer.site(statement), f"{{{values}}}"))


def cell(writer: Writer, name: str) -> str:
    """What tells one partial sum from another: the cell, where the loops around carry the name."""
    carried = name in writer.storage.cells and name in writer.carried
    return f"id({writer.slot(name)})" if carried else "0"
