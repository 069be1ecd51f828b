"""Statements: a typed tree is executed, every statement for each copy before the next one."""

from collections.abc import Sequence
from dataclasses import replace

from scnn.compiler.tree import Assign, Branch, Expression, Repeat, Return, Run, Statement, Store, assigned_types
from scnn.compiler.wasm.expand.loops import Loops
from scnn.compiler.wasm.expand.values import Cell, Copy, Value
from scnn.compiler.wasm.ir import If, Set

__all__ = ["Statements"]


class Statements(Loops):
    """The uppermost layer: what it executes writes a routine."""

    def execute(self, statements: Sequence[Statement], copies: list[Copy]) -> None:
        for statement in statements:
            match statement:
                case Assign(_, name, value):
                    for copy in copies:
                        self.assign(copy, name, self.evaluate(value, copy))
                case Store(_, _, index, value):
                    for copy in copies:
                        self.store(statement, copy, self.evaluate(index, copy), self.evaluate(value, copy))
                case Branch():
                    self.branch(statement, copies)
                case Repeat():
                    self.repeat(statement, copies)
                case Run():
                    self.run(statement, copies)
                case Return(_, value):
                    for copy in copies:
                        copy.names["return"] = self.evaluate(value, copy)

    def branch(self, statement: Branch, copies: list[Copy]) -> None:
        conditions = [self.evaluate(statement.condition, copy) for copy in copies]
        if all(condition.constant is not None for condition in conditions):
            for condition, copy in zip(conditions, copies, strict=True):
                self.execute(statement.yes if condition.constant else statement.no, [copy])
            return
        if not any(condition.is_vector for condition in conditions):
            same = all(condition.node is conditions[0].node for condition in conditions)
            for condition, group in (
                [(conditions[0], copies)] if same else zip(conditions, [[c] for c in copies], strict=True)
            ):
                self.either(statement, condition, group)
            return
        for condition, copy in zip(conditions, copies, strict=True):
            mask, outer = self.mask(condition), copy.mask
            self.predeclare(statement, copy)
            for statements, chosen in ((statement.yes, mask), (statement.no, self.nodes.make("v128.not", mask))):
                if statements:
                    local = self.fresh("mask")
                    both = self.nodes.make("v128.and", outer, chosen) if outer else chosen
                    self.block.append(Set(local, both))
                    copy.mask = self.nodes.local(local, "v128")
                    self.execute(statements, [copy])
            copy.mask = outer

    def either(self, statement: Branch, condition: Value, copies: list[Copy]) -> None:
        for copy in copies:
            self.predeclare(statement, copy)
        blocks = []
        for statements in (statement.yes, statement.no):
            with self.into() as block:
                inner = [replace(copy, names=dict(copy.names)) for copy in copies]
                self.execute(statements, inner)
            blocks.append(block)
        self.block.append(If(self.scalar(condition), *blocks))

    def predeclare(self, statement: Branch, copy: Copy) -> None:
        """Gives names that both sides assign one local, so that what follows can read it."""
        types = assigned_types(statement.yes)
        for name in types.keys() & assigned_types(statement.no).keys():
            if name not in copy.names:
                copy.names[name] = Cell(self.fresh(name + copy.tag), types[name], copy.vector)

    def run(self, statement: Run, copies: list[Copy]) -> None:
        """A kernel called as a statement: its names are its own, its buffers the caller's."""
        function = statement.function
        pairs = list(zip(function.parameters, statement.arguments, strict=True))
        buffers = {p.name: self.frame.buffers[a] for p, a in pairs if isinstance(a, str)}
        inner = []
        for copy in copies:
            names: dict[str, Value | Cell] = {
                p.name: self.kept(p.name, self.evaluate(a, copy)) for p, a in pairs if isinstance(a, Expression)
            }
            inner.append(Copy(names, copy.tag, copy.vector, copy.mask))
        self.enter(function, buffers, lambda: self.execute(function.body, inner))
