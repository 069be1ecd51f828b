"""Expressions: of one type each, which nothing converts but float(…), int(…) and the like."""

import ast
from abc import ABC, abstractmethod
from math import isfinite
from types import FunctionType

from scnn import language
from scnn.compiler.frontend.source import BUFFERS, KINDS, KernelSource
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
    Type,
)
from scnn.exact import float32

__all__ = ["Expressions"]

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
LOOPS = ("range", "lanes", "unrolled", "blocked")
CONVERSIONS: dict[str, tuple[Type, Type]] = {  # from, to
    "float": ("int32", "float32"),
    "int": ("float32", "int32"),
    "sqrt": ("float32", "float32"),
    "float_to_bits": ("float32", "int32"),
    "bits_to_float": ("int32", "float32"),
}


class Expressions(KernelSource, ABC):
    """Reads expressions; `defined` are the names that are sure to have a value there."""

    @abstractmethod
    def parse(self, kernel: FunctionType) -> Function:
        """The typed tree of a kernel that this one calls."""

    def expression(self, node: ast.expr, defined: set[str]) -> Expression:
        match node:
            case ast.Constant(value=bool()) | ast.Constant(value=None) | ast.Constant(value=str()):
                self.refuse(node, f"{node.value!r} is not a number", "numbers such as 1 or 0.5")
            case ast.Constant(value=int() | float() as number):
                return self.constant_of(node, number)
            case ast.Name(id=name):
                return self.name(node, name, defined)
            case ast.Subscript():
                buffer, index, kind = self.element(node, defined)
                return Index(kind, node, buffer, index)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(node, self.expression(left, defined), op, self.expression(right, defined))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.number(operand, defined)
                return Negate(value.type, node, value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not("bool", node, self.condition(operand, defined))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
                one, other = self.number(left, defined), self.number(right, defined)
                self.same(node, one, other)
                return Compare("bool", node, COMPARISONS[type(op)], one, other)
            case ast.Compare():
                self.refuse(
                    node,
                    "this comparison is not part of the kernel language",
                    "two numbers and one of < <= > >= == !=",
                )
            case ast.BoolOp(op=op, values=values):
                operator = "and" if isinstance(op, ast.And) else "or"
                return Logic("bool", node, operator, tuple(self.condition(value, defined) for value in values))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yes, no = self.number(body, defined), self.number(orelse, defined)
                self.same(node, yes, no)
                return Select(yes.type, node, self.condition(test, defined), yes, no)
            case ast.Call():
                return self.call(node, defined)
        words = type(node).__name__.lower()
        raise self.source.error(
            node,
            f"an expression of the kind `{words}` is not part of the kernel language",
            "numbers, names, buffer[index], arithmetic, calls",
        )

    def constant_of(self, node: ast.expr, number: float) -> Number:
        if isinstance(number, int):
            if not -(2**31) <= number < 2**31:
                self.refuse(node, f"{number} is no int32", f"{-(2**31)} to {2**31 - 1}, or a number with a point")
            return Number("int32", node, number)
        if isfinite(number) and not isfinite(float32(number)):
            self.refuse(node, f"{number} is beyond float32", "numbers up to 3.4e38")
        return Number("float32", node, number)

    def name(self, node: ast.Name, name: str, defined: set[str]) -> Expression:
        if name in self.parameters and self.parameters[name].is_buffer:
            self.refuse(node, f"{name} is a buffer, and no number", f"{name}[index]")
        if name in defined:
            return Name(self.types[name], node, name)
        if name in self.types or self.is_assigned(name):
            self.refuse(node, f"{name} may have no value here", f"an assignment to {name} on every way to this line")
        value = self.names.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.constant_of(node, value)
        raise self.source.error(node, f"{name} is not known here", "parameters, locals, and numbers of the module")

    def element(self, node: ast.Subscript, defined: set[str]) -> tuple[str, Expression, Type]:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        if name not in self.parameters or not self.parameters[name].is_buffer:
            self.refuse(node, "only buffers are indexed", "buffer[index], the buffer being a parameter")
        if isinstance(node.slice, ast.Slice | ast.Tuple):
            self.refuse(node, "buffers are flat, and read one element at a time", f"{name}[row * width + column]")
        index = self.expression(node.slice, defined)
        if index.type != "int32":
            self.refuse(node.slice, f"an index is int32, and this is {index.type}", "an int32, such as int(…)")
        return name, index, BUFFERS[self.parameters[name].kind]

    def binary(self, node: ast.AST, left: Expression, op: ast.operator, right: Expression) -> Expression:
        operator = OPERATORS.get(type(op))
        if operator is None:
            self.refuse(node, "this operator is not part of the kernel language", " ".join(OPERATORS.values()))
        for side in (left, right):
            if side.type == "bool":
                self.refuse(side.node, "a truth value is no number", "`1 if … else 0`")
        self.same(node, left, right)
        if operator in INT_ONLY and left.type != "int32":
            self.refuse(node, f"{operator} is for int32, and this is {left.type}", "int(…) around both sides")
        if operator == "/" and left.type != "float32":
            self.refuse(
                node, "/ is for float32, and this is int32", "// for whole numbers, or float(…) around both sides"
            )
        return Binary(left.type, node, operator, left, right)

    def same(self, node: ast.AST, left: Expression, right: Expression) -> None:
        if left.type != right.type:
            self.refuse(node, f"{left.type} and {right.type} do not mix", "float(…) or int(…) around one of them")

    def number(self, node: ast.expr, defined: set[str]) -> Expression:
        value = self.expression(node, defined)
        if value.type == "bool":
            self.refuse(node, "a truth value is no number", "`1 if … else 0`")
        return value

    def condition(self, node: ast.expr, defined: set[str]) -> Expression:
        value = self.expression(node, defined)
        if value.type != "bool":
            self.refuse(node, f"a condition is a comparison, and this is {value.type}", "`x != 0`, and, or, not")
        return value

    def call(self, node: ast.Call, defined: set[str]) -> Expression:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in LOOPS:
            self.refuse(node, f"{name} stands after `for … in` alone", f"`for name in {name}(…)`")
        if name in CONVERSIONS and (name in ("float", "int") or self.means(name, getattr(language, name, None))):
            if len(node.args) != 1 or node.keywords:
                self.refuse(node, f"{name} takes one number", f"{name}(x)")
            value = self.number(node.args[0], defined)
            wanted, given = CONVERSIONS[name]
            if value.type != wanted:
                self.refuse(node, f"{name}(…) takes {wanted}, and this is {value.type}", f"{name} of {wanted}")
            return Convert(given, node, name, value)
        function = self.called(node)
        if function.returns is None:
            self.refuse(node, f"{function.name} returns nothing", "a kernel that ends with `return`")
        arguments = self.arguments(node, function, defined)
        values = tuple(argument for argument in arguments if isinstance(argument, Expression))
        if len(values) != len(arguments):
            self.refuse(node, f"{function.name} is given a buffer", "numbers alone for a kernel that returns a value")
        return Invoke(function.returns, node, function, values)

    def called(self, node: ast.Call) -> Function:
        if not isinstance(node.func, ast.Name):
            self.refuse(node, "only kernels and words of the language are called", "a name and its arguments")
        name = node.func.id
        target = self.names.get(name)
        if name in self.callers:
            self.refuse(node, f"{name} calls itself", "loops: a kernel cannot be recursive")
        if not isinstance(target, FunctionType):
            known = ", ".join(CONVERSIONS)
            self.refuse(node, f"{name} is not known to the compiler", f"kernels, and {known}")
        return self.parse(target)

    def arguments(self, node: ast.Call, function: Function, defined: set[str]) -> list[Expression | str]:
        if node.keywords or len(node.args) != len(function.parameters):
            self.refuse(node, f"{function.name} takes {len(function.parameters)} arguments", "each by its position")
        given: list[Expression | str] = []
        for argument, parameter in zip(node.args, function.parameters, strict=True):
            if parameter.is_buffer:
                name = argument.id if isinstance(argument, ast.Name) else ""
                if name not in self.parameters or self.parameters[name].kind != parameter.kind:
                    self.refuse(
                        argument, f"{parameter.name} of {function.name} is a {parameter.kind}", "such a parameter"
                    )
                given.append(name)
                continue
            value = self.expression(argument, defined)
            if value.type != KINDS[parameter.kind]:
                self.refuse(
                    argument, f"{parameter.name} is {KINDS[parameter.kind]}, and this is {value.type}", "such a value"
                )
            given.append(value)
        return given
