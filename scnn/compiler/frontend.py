"""The frontend: a kernel's Python source becomes a typed tree, or an error that says what to write instead."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, NoReturn

from scnn import language
from scnn.compiler.errors import KernelError, Source
from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
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
    Parameter,
    Repeat,
    Return,
    Run,
    Select,
    Statement,
    Store,
    Type,
)

__all__ = ["parse"]

BUFFERS: dict[str, Type] = {"Float32Buffer": "float32", "Int32Buffer": "int32", "Uint8Buffer": "int32"}
SCALARS: dict[str, Type] = {"Float32": "float32", "Int32": "int32", "Size": "int32"}
KINDS = {**BUFFERS, **SCALARS}
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


def parse(kernel: Callable[..., object]) -> Function:
    """The typed tree of a kernel and of all kernels that it calls; raises KernelError."""
    return Frontend(kernel, ()).function()


class Frontend:
    """Reads one kernel. `callers` are the names of those being read already: recursion is refused."""

    def __init__(self, kernel: Callable[..., object], callers: tuple[str, ...]) -> None:
        if not isinstance(kernel, FunctionType):
            raise KernelError(f"{kernel!r} is not a function: a kernel is a module-level function")
        self.kernel, self.callers = kernel, (*callers, kernel.__name__)
        lines, first = inspect.getsourcelines(kernel)
        text = textwrap.dedent("".join(lines))
        file = Path(inspect.getsourcefile(kernel) or "?")
        self.source = Source("/".join(file.parts[-2:]), first, tuple(text.splitlines()))
        definition = ast.parse(text).body[0]
        assert isinstance(definition, ast.FunctionDef)
        self.definition = definition
        self.parameters: dict[str, Parameter] = {}
        self.types: dict[str, Type] = {}  # of every local, for good
        self.loops: list[str] = []
        self.returns: Type | None = None

    def refuse(self, node: ast.AST, reason: str, allowed: str) -> NoReturn:
        raise self.source.error(node, reason, allowed)

    def function(self) -> Function:
        arguments = self.definition.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
            self.refuse(self.definition, "a kernel's parameters are plain", "`name: Type`, without defaults or stars")
        if self.definition.decorator_list:
            self.refuse(self.definition.decorator_list[0], "a kernel has no decorators", "a plain function")
        for argument in arguments.args:
            self.parameters[argument.arg] = Parameter(argument.arg, self.kind_of(argument))
        defined = {name for name, parameter in self.parameters.items() if not parameter.is_buffer}
        self.types |= {name: KINDS[self.parameters[name].kind] for name in defined}
        body = self.block(self.definition.body, defined, top=True)
        return Function(self.definition.name, self.source, tuple(self.parameters.values()), tuple(body), self.returns)

    def kind_of(self, argument: ast.arg) -> str:
        annotation = argument.annotation
        kind = annotation.id if isinstance(annotation, ast.Name) else ""
        if kind not in KINDS:
            self.refuse(argument, f"the parameter {argument.arg} has no type of the language", ", ".join(KINDS))
        return kind

    # ----------------------------------------------------------------------------------- statements

    def block(self, nodes: list[ast.stmt], defined: set[str], top: bool = False) -> list[Statement]:
        """The statements of a block; `defined` grows by the names that are sure to have a value after it."""
        statements: list[Statement] = []
        for place, node in enumerate(nodes):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and top and place == 0:
                continue  # the docstring
            if isinstance(node, ast.Return) and not (top and place == len(nodes) - 1):
                self.refuse(node, "a return stands only at the end", "one `return` as the kernel's last statement")
            statements.append(self.statement(node, defined))
        return statements

    def statement(self, node: ast.stmt, defined: set[str]) -> Statement:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return self.assign(node, name, self.expression(value, defined), defined)
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                buffer, index, kind = self.element(target, defined)
                return self.store(node, buffer, index, kind, self.expression(value, defined))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                read = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), target)
                whole = ast.copy_location(ast.BinOp(read, op, value), node)
                return self.assign(node, name, self.expression(whole, defined), defined)
            case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
                buffer, index, kind = self.element(target, defined)
                whole = ast.copy_location(ast.BinOp(target, op, value), node)
                return self.store(node, buffer, index, kind, self.expression(whole, defined))
            case ast.If(test=test, body=body, orelse=orelse):
                condition = self.condition(test, defined)
                in_yes, in_no = set(defined), set(defined)
                yes, no = self.block(body, in_yes), self.block(orelse, in_no)
                defined |= in_yes & in_no
                return Branch(node, condition, tuple(yes), tuple(no))
            case ast.For(target=ast.Name(id=name), iter=ast.Call() as loop, body=body, orelse=[]):
                return self.repeat(node, name, loop, body, defined)
            case ast.Expr(value=ast.Call() as call):
                return self.run(node, call, defined)
            case ast.Return(value=ast.expr() as value):
                result = self.expression(value, defined)
                self.returns = result.type
                return Return(node, result)
            case ast.While():
                self.refuse(node, "a `while` has no bound that is known", "`for … in range(…)`")
            case ast.For():
                self.refuse(
                    node, "this loop is not one over numbers", "`for name in range(…)`, lanes, unrolled, blocked"
                )
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                self.refuse(
                    node, "this assignment is not part of the kernel language", "`name = …` or `buffer[index] = …`"
                )
        words = type(node).__name__.lower()
        raise self.source.error(
            node, f"a statement of the kind `{words}` is not part of the kernel language", "=, if, for, a call"
        )

    def assign(self, node: ast.stmt, name: str, value: Expression, defined: set[str]) -> Assign:
        if name in self.parameters:
            self.refuse(node, f"the parameter {name} cannot be assigned", "a local of another name")
        if name in self.loops:
            self.refuse(node, f"the loop's own {name} cannot be assigned", "a local of another name")
        if value.type == "bool":
            self.refuse(node, "a truth value cannot be kept", "the comparison where it is needed")
        known = self.types.setdefault(name, value.type)
        if known != value.type:
            self.refuse(node, f"{name} is {known}, and this is {value.type}", "float(…), int(…), or another name")
        defined.add(name)
        return Assign(node, name, value)

    def store(self, node: ast.stmt, buffer: str, index: Expression, kind: Type, value: Expression) -> Store:
        if value.type != kind:
            self.refuse(
                node, f"{buffer} holds {kind}, and this is {value.type}", "float(…) or int(…) around the value"
            )
        if self.parameters[buffer].kind == "Uint8Buffer":
            self.refuse(node, f"{buffer} holds bytes, which are only read", "a Float32Buffer or an Int32Buffer")
        return Store(node, buffer, index, value)

    def repeat(self, node: ast.For, name: str, loop: ast.Call, body: list[ast.stmt], defined: set[str]) -> Repeat:
        kind = loop.func.id if isinstance(loop.func, ast.Name) else ""
        most = {"range": 3, "lanes": 2, "unrolled": 1, "blocked": 2}.get(kind)
        if (
            most is None
            or loop.keywords
            or not 1 <= len(loop.args) <= most
            or (kind == "blocked" and len(loop.args) != 2)
        ):
            self.refuse(
                loop,
                "this is not a loop of the kernel language",
                "range(…), lanes(n, by), unrolled(n), blocked(n, by)",
            )
        if name in self.parameters or (name in self.types and name not in self.loop_names()):
            self.refuse(node, f"{name} is in use already", "another name for the loop")
        arguments = [self.expression(argument, defined) for argument in loop.args]
        for argument in arguments:
            if argument.type != "int32":
                self.refuse(argument.node, f"a loop counts in int32, and this is {argument.type}", "a size")
        self.types[name] = "int32"
        self.loops.append(name)
        inner = {*defined, name}
        statements = self.block(body, inner)
        self.loops.remove(name)
        plain = kind in ("range", "unrolled")
        by = None if plain or len(arguments) < 2 else arguments[1]
        bounds = arguments if plain else arguments[:1]
        return Repeat(node, name, kind, tuple(bounds), by, tuple(statements))

    def loop_names(self) -> set[str]:
        """All names that are loops' anywhere in this kernel."""
        loops = [node for node in ast.walk(self.definition) if isinstance(node, ast.For)]
        return {loop.target.id for loop in loops if isinstance(loop.target, ast.Name)} - set(self.loops)

    def run(self, node: ast.Expr, call: ast.Call, defined: set[str]) -> Run:
        function = self.called(call)
        if function.returns is not None:
            self.refuse(call, f"the value of {function.name} goes nowhere", "`name = …` around it")
        return Run(node, function, tuple(self.arguments(call, function, defined)))

    # ---------------------------------------------------------------------------------- expressions

    def expression(self, node: ast.expr, defined: set[str]) -> Expression:
        match node:
            case ast.Constant(value=bool()) | ast.Constant(value=None) | ast.Constant(value=str()):
                self.refuse(node, f"{node.value!r} is not a number", "numbers such as 1 or 0.5")
            case ast.Constant(value=int() as number):
                return Number("int32", node, number)
            case ast.Constant(value=float() as number):
                return Number("float32", node, number)
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

    def name(self, node: ast.Name, name: str, defined: set[str]) -> Expression:
        if name in self.parameters and self.parameters[name].is_buffer:
            self.refuse(node, f"{name} is a buffer, and no number", f"{name}[index]")
        if name in defined:
            return Name(self.types[name], node, name)
        if name in self.types or self.is_assigned(name):
            self.refuse(node, f"{name} may have no value here", f"an assignment to {name} on every way to this line")
        value = self.kernel.__globals__.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Number("int32" if isinstance(value, int) else "float32", node, value)
        raise self.source.error(node, f"{name} is not known here", "parameters, locals, and numbers of the module")

    def is_assigned(self, name: str) -> bool:
        names = [node for node in ast.walk(self.definition) if isinstance(node, ast.Name)]
        return any(node.id == name and isinstance(node.ctx, ast.Store) for node in names)

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

    def means(self, name: str, thing: Any) -> bool:
        return self.kernel.__globals__.get(name) is thing

    def called(self, node: ast.Call) -> Function:
        if not isinstance(node.func, ast.Name):
            self.refuse(node, "only kernels and words of the language are called", "a name and its arguments")
        name = node.func.id
        target = self.kernel.__globals__.get(name)
        if name in self.callers:
            self.refuse(node, f"{name} calls itself", "loops: a kernel cannot be recursive")
        if not isinstance(target, FunctionType):
            known = ", ".join(CONVERSIONS)
            self.refuse(node, f"{name} is not known to the compiler", f"kernels, and {known}")
        return Frontend(target, self.callers).function()

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
