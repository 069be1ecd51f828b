"""Statements: a kernel's body, with loops over sizes as they are written."""

import ast
from types import FunctionType

from scnn.compiler.frontend.expressions import Expressions
from scnn.compiler.frontend.source import KINDS
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

__all__ = ["Statements"]


class Statements(Expressions):
    """The uppermost layer: reads a whole kernel."""

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

    def parse(self, kernel: FunctionType) -> Function:
        return Statements(kernel, self.callers).function()

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

    def run(self, node: ast.Expr, call: ast.Call, defined: set[str]) -> Run:
        function = self.called(call)
        if function.returns is not None:
            self.refuse(call, f"the value of {function.name} goes nowhere", "`name = …` around it")
        return Run(node, function, tuple(self.arguments(call, function, defined)))
