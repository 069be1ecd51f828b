"""Expressions, as Python: whole numbers as one Python expression, and a line for every rounding or check.

An int32 may be represented modulo 2³² as long as only + - * & | << are done to it; it is wrapped ("settled") where
its value counts. An index inside its buffer needs no wrapping, so that the usual one costs a single comparison.
"""

from abc import ABC, abstractmethod
from math import isinf, isnan
from typing import NamedTuple

from scnn.compiler.reference.arithmetic import rounded
from scnn.compiler.reference.writer import Writer
from scnn.compiler.tree import (
    Binary,
    Compare,
    Convert,
    Expression,
    Function,
    Index,
    Invoke,
    Logic,
    Name,
    Negate,
    Not,
    Number,
    Select,
    Store,
    Type,
)

__all__ = ["Code", "Expressions"]

LONG = 12  # operations in one Python expression; a longer one is kept in a variable


class Code(NamedTuple):
    """A Python expression without effects. Where not `settled`, it is the number modulo 2³²."""

    text: str
    settled: bool = True
    size: int = 0


class Expressions(Writer, ABC):
    """Writes expressions in the order in which the language evaluates them: operands from left to right."""

    @abstractmethod
    def called(self, function: Function, varying: frozenset[str] | None) -> str:
        """The program's name for a kernel that this one calls: in one frame, or in several, where `varying` are the
        parameters that may differ between them."""

    def expression(self, expression: Expression) -> Code:
        match expression:
            case Number(type, _, value):
                return Code(literal(type, value))
            case Name(_, _, name):
                return Code(self.read(name))
            case Index():
                return self.element(expression)
            case Negate(type, _, operand):
                inner = self.expression(operand)
                return self.shortened(Code(f"(-{inner.text})", type == "float32", inner.size + 1))
            case Binary():
                return self.binary(expression)
            case Compare(_, _, operator, left, right):
                one, other = self.settled(left), self.settled(right)
                return self.shortened(Code(f"({one.text} {operator} {other.text})", size=one.size + other.size + 1))
            case Logic():
                return self.logic(expression)
            case Not(_, _, operand):
                inner = self.expression(operand)
                return self.shortened(Code(f"(not {inner.text})", size=inner.size + 1))
            case Select():
                return self.select(expression)
            case Convert(_, _, how, operand):
                return self.convert(how, operand)
            case Invoke(_, _, function, arguments):
                values = [self.settled(argument).text for argument in arguments]
                self.mark()
                return self.variable(f"{self.called(function, None)}({', '.join(['X', *values])})")
        raise AssertionError(f"no such expression: {expression}")

    def variable(self, text: str, settled: bool = True) -> Code:
        name = self.fresh("t")
        self.line(f"{name} = {text}")
        return Code(name, settled)

    def shortened(self, code: Code) -> Code:
        return self.variable(code.text, code.settled) if code.size > LONG else code

    def settled(self, expression: Expression) -> Code:
        """The value itself: an int32 in its range."""
        code = self.expression(expression)
        if code.settled:
            return code
        name = self.variable(code.text).text
        self.line(f"if not -2147483648 <= {name} <= 2147483647: {name} = wrapped({name})")
        return Code(name)

    def simple(self, expression: Expression) -> str:
        """The value as a name or a number, which may stand twice."""
        code = self.settled(expression)
        return code.text if code.text.isidentifier() or not code.size else self.variable(code.text).text

    def float32(self, text: str) -> Code:
        """The value rounded to float32."""
        self.line(f"R[0] = {text}")
        return self.variable("R[0]")

    # -------------------------------------------------------------------------------------- elements

    def element(self, expression: Index) -> Code:
        at = self.index(expression, self.expression(expression.index))
        buffer = self.buffers[expression.buffer]
        value = self.variable(f"b{buffer}[{at}]")
        if self.watched:
            self.line(f"W.read({self.site(expression)}, {at}, {value.text})")
        return value

    def index(self, at: Index | Store, code: Code) -> str:
        """The checked index, as a name or a number."""
        number = self.buffers[at.buffer]
        name = code.text if code.text.isidentifier() or code.text.isdigit() else self.variable(code.text).text
        self.mark()
        self.line(f"if not 0 <= {name} < n{number}:")
        with self.indented(at):
            site = self.site(at)
            if code.settled:
                self.line(f"{site}.outside(B{number})")
            else:
                self.line(f"{name} = wrapped({name})")
                self.line(f"if not 0 <= {name} < n{number}: {site}.outside(B{number})")
        return name

    # ------------------------------------------------------------------------------------- operations

    def binary(self, expression: Binary) -> Code:
        operator = expression.operator
        if operator in ("max", "min"):
            one, other = self.simple(expression.left), self.simple(expression.right)
            sign = ">" if operator == "max" else "<"
            return self.variable(f"{other} if {other} {sign} {one} else {one}")
        if expression.type == "float32":
            if operator == "/":
                one, other = self.simple(expression.left), self.simple(expression.right)
                return self.float32(f"{one} / {other} if {other} else quotient({one}, {other})")
            left, right = self.expression(expression.left), self.expression(expression.right)
            return self.float32(f"{left.text} {operator} {right.text}")
        if operator in ("//", "%"):
            one, other = self.settled(expression.left).text, self.simple(expression.right)
            if not other.isdigit() or other == "0":
                self.mark()
                self.line(f"if not {other}: {self.site(expression)}.divided()")
            # -2³¹ // -1 alone leaves int32
            return self.variable(f"{one} {operator} {other}", settled=operator == "%" or other.isdigit())
        if operator == ">>":
            left, right = self.settled(expression.left), self.expression(expression.right)
        else:
            left, right = self.expression(expression.left), self.expression(expression.right)
        shift = " & 31" if operator in ("<<", ">>") else ""
        text = (
            f"({left.text} {operator} ({right.text}{shift}))" if shift else f"({left.text} {operator} {right.text})"
        )
        settled = operator == ">>" or (operator in "&|" and left.settled and right.settled)
        return self.shortened(Code(text, settled, left.size + right.size + 1))

    def logic(self, expression: Logic) -> Code:
        """and, or: an operand is evaluated only where those before it do not decide."""
        first, *others = expression.operands
        result = self.variable(self.expression(first).text)
        for other in others:
            self.line(f"if {'not ' * (expression.operator == 'or')}{result.text}:")
            with self.indented(other):
                self.line(f"{result.text} = {self.expression(other).text}")
        return result

    def select(self, expression: Select) -> Code:
        """The chosen side alone is evaluated."""
        name = self.fresh("t")
        self.line(f"if {self.expression(expression.condition).text}:")
        with self.indented(expression):
            self.line(f"{name} = {self.settled(expression.yes).text}")
        self.line("else:")
        with self.indented(expression):
            self.line(f"{name} = {self.settled(expression.no).text}")
        return Code(name)

    def convert(self, how: str, operand: Expression) -> Code:
        if how == "float":
            return self.float32(self.settled(operand).text)
        value = self.simple(operand)
        if how == "sqrt":
            return self.float32(f"sqrt({value}) if {value} >= 0.0 else nan")
        if how == "abs":
            code = Code(f"abs({value})", operand.type == "float32", 1)
            return self.shortened(code)
        return self.variable(f"{CALLS[how]}({value})")


CALLS = {"int": "saturated", "float_to_bits": "bits_of", "bits_to_float": "float_of"}


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
