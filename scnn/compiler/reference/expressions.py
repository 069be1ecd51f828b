"""Expressions, as Python: whole numbers as one Python expression, and a line for every rounding or check. They are
written in the order in which the language evaluates them: operands from left to right.

An int32 may be represented modulo 2³² as long as only + - * & | << are done to it; it is wrapped ("settled") where
its value counts. An index inside its buffer needs no wrapping, so that the usual one costs a single comparison.
"""

from math import isinf, isnan

from scnn.compiler.reference.arithmetic import rounded
from scnn.compiler.reference.writer import Code, Writer
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
    Type,
)

__all__ = ["literal", "settled", "write_expression"]

CALLS = {"int": "saturated", "float_to_bits": "bits_of", "bits_to_float": "float_of"}


def write_expression(writer: Writer, expression: Expression) -> Code:
    match expression:
        case Number(type, _, value):
            return Code(literal(type, value))
        case Name(_, _, name):
            return Code(writer.read(name))
        case Index():
            return writer.rules.element(writer, expression)
        case Negate(type, _, operand):
            inner = write_expression(writer, operand)
            return writer.shortened(Code(f"(-{inner.text})", type == "float32", inner.size + 1))
        case Binary():
            return binary(writer, expression)
        case Compare(_, _, operator, left, right):
            one, other = settled(writer, left), settled(writer, right)
            return writer.shortened(Code(f"({one.text} {operator} {other.text})", size=one.size + other.size + 1))
        case Logic():
            return logic(writer, expression)
        case Not(_, _, operand):
            inner = write_expression(writer, operand)
            return writer.shortened(Code(f"(not {inner.text})", size=inner.size + 1))
        case Select():
            return select(writer, expression)
        case Convert(_, _, how, operand):
            return convert(writer, how, operand)
        case Invoke(_, _, function, arguments):
            values = [settled(writer, argument).text for argument in arguments]
            writer.mark()
            return writer.variable(writer.call(writer.called(function, None), *values))
    raise AssertionError(f"no such expression: {expression}")


def settled(writer: Writer, expression: Expression) -> Code:
    """The value itself: an int32 in its range."""
    code = write_expression(writer, expression)
    if code.settled:
        return code
    name = writer.variable(code.text).text
    writer.line(f"if not -2147483648 <= {name} <= 2147483647: {name} = wrapped({name})")
    return Code(name)


def simple(writer: Writer, expression: Expression) -> str:
    """The value as a name or a number, which may stand twice."""
    code = settled(writer, expression)
    return code.text if code.text.isidentifier() or not code.size else writer.variable(code.text).text


def binary(writer: Writer, expression: Binary) -> Code:
    operator = expression.operator
    if operator in ("max", "min"):
        one, other = simple(writer, expression.left), simple(writer, expression.right)
        sign = ">" if operator == "max" else "<"
        return writer.variable(f"{other} if {other} {sign} {one} else {one}")
    if operator == "/":
        one, other = simple(writer, expression.left), simple(writer, expression.right)
        return writer.rules.float32(writer, f"{one} / {other} if {other} else quotient({one}, {other})")
    if operator in ("//", "%"):
        return divide(writer, expression)
    left = settled(writer, expression.left) if operator == ">>" else write_expression(writer, expression.left)
    right = write_expression(writer, expression.right)
    if expression.type == "float32":
        return writer.rules.operation(writer, left, operator, right)
    shift = " & 31" if operator in ("<<", ">>") else ""
    text = f"({left.text} {operator} ({right.text}{shift}))" if shift else f"({left.text} {operator} {right.text})"
    in_range = operator == ">>" or (operator in "&|" and left.settled and right.settled)
    return writer.shortened(Code(text, in_range, left.size + right.size + 1))


def divide(writer: Writer, expression: Binary) -> Code:
    """// and %, which stop the program if the divisor is 0."""
    operator = expression.operator
    one, other = settled(writer, expression.left).text, simple(writer, expression.right)
    if not other.isdigit() or other == "0":
        writer.mark()
        writer.line(f"if not {other}: {writer.site(expression)}.divided()")
    # -2³¹ // -1 alone leaves int32
    return writer.variable(f"{one} {operator} {other}", settled=operator == "%" or other.isdigit())


def logic(writer: Writer, expression: Logic) -> Code:
    """and, or: an operand is evaluated only where those before it do not decide."""
    first, *others = expression.operands
    result = writer.variable(write_expression(writer, first).text)
    for other in others:
        writer.line(f"if {'not ' * (expression.operator == 'or')}{result.text}:")
        with writer.indented(other):
            writer.line(f"{result.text} = {write_expression(writer, other).text}")
    return result


def select(writer: Writer, expression: Select) -> Code:
    """The chosen side alone is evaluated."""
    name = writer.fresh("t")
    writer.line(f"if {write_expression(writer, expression.condition).text}:")
    with writer.indented(expression):
        writer.line(f"{name} = {settled(writer, expression.yes).text}")
    writer.line("else:")
    with writer.indented(expression):
        writer.line(f"{name} = {settled(writer, expression.no).text}")
    return Code(name)


def convert(writer: Writer, how: str, operand: Expression) -> Code:
    if how == "float":
        return writer.rules.float32(writer, settled(writer, operand).text)
    value = simple(writer, operand)
    if how == "sqrt":
        return writer.rules.float32(writer, f"sqrt({value}) if {value} >= 0.0 else nan")
    if how == "abs":
        return writer.shortened(Code(f"abs({value})", operand.type == "float32", 1))
    return writer.variable(f"{CALLS[how]}({value})")


def literal(type: Type, value: float) -> str:
    """A number as Python's text; a float is rounded to float32 where it stands."""
    if type == "int32":
        return f"({int(value)})" if value < 0 else f"{int(value)}"
    number = rounded(value)
    if isnan(number):
        return "nan"
    if isinf(number):
        return "inf" if number > 0 else "(-inf)"
    return f"({number!r})" if str(number).startswith("-") else repr(number)
