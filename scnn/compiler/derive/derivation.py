"""From a forward kernel to the backward kernel of some of its inputs: the passes in their order."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from scnn.compiler.derive.chosen import with_positions
from scnn.compiler.derive.elements import elements_as_locals, forwarded, read_after_stores
from scnn.compiler.derive.expressions import (
    assign,
    children,
    name,
    number,
    reads_of,
    statements_in,
    walk,
)
from scnn.compiler.derive.flow import Flow
from scnn.compiler.derive.guards import guarded
from scnn.compiler.derive.liveness import assignments_in
from scnn.compiler.derive.naming import pretty, scopes_of
from scnn.compiler.derive.positions import once
from scnn.compiler.derive.prepare import (
    Names,
    branches_for_choices,
    named_calls,
    named_results,
    written_out,
)
from scnn.compiler.derive.requirements import require_places, require_values
from scnn.compiler.derive.restructure import (
    definitions_of,
    flattened,
    made_at_once,
    stores_of,
    sums_in_locals,
)
from scnn.compiler.derive.reverse import Reverse, d_
from scnn.compiler.derive.tidy import tidied
from scnn.compiler.derive.versions import Versions, base
from scnn.compiler.errors import KernelError
from scnn.compiler.tree import (
    Assign,
    Convert,
    Expression,
    Function,
    Index,
    Invoke,
    Name,
    Parameter,
    Repeat,
    Return,
    Statement,
    Store,
)

__all__ = ["Derivation", "derivation", "differentiable", "outputs_of", "slope_of"]

Statements = tuple[Statement, ...]

DIFFERENTIABLE = "+ - * /, min, max, abs, sqrt, exp, log, and kernels made of them"


@dataclass
class Derivation:
    """A backward kernel as a tree. `made` tells for gradients that it makes and does not add to how many elements it
    makes; `used_up` are the gradients of outputs that it overwrites."""

    function: Function
    docstring: str = ""
    made: dict[str, Expression] = field(default_factory=dict)


def outputs_of(function: Function) -> list[str]:
    """The float32 buffers that a kernel stores to."""
    floats = {one.name for one in function.parameters if one.kind == "Float32Buffer"}
    body = written_out(function.body, Names(function))
    stored = [one.buffer for one in statements_in(body) if isinstance(one, Store)]
    return [one for one in dict.fromkeys(stored) if one in floats]


def differentiable(function: Function) -> list[str]:
    """The float32 buffers that a kernel reads before it has stored to them, in the order of its parameters: what
    gradients can be asked for."""
    body = prepared(function, Names(function))
    read = {one.buffer for one in reads_of(body) if isinstance(one, Index)}
    return [one.name for one in function.parameters if one.kind == "Float32Buffer" and one.name in read]


def derivation(function: Function, wanted: Sequence[str], new_name: str, made: Iterable[str] = ()) -> Derivation:
    """The kernel that adds to the gradients of the buffers `wanted`; those in `made` it may make instead of adding.
    Raises KernelError for what has no derivative."""
    source = function.source
    known = differentiable(function)
    for one in wanted:
        if one not in known:
            raise KernelError(
                f"{function.name}: {one} has no gradient; expected one of {', '.join(known) or 'no buffer at all'}"
            )
    outputs = outputs_of(function)
    if not outputs:
        raise source.error(
            first_store(function), f"{function.name} stores no float32, so nothing has a gradient", "a Float32Buffer"
        )
    names = Names(function)
    body = versioned(prepared(function, names), function)
    backward = reversed_body(function, body, set(wanted))
    require_values(backward, body, function)
    statements = tidied(backward)
    if not any(isinstance(one, Store) for one in statements_in(statements)):
        raise source.error(
            first_store(function),
            f"{function.name} depends on {', '.join(wanted)} only through integers and comparisons, "
            "which have no gradient",
            DIFFERENTIABLE,
        )
    statements = pretty(statements, function)
    result = Derivation(function)
    free = Names(Function(new_name, source, function.parameters, statements, None))
    alone = [one for one in wanted if one in set(made)]
    if len(wanted) == 1 and alone and wanted[0] not in outputs:
        statements = sums_in_locals(statements, d_(wanted[0]), free)
    statements = guarded(statements)
    for one in alone:
        if one not in outputs:
            statements, extent = made_at_once(statements, d_(one))
            if extent is not None:
                result.made[one] = extent
    statements = tidied(flattened(statements, free))
    gradients = [d_(one) for one in wanted] + [d_(one) for one in outputs if one not in wanted]
    result.function = Function(new_name, source, parameters_of(function, gradients, statements), statements, None)
    return result


def slope_of(function: Function, position: int) -> Function:
    """The derivative of a kernel with a value by one of its parameters, as a kernel with a value."""
    parameter = function.parameters[position]
    floats = [one for one in function.parameters if one.kind == "Float32"]
    names = Names(function)
    body = versioned(prepared(function, names), function)
    backward = reversed_body(function, body, {parameter.name})
    require_values(backward, body, function)
    gradient = name(d_(parameter.name))
    whole = (assign(gradient.name, number(0.0)), *backward, Return(function.body[-1].node, gradient))
    statements = pretty(tidied(whole), function)
    new_name = f"{function.name}_slope" if len(floats) == 1 else f"{function.name}_slope_{parameter.name}"
    return Function(new_name, function.source, function.parameters, statements, "float32")


def first_store(function: Function) -> ast.AST:
    return next((one.node for one in statements_in(function.body) if isinstance(one, Store)), function.body[0].node)


# ------------------------------------------------------------------------------------- forward, prepared


def prepared(function: Function, names: Names) -> Statements:
    body = branches_for_choices(written_out(function.body, names))
    buffers = [one.name for one in function.parameters if one.is_buffer]
    for buffer in buffers:
        body = forwarded(read_after_stores(body, buffer, names), buffer)
    for buffer in buffers:
        body = elements_as_locals(body, buffer, names)
    return named_results(named_calls(returned_name(body, names), names), names)


def returned_name(body: Statements, names: Names) -> Statements:
    match body:
        case (*before, Return(node, value)) if not isinstance(value, Name):
            local = names.unused("result")
            return (*before, Assign(node, local, value), Return(node, name(local, value.type)))
    return body


def versioned(body: Statements, function: Function) -> tuple[Statements, set[str]]:
    names = Names(function)
    names.taken |= {one.name for one in statements_in(body) if isinstance(one, Assign | Repeat)}
    body, comparing = with_positions(body, names)
    types = {one.name: one.value.type for one in assignments_in(body)}
    body = Versions(types).block(body, {}, frozenset(), set())
    return body, comparing


def reversed_body(function: Function, forward: tuple[Statements, set[str]], wanted: set[str]) -> Statements:
    body, comparing = forward
    source = function.source

    def refuse(expression: Expression, reason: str, allowed: str) -> NoReturn:
        raise source.error(expression.node, reason, allowed)

    varying = varying_in(body, wanted, comparing)

    def varies(expression: Expression) -> bool:
        return depends(expression, varying, wanted)

    for part in reads_of(body):
        if isinstance(part, Convert) and part.how == "float_to_bits" and varies(part.operand):
            refuse(part, "the bits of a number have no derivative", DIFFERENTIABLE)
    flow = Flow(varies, lambda call, position: slope_of(call.function, position), refuse)
    stored = {one.buffer for one in statements_in(body) if isinstance(one, Store)}
    in_place = stored & {one.buffer for one in reads_of(body) if isinstance(one, Index)}
    require_places(function, body, varying, in_place, wanted)
    kept = kept_at_stores(body, in_place)
    scopes = scopes_of(body)
    return Reverse(source, flow, varying, kept, in_place, scopes).kernel(body)


def depends(expression: Expression, varying: set[str], wanted: set[str]) -> bool:
    """Whether a float32 depends on locals or buffers in a way that has a derivative: whole numbers are steps. What is
    read of a buffer is what was there before the kernel."""
    if expression.type != "float32":
        return False
    match expression:
        case Name(name=local):
            return local in varying
        case Index(buffer=buffer):
            return buffer in wanted
    return any(depends(part, varying, wanted) for part in children(expression))


def varying_in(body: Statements, wanted: set[str], comparing: set[str]) -> set[str]:
    """The locals that depend on the buffers or parameters `wanted`, and the buffers that these are stored to."""
    varying = set(wanted)
    while True:
        before = len(varying)
        for one in statements_in(body):
            match one:
                case Assign(name=local, value=value) if base(local) not in comparing:
                    varying |= {local} if depends(value, varying, wanted) else set()
                case Store(buffer=buffer, value=value) if depends(value, varying, wanted):
                    varying.add(buffer)
        if len(varying) == before:
            return varying


def kept_at_stores(body: Statements, in_place: set[str]) -> dict[int, str]:
    """The stores from whose buffers a local can be read again, where computing it again would be long: it comes from
    a loop, or a call, a division or a root is in it, or what it is made of is overwritten."""
    definitions = definitions_of(body)
    kept: dict[int, str] = {}
    for buffer in {one.buffer for one in statements_in(body) if isinstance(one, Store)}:
        found = stores_of(body, buffer)
        if len(found) != 1 or not once(found[0].store.index, found[0].loops, definitions):
            continue
        (one,) = found
        if isinstance(one.store.value, Name) and long_to_compute(one.store.value.name, body, in_place):
            kept[id(one.store)] = one.store.value.name
    return kept


def long_to_compute(local: str, body: Statements, in_place: set[str]) -> bool:
    every = [one for one in assignments_in(body) if one.name == local]
    if len(every) > 1:
        return True
    for one in every:
        for part in walk(one.value):
            match part:
                case Invoke() | Convert(how="sqrt"):
                    return True
                case Index(buffer=buffer) if buffer in in_place:
                    return True
                case Name(name=inner) if inner != local and long_to_compute(inner, body, in_place):
                    return True
            if getattr(part, "operator", "") == "/":
                return True
    return False


def parameters_of(function: Function, gradients: Sequence[str], statements: Statements) -> tuple[Parameter, ...]:
    """Gradients first, then the buffers and numbers that are needed, in the order of the forward kernel."""
    used = {one.buffer for one in reads_of(statements) if isinstance(one, Index)}
    used |= {one.buffer for one in statements_in(statements) if isinstance(one, Store)}
    used |= {part.name for part in reads_of(statements) if isinstance(part, Name)}
    first = [Parameter(one, "Float32Buffer") for one in gradients if one in used]
    return (*first, *(one for one in function.parameters if one.name in used))
