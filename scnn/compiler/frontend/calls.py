"""Calls: the words of the language, and other kernels."""

import ast
import math
from collections.abc import Callable
from types import FunctionType

from scnn import language
from scnn.compiler.frontend.given import Given, given
from scnn.compiler.frontend.reader import KINDS, Reader, Skipped
from scnn.compiler.tree import Binary, Convert, Expression, Function, Invoke, Type

__all__ = ["LOOPS", "called_kernel", "read_arguments", "read_call", "require_same_type"]

LOOPS = {
    "range": range,
    "lanes": language.lanes,
    "unrolled": language.unrolled,
    "blocked": language.blocked,
}
CONVERSIONS: dict[str, tuple[object, Type, Type]] = {  # what Python calls so, from, to
    "float": (float, "int32", "float32"),
    "int": (int, "float32", "int32"),
    "sqrt": (language.sqrt, "float32", "float32"),
    "float_to_bits": (language.float_to_bits, "float32", "int32"),
    "bits_to_float": (language.bits_to_float, "int32", "float32"),
}
BUILTINS = {"float": float, "int": int, "abs": abs, "min": min, "max": max}
INSTEAD = {"exp": "exp of scnn.kernels", "log": "log of scnn.kernels", "sqrt": "sqrt of scnn.language"}
DEEPEST = 30  # kernels that call one another: each of them is expanded in place

Read = Callable[[ast.expr], Expression]


def read_call(reader: Reader, node: ast.Call, read: Read) -> Expression:
    """A call for its value; `read` reads an argument."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    meaning = reader.meaning(name, BUILTINS.get(name))
    if name in LOOPS:
        reader.refuse(node, f"{name} is allowed only after `for … in`", f"`for name in {name}(…)`")
    if name in CONVERSIONS and meaning is CONVERSIONS[name][0]:
        _, wanted, given = CONVERSIONS[name]
        (value,) = read_numbers(reader, node, name, read, "x")
        if value.type != wanted:
            reader.refuse(value.node, f"{name}(…) is given {value.type}", wanted)
        return Convert(given, node, name, value)
    if meaning is abs:
        (value,) = read_numbers(reader, node, name, read, "x")
        return Convert(value.type, node, "abs", value)
    if meaning is min or meaning is max:
        one, other = read_numbers(reader, node, name, read, "x", "y")
        require_same_type(reader, node, one, other)
        return Binary(one.type, node, name, one, other)
    function = called_kernel(reader, node)
    if function.returns is None:
        reader.refuse(node, f"{function.name} returns nothing", "a kernel that ends with `return`")
    arguments = read_arguments(reader, node, function, read)
    values = tuple(argument for argument in arguments if isinstance(argument, Expression))
    if len(values) != len(arguments):
        reader.refuse(node, f"{function.name} is given a buffer", "numbers alone for a kernel that returns a value")
    return Invoke(function.returns, node, function, values)


def read_numbers(reader: Reader, node: ast.Call, name: str, read: Read, *wanted: str) -> list[Expression]:
    """The arguments of a word of the language."""
    if len(node.args) != len(wanted) or node.keywords:
        count = "one number" if len(wanted) == 1 else "two numbers"
        reader.refuse(node, f"{name} takes {count}", f"{name}({', '.join(wanted)})")
    values = [read(argument) for argument in node.args]
    for value in values:
        if value.type == "bool":
            reader.refuse(value.node, "a truth value is not a number", "`1 if … else 0`")
    return values


def require_same_type(reader: Reader, node: ast.AST, left: Expression, right: Expression) -> None:
    if left.type != right.type:
        labels = [reader.source.label(side.node, f"this is {side.type}") for side in (left, right)]
        reason = f"{left.type} and {right.type} do not mix"
        raise reader.source.error(node, reason, "float(…) or int(…) around one of them", *labels)


def called_kernel(reader: Reader, node: ast.Call) -> Function:
    refuse_mathematics(reader, node)
    if not isinstance(node.func, ast.Name):
        reader.refuse(node, "only kernels and words of the language are called", "a name and its arguments")
    name = node.func.id
    target = reader.meaning(name)
    if name in reader.callers:
        reader.refuse(node, f"{name} calls itself, and a kernel cannot be recursive", "a loop")
    if not isinstance(target, FunctionType | Given):
        known = ", ".join([*CONVERSIONS, "abs", "min", "max"])
        reader.refuse(node, f"{name} is not known to the compiler", f"kernels, and {known}")
    if len(reader.callers) >= DEEPEST:
        reader.refuse(node, f"kernels call one another more than {DEEPEST} deep", "fewer kernels")
    if id(target) not in reader.known:
        reader.known[id(target)] = target, None
        reader.known[id(target)] = target, reader.parse(given(target), reader.callers, reader.known)
    function = reader.known[id(target)][1]
    if function is None:  # its errors are reported already
        raise Skipped
    return function


def refuse_mathematics(reader: Reader, node: ast.Call) -> None:
    """Names the replacement for a function of Python's math, whose bits differ between platforms."""
    match node.func:
        case ast.Attribute(value=ast.Name(id=module), attr=name) if reader.meaning(module) is math:
            written = f"{module}.{name}"
        case ast.Name(id=name) if reader.meaning(name) is getattr(math, name, object()):
            written = name
        case _:
            return
    allowed = INSTEAD.get(name, "a kernel of one's own; scnn.kernels has exp and log, scnn.language has sqrt")
    reader.refuse(node, f"{written} of Python's math gives other bits on other platforms", allowed)


def read_arguments(reader: Reader, node: ast.Call, function: Function, read: Read) -> list[Expression | str]:
    """What a called kernel is given: buffers by name, and values."""
    if node.keywords or len(node.args) != len(function.parameters):
        reason = f"{function.name} takes {len(function.parameters)} arguments"
        reader.refuse(node, reason, "one for each parameter, by position")
    given: list[Expression | str] = []
    for argument, parameter in zip(node.args, function.parameters, strict=True):
        if parameter.is_buffer:
            name = argument.id if isinstance(argument, ast.Name) else ""
            reader.require_clear(name)
            if name not in reader.parameters or reader.parameters[name].kind != parameter.kind:
                reader.refuse(
                    argument, f"{parameter.name} of {function.name} is a {parameter.kind}", "such a parameter"
                )
            given.append(name)
            continue
        value = read(argument)
        if value.type != KINDS[parameter.kind]:
            reader.refuse(
                argument, f"{parameter.name} is {KINDS[parameter.kind]}, and this is {value.type}", "such a value"
            )
        given.append(value)
    return given
