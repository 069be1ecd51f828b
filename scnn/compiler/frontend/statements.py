"""Statements: a kernel's body, with loops over sizes as they are written."""

import ast

from scnn.compiler.errors import all_errors, target
from scnn.compiler.frontend.calls import LOOPS, called_kernel, read_arguments
from scnn.compiler.frontend.expressions import read_condition, read_element, read_expression
from scnn.compiler.frontend.given import Given
from scnn.compiler.frontend.reader import KINDS, Known, Reader, Skipped
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
    that have been read already. Raises KernelError with all errors of the kernel."""
    reader = Reader(text, callers, known, read_function)
    read_head(reader, text.definition)
    defined = {name for name, parameter in reader.parameters.items() if not parameter.is_buffer}
    reader.types |= {name: KINDS[reader.parameters[name].kind] for name in defined}
    body = read_block(reader, text.definition.body, defined, top=True)
    all_errors(reader.errors)
    return Function(text.definition.name, text.source, tuple(reader.parameters.values()), tuple(body), reader.returns)


def read_head(reader: Reader, definition: ast.FunctionDef) -> None:
    """The parameters."""
    arguments = definition.args
    with reader.recovering():
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or arguments.posonlyargs:
            reader.refuse(definition, "a kernel's parameters are plain", "`name: Type`, without defaults or stars")
    for decorator in definition.decorator_list:
        with reader.recovering():
            reader.refuse(decorator, "a kernel has no decorators", "a plain function")
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    reader.unclear = {argument.arg for argument in every if argument}
    for argument in arguments.args:
        with reader.recovering():
            reader.parameters[argument.arg] = Parameter(argument.arg, reader.kind_of(argument))
            reader.unclear.remove(argument.arg)


def read_block(reader: Reader, nodes: list[ast.stmt], defined: set[str], top: bool = False) -> list[Statement]:
    """The statements of a block; `defined` grows by the names that are sure to have a value after it."""
    statements: list[Statement] = []
    for position, node in enumerate(nodes):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and top and position == 0:
            continue  # the docstring
        with reader.recovering():
            if isinstance(node, ast.Return) and not (top and position == len(nodes) - 1):
                reader.refuse(
                    node, "a return is allowed only at the end", "one `return` as the kernel's last statement"
                )
            statements.append(read_statement(reader, node, defined))
            continue
        skip(reader, node, defined)
    return statements


def skip(reader: Reader, node: ast.stmt, defined: set[str]) -> None:
    """Gives the names that a refused statement assigns an unknown value."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    reader.unclear |= names - reader.types.keys() - reader.parameters.keys()
    defined |= names & (reader.types.keys() | reader.unclear)


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
        case ast.If():
            return read_branch(reader, node, defined)
        case ast.For(target=ast.Name(id=name), iter=ast.Call() as loop, body=body, orelse=[]):
            return read_repeat(reader, node, name, loop, body, defined)
        case ast.Expr(value=ast.Call() as call):
            return read_run(reader, node, call, defined)
        case ast.Return(value=ast.expr() as value):
            result = read_expression(reader, value, defined)
            reader.returns = result.type
            return Return(node, result)
        case ast.While():
            with reader.recovering():
                reader.refuse(node, "a `while` loop has no constant bound", "`for … in range(…)`")
            read_block(reader, node.body, defined)
            raise Skipped
        case ast.For():
            with reader.recovering():
                allowed = "`for name in range(…)`, lanes, unrolled or blocked, without `else`"
                reader.refuse(node, "this loop does not count", allowed)
            skip(reader, node, defined)
            read_block(reader, node.body, defined)
            raise Skipped
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            reader.refuse(
                node, "this assignment is not part of the kernel language", "`name = …` or `buffer[index] = …`"
            )
    syntax = type(node).__name__.lower()
    reason = f"a statement of the kind `{syntax}` is not part of the kernel language"
    raise reader.source.error(node, reason, "=, if, for, a call")


def read_branch(reader: Reader, node: ast.If, defined: set[str]) -> Branch:
    condition = None
    with reader.recovering():
        condition = read_condition(reader, node.test, defined)
    in_yes, in_no = set(defined), set(defined)
    yes, no = read_block(reader, node.body, in_yes), read_block(reader, node.orelse, in_no)
    defined |= in_yes & in_no
    if condition is None:
        raise Skipped
    return Branch(node, condition, tuple(yes), tuple(no))


def read_assign(reader: Reader, node: ast.stmt, name: str, value: Expression, defined: set[str]) -> Assign:
    if name in reader.parameters:
        reader.refuse(target(node), f"the parameter {name} cannot be assigned", "a local of another name")
    if name in reader.loop_names:
        reader.refuse(target(node), f"the loop's own {name} cannot be assigned", "a local of another name")
    if value.type == "bool":
        reader.refuse(value.node, "a truth value cannot be assigned", "the comparison itself where it is used")
    known = reader.types.setdefault(name, value.type)
    reader.unclear.discard(name)
    if known != value.type:
        before = reader.source.label(reader.first[name], f"{name} is {known} since here")
        reason = f"{name} is {known}, and this is {value.type}"
        raise reader.source.error(value.node, reason, "float(…), int(…), or another name", before)
    reader.first.setdefault(name, target(node))
    defined.add(name)
    return Assign(node, name, value)


def read_store(
    reader: Reader, node: ast.stmt, buffer: str, index: Expression, kind: Type, value: Expression
) -> Store:
    if value.type != kind:
        reason = f"{buffer} holds {kind}, and this is {value.type}"
        reader.refuse(value.node, reason, "float(…) or int(…) around the value")
    if reader.parameters[buffer].kind == "Uint8Buffer":
        reader.refuse(target(node), f"{buffer} holds bytes, which are only read", "a Float32Buffer or an Int32Buffer")
    return Store(node, buffer, index, value)


def read_repeat(
    reader: Reader, node: ast.For, name: str, loop: ast.Call, body: list[ast.stmt], defined: set[str]
) -> Repeat:
    head = None
    with reader.recovering():
        head = read_loop(reader, node, name, loop, defined)
    if name not in reader.parameters:
        reader.types[name] = "int32"
    reader.loops.append(name)
    statements = read_block(reader, body, {*defined, name})
    reader.loops.remove(name)
    if head is None:
        raise Skipped
    kind, bounds, by = head
    return Repeat(node, name, kind, bounds, by, tuple(statements))


def read_loop(
    reader: Reader, node: ast.For, name: str, loop: ast.Call, defined: set[str]
) -> tuple[str, tuple[Expression, ...], Expression | None]:
    """A loop's kind, its bounds, and its `by`."""
    kind = loop.func.id if isinstance(loop.func, ast.Name) else ""
    known = kind in LOOPS and reader.meaning(kind, range if kind == "range" else None) is LOOPS[kind]
    least, most = {"range": (1, 3), "lanes": (1, 2), "unrolled": (1, 1), "blocked": (2, 2)}.get(kind, (0, 0))
    if not known or loop.keywords or not least <= len(loop.args) <= most:
        reader.refuse(
            loop, "this is not a loop of the kernel language", "range(…), lanes(n, by), unrolled(n), blocked(n, by)"
        )
    if name in reader.parameters or name in reader.loops:
        reader.refuse(node, f"{name} is in use already", "another name for the loop's variable")
    arguments = [read_expression(reader, argument, defined) for argument in loop.args]
    for argument in arguments:
        if argument.type != "int32":
            reader.refuse(argument.node, f"a loop counts in int32, and this is {argument.type}", "a size")
    plain = kind in ("range", "unrolled")
    by = None if plain or len(arguments) < 2 else arguments[1]
    return kind, tuple(arguments if plain else arguments[:1]), by


def read_run(reader: Reader, node: ast.Expr, call: ast.Call, defined: set[str]) -> Run:
    function = called_kernel(reader, call)
    if function.returns is not None:
        reader.refuse(call, f"the value of {function.name} is not used", f"`name = {function.name}(…)`")
    arguments = read_arguments(reader, call, function, lambda argument: read_expression(reader, argument, defined))
    return Run(node, function, tuple(arguments))
