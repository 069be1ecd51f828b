"""The sum behind one element: its terms in the order in which the kernel added them, each with its factors."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

from scnn.compiler.analysis.walk import mentions, names_read
from scnn.compiler.reference import STEPS, Programs, Run, Site
from scnn.compiler.reference.arithmetic import (
    bits_of,
    float_of,
    quotient,
    rounded,
    saturated,
    square_root,
    wrapped,
)
from scnn.compiler.trace import Combination, Recording, Step
from scnn.compiler.tree import (
    Assign,
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
    Store,
)

__all__ = ["Factor", "Term", "Total", "evaluate", "total_of"]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


@dataclass(frozen=True)
class Factor:
    """A number in a product: an element of a buffer parameter, or a name or number without an index."""

    name: str
    index: int | None
    value: float


@dataclass(frozen=True)
class Term:
    """What one step added: the product of its factors; `total` is the sum afterwards. In lanes there are several
    sums, which `partial` distinguishes."""

    line: int
    source: str
    sign: str  # + or -
    factors: tuple[Factor, ...]
    value: float
    total: float
    partial: int


@dataclass(frozen=True)
class Total:
    """A sum: its initial value, its terms, how partial sums were combined, and its result."""

    name: str
    start: float
    terms: tuple[Term, ...]
    combination: Combination | None
    value: float


def total_of(recording: Recording, parameter: str, index: int) -> Total | None:
    """The sum that a traced element is, or is computed from; None if there is none. Each step is computed again and
    compared to the bit."""
    steps = recording.steps
    stores = [at for at, step in enumerate(steps) if isinstance(step, Step) and is_store(step, parameter, index)]
    if not stores:
        return None
    last = steps[stores[-1]]
    assert isinstance(last, Step)
    if added(last):
        while len(stores) > 1 and not added(at_step(steps, stores[0])):
            stores.pop(0)
        return total(parameter, steps, stores)
    for name in dict.fromkeys(read.name for read in names_read(last.site.node.value)):
        positions = [at for at, step in enumerate(steps) if isinstance(step, Step) and is_assign(step, name)]
        while positions and not added(at_step(steps, positions[-1])):
            positions.pop()
        sums = []
        for position in reversed(positions):
            if not added(at_step(steps, position)):
                break
            sums.append(position)
        if sums:
            return total(name, steps, sums[::-1])
    return None


def total(name: str, steps: Sequence[Step | Combination], positions: Sequence[int]) -> Total:
    """The sum of the steps at these positions."""
    terms = [term(steps, position) for position in positions]
    first = at_step(steps, positions[0])
    value, start, combination = at_step(steps, positions[-1]).value, before(first), None
    for at in range(positions[0], len(steps)):
        step = steps[at]
        if isinstance(step, Combination) and step.name == name:
            combination, start = step, step.before
            value = step.value if at > positions[-1] else value
    return Total(name, start, tuple(terms), combination, value)


def term(steps: Sequence[Step | Combination], position: int) -> Term:
    step = at_step(steps, position)
    value = step.site.node.value
    amount = evaluate(value.right, step)
    again = before(step) + amount if value.operator == "+" else before(step) - amount
    again = rounded(again) if value.type == "float32" else wrapped(int(again))
    if again != step.value and again == again:
        raise AssertionError(f"internal error: the trace of {step.source!r} gives {again}, and its run {step.value}")
    found = tuple(factor(part, step, steps, position) for part in product(value.right))
    return Term(step.line, step.source, value.operator, found, amount, step.value, step.partial)


def factor(part: Expression, step: Step, steps: Sequence[Step | Combination], position: int) -> Factor:
    if isinstance(part, Index):
        read = step.by_node[id(part)]
        return Factor(read.buffer, read.index, read.value)
    value = evaluate(part, step)
    if isinstance(part, Name):  # a local whose value is an element is shown as the element
        for at in range(position - 1, -1, -1):
            one = steps[at]
            if isinstance(one, Step) and is_assign(one, part.name):
                if isinstance(one.site.node.value, Index) and len(one.reads) == 1 and one.value == value:
                    return Factor(one.reads[0].buffer, one.reads[0].index, value)
                break
    return Factor(ast.unparse(part.node), None, value)


def product(value: Expression) -> list[Expression]:
    if isinstance(value, Binary) and value.operator == "*" and value.type == "float32":
        return [*product(value.left), *product(value.right)]
    return [value]


def added(step: Step) -> bool:
    """Whether a step adds to the previous value, or subtracts from it."""
    node = step.site.node
    if isinstance(node, Assign):
        return adds_to_name(step.site)
    if not isinstance(node.value, Binary) or node.value.operator not in ("+", "-"):
        return False
    read = step.by_node.get(id(node.value.left))
    return read is not None and read.buffer == node.buffer and read.index == step.index


@lru_cache(maxsize=1000)
def adds_to_name(site: Site) -> bool:
    """Whether an assignment is name + x or name - x, where x does not read the name."""
    name, value = site.node.name, site.node.value
    if not isinstance(value, Binary) or value.operator not in ("+", "-"):
        return False
    return isinstance(value.left, Name) and value.left.name == name and not mentions(value.right, {name})


def before(step: Step) -> float:
    """The sum before a step that adds to it."""
    node = step.site.node
    return step.locals[node.name] if isinstance(node, Assign) else step.by_node[id(node.value.left)].value


def is_store(step: Step, parameter: str, index: int) -> bool:
    return isinstance(step.site.node, Store) and step.name == parameter and step.index == index


def is_assign(step: Step, name: str) -> bool:
    return isinstance(step.site.node, Assign) and step.name == name


def at_step(steps: Sequence[Step | Combination], position: int) -> Step:
    step = steps[position]
    assert isinstance(step, Step)
    return step


def evaluate(expression: Expression, step: Step) -> float:
    """The value of a part of a step's expression, computed from the values that the step read."""
    match expression:
        case Number(type, _, value):
            return rounded(value) if type == "float32" else value
        case Name(_, _, name):
            return step.locals[name]
        case Index():
            return step.by_node[id(expression)].value
        case Negate(type, _, operand):
            return -evaluate(operand, step) if type == "float32" else wrapped(-int(evaluate(operand, step)))
        case Binary(type, _, operator, left, right):
            return operation(type, operator, evaluate(left, step), evaluate(right, step))
        case Compare(_, _, operator, left, right):
            return COMPARISONS[operator](evaluate(left, step), evaluate(right, step))
        case Logic(_, _, operator, operands):
            values = (evaluate(operand, step) for operand in operands)
            return all(values) if operator == "and" else any(values)
        case Not(_, _, operand):
            return not evaluate(operand, step)
        case Select(_, _, condition, yes, no):
            return evaluate(yes if evaluate(condition, step) else no, step)
        case Convert(type, _, how, operand):
            return converted(type, how, evaluate(operand, step))
        case Invoke(_, _, function, arguments):
            value = Programs().program(function)(Run(STEPS), *(evaluate(one, step) for one in arguments))
            return float(value) if expression.type == "float32" else int(value)
    raise AssertionError(f"no such expression: {expression}")


def operation(type: str, operator: str, one: float, other: float) -> float:
    if operator in ("min", "max"):
        chosen = other < one if operator == "min" else other > one
        return other if chosen else one
    if type == "float32":
        if operator == "/":
            return quotient(one, other)
        return rounded({"+": one + other, "-": one - other, "*": one * other}[operator])
    a, b = int(one), int(other)
    results: dict[str, Callable[[], int]] = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "//": lambda: a // b,
        "%": lambda: a % b,
        "&": lambda: a & b,
        "|": lambda: a | b,
        "<<": lambda: a << (b & 31),
        ">>": lambda: a >> (b & 31),
    }
    return wrapped(results[operator]())


def converted(type: str, how: str, value: float) -> float:
    if how == "abs":
        return abs(value) if type == "float32" else wrapped(abs(int(value)))
    ways: dict[str, Callable[[], float]] = {
        "float": lambda: rounded(value),
        "int": lambda: saturated(value),
        "sqrt": lambda: square_root(value),
        "float_to_bits": lambda: bits_of(value),
        "bits_to_float": lambda: float_of(int(value)),
    }
    return ways[how]()
