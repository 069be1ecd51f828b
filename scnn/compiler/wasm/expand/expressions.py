"""Expressions: a typed tree's expressions come to values, read from and assigned to the names of a copy."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from scnn.compiler.analysis.affine import Affine
from scnn.compiler.options import Options
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
    Statement,
)
from scnn.compiler.wasm.expand.memory import Memory, Site
from scnn.compiler.wasm.expand.values import Cell, Copy, Value
from scnn.compiler.wasm.ir import Node, Set

__all__ = ["Expressions"]


class Expressions(Memory, ABC):
    """Evaluates expressions. A kernel called in one is executed, and so needs the statements of the layer above."""

    def __init__(self, sites: list[Site], options: Options) -> None:
        super().__init__(sites, options)
        self.mutable: set[Node] = set()  # atoms that are set more than once

    @abstractmethod
    def execute(self, statements: Sequence[Statement], copies: list[Copy]) -> None:
        """Executes every statement for each copy before the next one."""

    def evaluate(self, expression: Expression, copy: Copy) -> Value:
        match expression:
            case Number(type, _, value):
                return self.number(type, value)
            case Name(_, _, name):
                return self.read(name, copy)
            case Index(_, _, _, index):
                return self.element(expression, copy, self.evaluate(index, copy))
            case Negate(_, _, operand):
                return self.negate(self.evaluate(operand, copy))
            case Binary(_, _, operator, left, right):
                return self.binary(expression, operator, self.evaluate(left, copy), self.evaluate(right, copy))
            case Compare(_, _, operator, left, right):
                return self.compare(operator, self.evaluate(left, copy), self.evaluate(right, copy))
            case Logic(_, _, operator, operands):
                return self.logic_of(operator, operands, copy)
            case Not(_, _, operand):
                return self.invert(self.evaluate(operand, copy))
            case Select(_, _, condition, yes, no):
                chosen = self.evaluate(condition, copy)
                if chosen.constant is not None:
                    return self.evaluate(yes if chosen.constant else no, copy)
                with self.guard():
                    return self.select(chosen, self.evaluate(yes, copy), self.evaluate(no, copy))
            case Convert(_, _, how, operand):
                return self.convert(how, self.evaluate(operand, copy))
            case Invoke():
                return self.invoke(expression, copy)
        raise AssertionError(f"no such expression: {expression}")

    def logic_of(self, operator: str, operands: Sequence[Expression], copy: Copy) -> Value:
        """and, or: all operands are computed, and so what stands behind the first must not fail."""
        first, *others = operands
        value = self.evaluate(first, copy)
        for other in others:
            with self.guard():
                value = self.logic(operator, value, self.evaluate(other, copy))
        return value

    @contextmanager
    def guard(self) -> Iterator[None]:
        outer, self.guarded = self.guarded, True
        yield
        self.guarded = outer

    def invoke(self, expression: Invoke, copy: Copy) -> Value:
        """A kernel called for its value: executed in place, for this copy alone."""
        function = expression.function
        pairs = zip(function.parameters, expression.arguments, strict=True)
        names: dict[str, Value | Cell] = {p.name: self.kept(p.name, self.evaluate(a, copy)) for p, a in pairs}
        inner = Copy(names, copy.tag, copy.vector, copy.mask)
        self.enter(function, {}, lambda: self.execute(function.body, [inner]))
        result = inner.names["return"]
        assert isinstance(result, Value)
        return result

    # ---------------------------------------------------------------------------------------- names

    def read(self, name: str, copy: Copy) -> Value:
        known = copy.names[name]
        if isinstance(known, Value):
            return known
        node = self.cell(known)
        if known.type == "int32" and not known.vector:
            return Value("int32", affine=Affine(0, {node: 1}))
        return Value(known.type, node=node)

    def assign(self, copy: Copy, name: str, value: Value) -> None:
        known = copy.names.get(name)
        if value.affine is not None and not isinstance(known, Cell) and name in self.frame.once and not copy.mask:
            if self.mutable & value.affine.terms.keys():
                value = self.opaque(name, self.scalar(value))  # what it is now, not what it will be
            copy.names[name] = value
            return
        if not isinstance(known, Cell):
            known = Cell(self.fresh(name + copy.tag), value.type, copy.vector)
            copy.names[name] = known
        node = self.vector(value) if known.vector else self.scalar(value)
        if copy.mask and known.vector:
            node = self.nodes.make("v128.bitselect", node, self.cell(known), copy.mask)
        self.block.append(Set(known.local, node))
        if known.type == "int32" and not known.vector:
            self.mutable.add(self.cell(known))

    def kept(self, name: str, value: Value) -> Value:
        """The value as it is now: what changes later is copied."""
        if value.affine is not None:
            return self.opaque(name, self.scalar(value)) if self.mutable & value.affine.terms.keys() else value
        assert value.node
        if value.node.op.endswith(".const"):
            return value
        local = self.fresh(name)
        self.block.append(Set(local, value.node))
        return replace(value, node=self.nodes.local(local, value.node.type))
