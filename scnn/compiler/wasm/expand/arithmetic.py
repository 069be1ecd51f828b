"""Arithmetic on values: whole numbers as sums as long as they can be, everything else as instructions.

A value is the same in all lanes, or a vector of four; a vector meets what is the same in all lanes by splatting.
"""

from collections.abc import Callable

from scnn.compiler.analysis.affine import Affine, interval
from scnn.compiler.tree import Binary, Type
from scnn.compiler.wasm.expand.routine import RoutineWriter
from scnn.compiler.wasm.expand.values import LANES, Value
from scnn.compiler.wasm.ir import Node
from scnn.float32 import float32

__all__ = ["Arithmetic", "whole"]

FLOAT = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
INT = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "<<": "shl", ">>": "shr_s"}
COMPARE = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


class Arithmetic(RoutineWriter):
    """Makes nodes for operations."""

    # ------------------------------------------------------------------------------- between forms

    def number(self, type: Type, value: float) -> Value:
        if type == "int32":
            return Value("int32", affine=Affine(int(value)))
        return Value("float32", node=self.nodes.f32(float32(value)))

    def scalar(self, value: Value) -> Node:
        """The value as an i32 or f32."""
        if value.constant is not None:
            return self.nodes.i32(int(value.constant))
        if value.affine is not None:
            assert not value.affine.lane
            return self.sum_of(value.affine)
        assert value.node
        return value.node

    def sum_of(self, affine: Affine) -> Node:
        """The sum as nodes, the constant last; the loops' variables stand in the order of the loops, so that
        what does not change in an inner loop is a part of its own."""
        total = None
        for atom, coefficient in sorted(affine.terms.items(), key=lambda term: self.age(term[0])):
            part = atom if coefficient == 1 else self.nodes.make("i32.mul", atom, self.nodes.i32(coefficient))
            total = part if total is None else self.nodes.make("i32.add", total, part)
        if total is None:
            return self.nodes.i32(affine.constant)
        return self.nodes.make("i32.add", total, self.nodes.i32(affine.constant)) if affine.constant else total

    def age(self, atom: Node) -> int:
        """Atoms are numbered as they come: name.7 is younger than name.3."""
        number = str(atom.data).rpartition(".")[2]
        return int(number) if number.isdigit() else 0

    def vector(self, value: Value) -> Node:
        """The value as a v128, the same in all lanes if it was no vector."""
        if value.is_vector:
            assert value.node
            return value.node
        if value.affine is not None and value.affine.lane:
            start = Affine(value.affine.constant, value.affine.terms)
            steps = self.nodes.make("v128.const", data=tuple(lane * value.affine.lane for lane in range(LANES)))
            return self.nodes.make("i32x4.add", self.nodes.make("i32x4.splat", self.sum_of(start)), steps)
        node = self.scalar(value)
        if node.op == "f32.const":
            return self.nodes.make("v128.const", data=(float(str(node.data)),) * LANES)
        if node.op in ("f32.load", "i32.load"):
            return self.nodes.make("v128.load32_splat", *node.arguments, data=node.data, buffer=node.buffer)
        return self.nodes.make("f32x4.splat" if node.type == "f32" else "i32x4.splat", node)

    def mask(self, value: Value) -> Node:
        """A truth value as a v128 of all ones or none."""
        if value.is_vector:
            assert value.node
            return value.node
        splat = self.nodes.make("i32x4.splat", self.scalar(value))
        return self.nodes.make("i32x4.ne", splat, self.nodes.make("v128.const", data=(0,) * LANES))

    def both(self, one: Value, other: Value) -> tuple[bool, Node, Node]:
        """Whether the operation is on vectors, and its operands."""
        if any(value.is_vector or (value.affine is not None and value.affine.lane) for value in (one, other)):
            return True, self.vector(one), self.vector(other)
        return False, self.scalar(one), self.scalar(other)

    # ----------------------------------------------------------------------------------- operations

    def add(self, one: Value, other: Node) -> Value:
        return Value("float32", node=self.nodes.make("f32.add", self.scalar(one), other))

    def negate(self, value: Value) -> Value:
        if value.affine is not None:
            return Value("int32", affine=value.affine * -1)
        if value.is_vector:
            assert value.node
            return Value(
                value.type, node=self.nodes.make("f32x4.neg" if value.type == "float32" else "i32x4.neg", value.node)
            )
        assert value.node
        if self.options.fold and value.node.op == "f32.const":
            return Value("float32", node=self.nodes.f32(-float(str(value.node.data))))
        return Value("float32", node=self.nodes.make("f32.neg", value.node))

    def binary(self, expression: Binary, operator: str, left: Value, right: Value) -> Value:
        if operator in ("min", "max"):
            return self.select(self.compare("<" if operator == "min" else ">", right, left), right, left)
        if left.type == "float32":
            vector, one, other = self.both(left, right)
            folded = self.folded(operator, one, other)
            return Value(
                "float32", node=folded or self.nodes.make(f"f32{'x4' * vector}.{FLOAT[operator]}", one, other)
            )
        one_sum, other_sum = left.affine, right.affine
        if one_sum is not None and other_sum is not None:
            if operator in "+-":
                return Value("int32", affine=one_sum + other_sum if operator == "+" else one_sum - other_sum)
            if operator == "*" and (one_sum.is_constant or other_sum.is_constant):
                factor, sum_ = (one_sum, other_sum) if one_sum.is_constant else (other_sum, one_sum)
                return Value("int32", affine=sum_ * factor.constant)
            if one_sum.is_constant and other_sum.is_constant:
                known = whole(operator, one_sum.constant, other_sum.constant)
                if known is not None:
                    return Value("int32", affine=Affine(known))
        if operator in ("//", "%"):
            return self.divide(expression, operator, left, right)
        vector, one, other = self.both(left, right)
        if vector:
            shape = "v128" if operator in "&|" else "i32x4"
            if operator in ("<<", ">>"):
                other = self.scalar(right)
            return Value("int32", node=self.nodes.make(f"{shape}.{INT[operator]}", one, other))
        node = self.nodes.make(f"i32.{INT[operator]}", one, other)
        limit = right.affine.constant if operator == "&" and right.affine and right.affine.is_constant else -1
        return self.opaque("number", node, (0, limit) if limit >= 0 else None)

    def divide(self, expression: Binary, operator: str, left: Value, right: Value) -> Value:
        """Python's division rounds down: where the remainder's sign is not the divisor's, it is one lower."""
        divisor = right.affine.constant if right.affine is not None and right.affine.is_constant else 0
        if not divisor or left.affine is None or left.affine.lane:
            raise self.error(expression.node, "the divisor is not a constant, or differs from lane to lane", "a size")
        nodes, top, bottom = self.nodes, self.scalar(left), self.nodes.i32(divisor)
        remainder = nodes.make("i32.rem_s", top, bottom)
        off = nodes.make("i32.lt_s" if divisor > 0 else "i32.gt_s", remainder, nodes.i32(0))
        (low, high), unknown = interval(left.affine, self.ranges)
        known = not unknown.terms
        if operator == "%":
            node = nodes.make("i32.add", remainder, nodes.make("i32.mul", off, bottom))
            return self.opaque("rest", node, (0, divisor - 1) if divisor > 0 else (divisor + 1, 0))
        node = nodes.make("i32.sub", nodes.make("i32.div_s", top, bottom), off)
        ends = sorted((low // divisor, high // divisor))
        return self.opaque("quotient", node, (ends[0], ends[1]) if known else None)

    def folded(self, operator: str, one: Node, other: Node) -> Node | None:
        """The result for two constants, rounded as float32 is."""
        if not self.options.fold or one.op != "f32.const" or other.op != "f32.const":
            return None
        a, b = float(str(one.data)), float(str(other.data))
        if operator == "/" and b == 0:
            return None
        results: dict[str, Callable[[], float]] = {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "*": lambda: a * b,
            "/": lambda: a / b,
        }
        return self.nodes.f32(float32(results[operator]()))

    def compare(self, operator: str, left: Value, right: Value) -> Value:
        if left.affine is not None and right.affine is not None:
            (low, high), rest = interval(left.affine - right.affine, self.ranges)
            if not rest.terms:
                known = decided(operator, low, high)
                if known is not None:
                    return Value("bool", constant=known)
        vector, one, other = self.both(left, right)
        shape = "f32" if left.type == "float32" else "i32"
        sign = "_s" if shape == "i32" and operator not in ("==", "!=") else ""
        return Value("bool", node=self.nodes.make(f"{shape}{'x4' * vector}.{COMPARE[operator]}{sign}", one, other))

    def logic(self, operator: str, left: Value, right: Value) -> Value:
        for one, other in ((left, right), (right, left)):
            if one.constant is not None:
                return other if one.constant == (operator == "and") else one
        word = {"and": "and", "or": "or"}[operator]
        if left.is_vector or right.is_vector:
            return Value("bool", node=self.nodes.make(f"v128.{word}", self.mask(left), self.mask(right)))
        return Value("bool", node=self.nodes.make(f"i32.{word}", self.scalar(left), self.scalar(right)))

    def invert(self, value: Value) -> Value:
        if value.constant is not None:
            return Value("bool", constant=not value.constant)
        assert value.node
        return Value("bool", node=self.nodes.make("v128.not" if value.is_vector else "i32.eqz", value.node))

    def select(self, condition: Value, yes: Value, no: Value) -> Value:
        if condition.is_vector or yes.is_vector or no.is_vector:
            node = self.nodes.make("v128.bitselect", self.vector(yes), self.vector(no), self.mask(condition))
            return Value(yes.type, node=node)
        one, other = self.scalar(yes), self.scalar(no)
        node = self.nodes.make("select", one, other, self.scalar(condition), type=one.type)
        return Value("float32", node=node) if yes.type == "float32" else self.opaque("choice", node)

    def convert(self, how: str, value: Value) -> Value:
        lanes = value.is_vector or (value.affine is not None and value.affine.lane != 0)
        if how == "float":
            if value.affine is not None and value.affine.is_constant:
                return Value("float32", node=self.nodes.f32(float32(value.affine.constant)))
            if lanes:
                return Value("float32", node=self.nodes.make("f32x4.convert_i32x4_s", self.vector(value)))
            return Value("float32", node=self.nodes.make("f32.convert_i32_s", self.scalar(value)))
        if how == "abs" and value.type == "int32":
            return self.select(self.compare("<", value, self.number("int32", 0)), self.negate(value), value)
        if how == "abs":
            return Value("float32", node=self.nodes.make("f32x4.abs" if lanes else "f32.abs", self.whole(value)))
        if how == "sqrt":
            return Value("float32", node=self.nodes.make("f32x4.sqrt" if lanes else "f32.sqrt", self.whole(value)))
        if how == "int":
            if lanes:
                return Value("int32", node=self.nodes.make("i32x4.trunc_sat_f32x4_s", self.whole(value)))
            return self.opaque("whole", self.nodes.make("i32.trunc_sat_f32_s", self.whole(value)))
        if how == "float_to_bits":
            if lanes:
                return Value("int32", node=self.whole(value))
            return self.opaque("bits", self.nodes.make("i32.reinterpret_f32", self.whole(value)))
        assert how == "bits_to_float"
        if lanes:
            return Value("float32", node=self.vector(value))
        return Value("float32", node=self.nodes.make("f32.reinterpret_i32", self.scalar(value)))

    def whole(self, value: Value) -> Node:
        assert value.node
        return value.node


def whole(operator: str, one: int, other: int) -> int | None:
    """Python's own result for whole numbers, where there is one that fits."""
    if operator in ("//", "%") and other == 0:
        return None
    if operator in ("<<", ">>") and not 0 <= other < 32:
        return None
    results: dict[str, Callable[[], int]] = {
        "//": lambda: one // other,
        "%": lambda: one % other,
        "&": lambda: one & other,
        "|": lambda: one | other,
        "<<": lambda: one << other,
        ">>": lambda: one >> other,
    }
    known = results[operator]() if operator in results else None
    return known if known is not None and -(2**31) <= known < 2**31 else None


def decided(operator: str, low: int, high: int) -> bool | None:
    """What `difference operator 0` is for a difference from low to high, if it is the same for all."""
    if operator in ("==", "!="):
        outcome = False if low > 0 or high < 0 else True if low == high == 0 else None
        return outcome if outcome is None or operator == "==" else not outcome
    tests: dict[str, Callable[[int], bool]] = {
        "<": lambda d: d < 0,
        "<=": lambda d: d <= 0,
        ">": lambda d: d > 0,
        ">=": lambda d: d >= 0,
    }
    ends = {tests[operator](low), tests[operator](high)}
    return ends.pop() if len(ends) == 1 else None
