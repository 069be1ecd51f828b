"""Expressions: of one type each, which nothing converts but float(…), int(…) and the like.

`defined` are the names that are sure to have a value where the expression stands.
"""

import ast
from math import isfinite

from scnn.compiler.frontend.calls import read_call, require_same_type
from scnn.compiler.frontend.reader import BUFFERS, Reader
from scnn.compiler.tree import Binary, Compare, Expression, Index, Logic, Name, Negate, Not, Number, Select, Type
from scnn.float32 import float32

__all__ = ["read_element", "read_expression"]

OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
INT_ONLY = {"//", "%", "&", "|", "<<", ">>"}
DEEPEST = 100  # operations inside one another: every pass over the tree recurses so far


def read_expression(reader: Reader, node: ast.expr, defined: set[str]) -> Expression:
    reader.depth += 1
    if reader.depth > DEEPEST:
        reader.refuse(
            node, f"this expression nests more than {DEEPEST} operations", "locals that hold parts of it, or a loop"
        )
    expression = expression_of(reader, node, defined)
    reader.depth -= 1
    return expression


def expression_of(reader: Reader, node: ast.expr, defined: set[str]) -> Expression:
    match node:
        case ast.Constant(value=bool()) | ast.Constant(value=None) | ast.Constant(value=str()):
            reader.refuse(node, f"{node.value!r} is not a number", "numbers such as 1 or 0.5")
        case ast.Constant(value=int() | float() as number):
            return read_number(reader, node, number)
        case ast.Name(id=name):
            return read_name(reader, node, name, defined)
        case ast.Subscript():
            buffer, index, kind = read_element(reader, node, defined)
            return Index(kind, node, buffer, index)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = read_expression(reader, left, defined), read_expression(reader, right, defined)
            return read_binary(reader, node, one, op, other)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)) if number == 2**31:
            return Number("int32", node, -number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = read_operand(reader, operand, defined)
            return Negate(value.type, node, value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not("bool", node, read_condition(reader, operand, defined))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            one, other = read_operand(reader, left, defined), read_operand(reader, right, defined)
            require_same_type(reader, node, one, other)
            return Compare("bool", node, COMPARISONS[type(op)], one, other)
        case ast.Compare():
            reader.refuse(
                node,
                "this comparison is not part of the kernel language",
                "two numbers and one of < <= > >= == !=",
            )
        case ast.BoolOp(op=op, values=values):
            operator = "and" if isinstance(op, ast.And) else "or"
            return Logic("bool", node, operator, tuple(read_condition(reader, value, defined) for value in values))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = read_condition(reader, test, defined)
            yes, no = read_operand(reader, body, defined), read_operand(reader, orelse, defined)
            require_same_type(reader, node, yes, no)
            return Select(yes.type, node, condition, yes, no)
        case ast.Call():
            return read_call(reader, node, lambda argument: read_expression(reader, argument, defined))
    syntax = type(node).__name__.lower()
    raise reader.source.error(
        node,
        f"an expression of the kind `{syntax}` is not part of the kernel language",
        "numbers, names, buffer[index], arithmetic, calls",
    )


def read_number(reader: Reader, node: ast.expr, number: float) -> Number:
    if isinstance(number, int):
        if not -(2**31) <= number < 2**31:
            reader.refuse(node, f"{number} is outside int32", f"{-(2**31)} to {2**31 - 1}, or a number with a point")
        return Number("int32", node, number)
    if isfinite(number) and not isfinite(float32(number)):
        reader.refuse(node, f"{number} is beyond float32", "numbers up to 3.4e38")
    return Number("float32", node, number)


def read_name(reader: Reader, node: ast.Name, name: str, defined: set[str]) -> Expression:
    reader.require_clear(name)
    if name in reader.parameters and reader.parameters[name].is_buffer:
        reader.refuse(node, f"{name} is a buffer, not a number", f"{name}[index]")
    if name in defined:
        return Name(reader.types[name], node, name)
    if name in reader.types or name in reader.assigned:
        reader.refuse(node, f"{name} may have no value here", f"an assignment to {name} on every way to this line")
    value = reader.names.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return read_number(reader, node, value)
    raise reader.source.error(node, f"{name} is not known here", "parameters, locals, and numbers of the module")


def read_element(reader: Reader, node: ast.Subscript, defined: set[str]) -> tuple[str, Expression, Type]:
    """The buffer, the index, and what the element is read as."""
    name = node.value.id if isinstance(node.value, ast.Name) else ""
    reader.require_clear(name)
    if name not in reader.parameters or not reader.parameters[name].is_buffer:
        reader.refuse(node, "only a buffer can be indexed", "buffer[index], where the buffer is a parameter")
    if isinstance(node.slice, ast.Slice | ast.Tuple):
        reader.refuse(node, "buffers are flat, and read one element at a time", f"{name}[row * width + column]")
    index = read_expression(reader, node.slice, defined)
    if index.type != "int32":
        reader.refuse(node.slice, f"an index is int32, and this is {index.type}", "an int32, such as int(…)")
    return name, index, BUFFERS[reader.parameters[name].kind]


def read_binary(reader: Reader, node: ast.AST, left: Expression, op: ast.operator, right: Expression) -> Expression:
    operator = OPERATORS.get(type(op))
    if operator is None:
        reader.refuse(node, "this operator is not part of the kernel language", " ".join(OPERATORS.values()))
    for side in (left, right):
        if side.type == "bool":
            reader.refuse(side.node, "a truth value is not a number", "`1 if … else 0`")
    require_same_type(reader, node, left, right)
    if operator in INT_ONLY and left.type != "int32":
        reader.refuse(node, f"{operator} is for int32, and this is {left.type}", "int(…) around both sides")
    if operator == "/" and left.type != "float32":
        reader.refuse(
            node, "/ is for float32, and this is int32", "// for whole numbers, or float(…) around both sides"
        )
    if operator in ("<<", ">>") and isinstance(right, Number) and not 0 <= right.value < 32:
        reader.refuse(right.node, f"a shift by {right.value} is outside int32's bits", "0 to 31")
    return Binary(left.type, node, operator, left, right)


def read_operand(reader: Reader, node: ast.expr, defined: set[str]) -> Expression:
    value = read_expression(reader, node, defined)
    if value.type == "bool":
        reader.refuse(node, "a truth value is not a number", "`1 if … else 0`")
    return value


def read_condition(reader: Reader, node: ast.expr, defined: set[str]) -> Expression:
    value = read_expression(reader, node, defined)
    if value.type != "bool":
        reader.refuse(node, f"a condition is a comparison, and this is {value.type}", "`x != 0`, and, or, not")
    return value
