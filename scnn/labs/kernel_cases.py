"""The tests of a kernel: sizes, and buffers filled with random numbers, as a lab file describes them."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from random import Random

from scnn.compiler.syntax import syntax_tree
from scnn.labs.bench import numbers_from
from scnn.labs.fields import Fields
from scnn.plan import ELEMENT_TYPES

__all__ = ["BufferRule", "Case", "cases_in", "evaluate", "rules_in"]

MAX_CASES = 12
MAX_BUFFERS = 12
MAX_ELEMENTS = 20_000  # of one buffer
MAX_VALUE = 1e6
MAX_EXPRESSION = 200  # characters
MAX_AXES = 5


@dataclass(frozen=True)
class BufferRule:
    """How a buffer is made: its element type, the expressions of its shape, and its values: `uniform` numbers between
    low and high, `integers` from low to high, `zeros`, or `listed`. `constant` says that the kernel must not change
    it."""

    kind: str
    shape: tuple[str, ...]
    fill: str
    low: str
    high: str
    listed: tuple[float, ...]
    constant: bool

    def values(
        self, shape: tuple[int, ...], sizes: Mapping[str, float], random: Random, fields: Fields
    ) -> list[float]:
        count = prod(shape)
        if self.fill == "zeros":
            values: list[float] = [0.0] * count
        elif self.fill == "listed":
            values = [self.listed[at % len(self.listed)] for at in range(count)]
        elif self.fill == "integers":
            low, high = (evaluate(one, sizes, fields) for one in (self.low, self.high))
            values = [low + int(random.random() * (high - low + 1)) for _ in range(count)]
        else:
            values = numbers_from(random, count, float(self.low), float(self.high))
        return values if self.kind == "float32" else [int(value) for value in values]


@dataclass(frozen=True)
class Case:
    """One test: the values of the kernel's sizes and scalars, and how its buffers are made. The numbers are
    random, but those of case `number` are always the same."""

    number: int
    sizes: Mapping[str, float]
    rules: Mapping[str, BufferRule]
    path: str

    @property
    def size_text(self) -> str:
        return ", ".join(f"{name} = {value:g}" for name, value in self.sizes.items()) or "these buffers"

    def shape(self, buffer: str) -> tuple[int, ...]:
        return tuple(evaluate(one, self.sizes, self.fields(buffer)) for one in self.rules[buffer].shape)

    def fields(self, buffer: str) -> Fields:
        """For messages about a buffer."""
        return Fields({}, f"{self.path}.{buffer}")

    @cached_property
    def buffers(self) -> dict[str, tuple[str, list[float]]]:
        """The element type and the values of each buffer."""
        random = Random(f"case {self.number} of a lab")
        return {
            name: (rule.kind, rule.values(self.shape(name), self.sizes, random, self.fields(name)))
            for name, rule in self.rules.items()
        }


def rules_in(fields: Fields) -> dict[str, BufferRule]:
    """`buffers`: {"input": {"shape": ["size"], "from": -1, "to": 1}, …}."""
    given = fields.inner("buffers", "an object with one entry for each buffer of the kernel")
    if not 1 <= len(given.data) <= MAX_BUFFERS:
        fields.refuse("buffers", f"an object with 1 to {MAX_BUFFERS} buffers", given.data)
    return {name: rule_in(given.inner(name)) for name in given.data}


def rule_in(fields: Fields) -> BufferRule:
    kind = fields.choice("type", list(ELEMENT_TYPES), "float32")
    shape = tuple(fields.items("shape", "expressions of sizes", 1, MAX_AXES))
    for one in shape:
        check_expression(one, "shape", fields)
    fill = fields.choice("fill", ["uniform", "integers", "zeros", "listed"], "uniform")
    low, high = "0", "0"
    listed: tuple[float, ...] = ()
    if fill == "uniform":
        low = repr(fields.number("from", -MAX_VALUE, MAX_VALUE, -1.0))
        high = repr(fields.number("to", -MAX_VALUE, MAX_VALUE, 1.0))
    elif fill == "integers":
        low, high = str(fields.take("from", "an expression")), str(fields.take("to", "an expression"))
        check_expression(low, "from", fields)
        check_expression(high, "to", fields)
    elif fill == "listed":
        values = fields.items("values", "numbers", 1, 64)
        listed = tuple(fields.as_number("values", one, -MAX_VALUE, MAX_VALUE) for one in values)
    constant = fields.choice("changed", ["yes", "no"], "yes") == "no"
    fields.finish()
    return BufferRule(kind, tuple(map(str, shape)), fill, low, high, tuple(listed), constant)


def cases_in(fields: Fields, rules: Mapping[str, BufferRule], scalars: Mapping[str, str]) -> list[Case]:
    """`cases`: [{"size": 5}, …], with a value for each size and scalar of the kernel; `scalars` maps them to their
    types."""
    cases = []
    for number, one in enumerate(fields.objects("cases", "objects with the kernel's sizes", 1, MAX_CASES)):
        sizes: dict[str, float] = {}
        for name, kind in scalars.items():
            if kind == "Float32":
                sizes[name] = one.number(name, -MAX_VALUE, MAX_VALUE)
            else:
                sizes[name] = one.integer(name, 0 if kind == "Size" else -int(MAX_VALUE), int(MAX_VALUE))
        one.finish()
        case = Case(number, sizes, rules, fields.at("buffers"))
        for name in rules:
            shape = case.shape(name)
            if min(shape) < 1 or prod(shape) > MAX_ELEMENTS:
                raise fields.error(
                    f"{case.fields(name).path} has the shape {list(shape)} in case {number}; "
                    f"expected 1 to {MAX_ELEMENTS} numbers"
                )
            rule = rules[name]
            if rule.fill == "integers":
                low, high = (evaluate(bound, sizes, case.fields(name)) for bound in (rule.low, rule.high))
                if low > high:
                    raise fields.error(f"{case.fields(name).path} asks for integers from {low} to {high}")
        cases.append(case)
    return cases


def expression_tree(text: str) -> ast.expr:
    """Raises SyntaxError if the text is not one expression."""
    match syntax_tree(text.strip()).body:
        case [ast.Expr(value=expression)]:
            return expression
    raise SyntaxError("not an expression")


def check_expression(value: object, name: str, fields: Fields) -> None:
    expected = 'an expression of sizes such as "height * width", with + - * // and parentheses'
    if not isinstance(value, int | str) or isinstance(value, bool) or len(str(value)) > MAX_EXPRESSION:
        fields.refuse(name, expected, value)
    try:
        tree = expression_tree(str(value))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        fields.refuse(name, expected, value)
    if not all(is_allowed(node) for node in ast.walk(tree)):
        fields.refuse(name, expected, value)


def is_allowed(node: ast.AST) -> bool:
    match node:
        case ast.BinOp() | ast.UnaryOp() | ast.Name() | ast.Load():
            return True
        case ast.Add() | ast.Sub() | ast.Mult() | ast.FloorDiv() | ast.USub():
            return True
        case ast.Constant(value=int()):
            return True
    return False


def evaluate(expression: str, sizes: Mapping[str, float], fields: Fields) -> int:
    """The integer that an expression of sizes gives; it is computed here, and nothing in it is executed."""

    def value(node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int() as number):
                return number
            case ast.Name(id=name) if name in sizes:
                return int(sizes[name])
            case ast.Name(id=name):
                raise fields.error(f"{fields.path}: {name!r:.40} is not a size; expected one of: {', '.join(sizes)}")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=operator, right=right):
                return combined(operator, value(left), value(right))
        raise AssertionError(ast.dump(node))

    def combined(operator: ast.operator, left: int, right: int) -> int:
        if isinstance(operator, ast.FloorDiv) and right == 0:
            raise fields.error(f"{fields.path}: {expression!r} divides by zero")
        match operator:
            case ast.Add():
                result = left + right
            case ast.Sub():
                result = left - right
            case ast.Mult():
                result = left * right
            case _:
                result = left // right
        if abs(result) > MAX_VALUE:
            raise fields.error(f"{fields.path}: {expression!r} is {result}; expected at most {MAX_VALUE:.0f}")
        return result

    return value(expression_tree(expression))
