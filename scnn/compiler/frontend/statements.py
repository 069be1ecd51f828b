"""Statements: a kernel's body, with loops over sizes as they are written."""

import ast

from scnn.compiler.frontend.calls import LOOPS, called_kernel, read_arguments
from scnn.compiler.frontend.expressions import read_condition, read_element, read_expression
from scnn.compiler.frontend.given import Given
from scnn.compiler.frontend.reader import KINDS, Known, Reader
from scnn.compiler.tree import (
    Assign,
    Branch,
    Expression,
    Function,
    Parameter,
    Repeat,
    Return,
    Run,
    Statement,
    Store,
    Type,
)

__all__ = ["read_function"]


def read_function(text: Given, callers: tuple[str, ...], known: Known) -> Function:
    """The typed tree of one kernel; `callers` are those from the outermost on that call it, and `known` the kernels
    that have been read already."""
    reader = Reader(text, callers, known, read_function)
    definition, arguments = text.definition, text.definition.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or arguments.posonlyargs:
        reader.refuse(definition, "a kernel's parameters are plain", "`name: Type`, without defaults or stars")
    if definition.decorator_list:
        reader.refuse(definition.decorator_list[0], "a kernel has no decorators", "a plain function")
    for argument in arguments.args:
        reader.parameters[argument.arg] = Parameter(argument.arg, reader.kind_of(argument))
    defined = {name for name, parameter in reader.parameters.items() if not parameter.is_buffer}
    reader.types |= {name: KINDS[reader.parameters[name].kind] for name in defined}
    body = read_block(reader, definition.body, defined, top=True)
    return Function(text.definition.name, text.source, tuple(reader.parameters.values()), tuple(body), reader.returns)


def read_block(reader: Reader, nodes: list[ast.stmt], defined: set[str], top: bool = False) -> list[Statement]:
    """The statements of a block; `defined` grows by the names that are sure to have a value after it."""
    statements: list[Statement] = []
    for place, node in enumerate(nodes):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and top and place == 0:
            continue  # the docstring
        if isinstance(node, ast.Return) and not (top and place == len(nodes) - 1):
            reader.refuse(node, "a return stands only at the end", "one `return` as the kernel's last statement")
        statements.append(read_statement(reader, node, defined))
    return statements


def read_statement(reader: Reader, node: ast.stmt, defined: set[str]) -> Statement:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return read_assign(reader, node, name, read_expression(reader, value, defined), defined)
        case ast.Assign(targets=[ast.Subscript() as target], value=value):
            buffer, index, kind = read_element(reader, target, defined)
            return read_store(reader, node, buffer, index, kind, read_expression(reader, value, defined))
        case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
            read = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target)
            whole = ast.copy_location(ast.BinOp(read, op, value), node)
            return read_assign(reader, node, name, read_expression(reader, whole, defined), defined)
        case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
            buffer, index, kind = read_element(reader, target, defined)
            whole = ast.copy_location(ast.BinOp(target, op, value), node)
            return read_store(reader, node, buffer, index, kind, read_expression(reader, whole, defined))
        case ast.If(test=test, body=body, orelse=orelse):
            condition = read_condition(reader, test, defined)
            in_yes, in_no = set(defined), set(defined)
            yes, no = read_block(reader, body, in_yes), read_block(reader, orelse, in_no)
            defined |= in_yes & in_no
            return Branch(node, condition, tuple(yes), tuple(no))
        case ast.For(target=ast.Name(id=name), iter=ast.Call() as loop, body=body, orelse=[]):
            return read_repeat(reader, node, name, loop, body, defined)
        case ast.Expr(value=ast.Call() as call):
            return read_run(reader, node, call, defined)
        case ast.Return(value=ast.expr() as value):
            result = read_expression(reader, value, defined)
            reader.returns = result.type
            return Return(node, result)
        case ast.While():
            reader.refuse(node, "a `while` has no bound that is known", "`for … in range(…)`")
        case ast.For():
            reader.refuse(
                node, "this loop is not one over numbers", "`for name in range(…)`, lanes, unrolled, blocked"
            )
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            reader.refuse(
                node, "this assignment is not part of the kernel language", "`name = …` or `buffer[index] = …`"
            )
    words = type(node).__name__.lower()
    raise reader.source.error(
        node, f"a statement of the kind `{words}` is not part of the kernel language", "=, if, for, a call"
    )


def read_assign(reader: Reader, node: ast.stmt, name: str, value: Expression, defined: set[str]) -> Assign:
    if name in reader.parameters:
        reader.refuse(node, f"the parameter {name} cannot be assigned", "a local of another name")
    if name in reader.loop_names:
        reader.refuse(node, f"the loop's own {name} cannot be assigned", "a local of another name")
    if value.type == "bool":
        reader.refuse(node, "a truth value cannot be kept", "the comparison where it is needed")
    known = reader.types.setdefault(name, value.type)
    if known != value.type:
        reader.refuse(node, f"{name} is {known}, and this is {value.type}", "float(…), int(…), or another name")
    defined.add(name)
    return Assign(node, name, value)


def read_store(
    reader: Reader, node: ast.stmt, buffer: str, index: Expression, kind: Type, value: Expression
) -> Store:
    if value.type != kind:
        reader.refuse(node, f"{buffer} holds {kind}, and this is {value.type}", "float(…) or int(…) around the value")
    if reader.parameters[buffer].kind == "Uint8Buffer":
        reader.refuse(node, f"{buffer} holds bytes, which are only read", "a Float32Buffer or an Int32Buffer")
    return Store(node, buffer, index, value)


def read_repeat(
    reader: Reader, node: ast.For, name: str, loop: ast.Call, body: list[ast.stmt], defined: set[str]
) -> Repeat:
    kind = loop.func.id if isinstance(loop.func, ast.Name) else ""
    known = kind in LOOPS and reader.meaning(kind, range if kind == "range" else None) is LOOPS[kind]
    least, most = {"range": (1, 3), "lanes": (1, 2), "unrolled": (1, 1), "blocked": (2, 2)}.get(kind, (0, 0))
    if not known or loop.keywords or not least <= len(loop.args) <= most:
        reader.refuse(
            loop, "this is not a loop of the kernel language", "range(…), lanes(n, by), unrolled(n), blocked(n, by)"
        )
    if name in reader.parameters or name in reader.loops:
        reader.refuse(node, f"{name} is in use already", "another name for the loop")
    arguments = [read_expression(reader, argument, defined) for argument in loop.args]
    for argument in arguments:
        if argument.type != "int32":
            reader.refuse(argument.node, f"a loop counts in int32, and this is {argument.type}", "a size")
    reader.types[name] = "int32"
    reader.loops.append(name)
    statements = read_block(reader, body, {*defined, name})
    reader.loops.remove(name)
    plain = kind in ("range", "unrolled")
    by = None if plain or len(arguments) < 2 else arguments[1]
    bounds = arguments if plain else arguments[:1]
    return Repeat(node, name, kind, tuple(bounds), by, tuple(statements))


def read_run(reader: Reader, node: ast.Expr, call: ast.Call, defined: set[str]) -> Run:
    function = called_kernel(reader, call)
    if function.returns is not None:
        reader.refuse(call, f"the value of {function.name} goes nowhere", "`name = …` around it")
    arguments = read_arguments(reader, call, function, lambda argument: read_expression(reader, argument, defined))
    return Run(node, function, tuple(arguments))
