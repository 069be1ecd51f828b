"""The chain rule for one expression: how the gradient with respect to its value reaches what it is made of."""

from collections.abc import Callable
from typing import NoReturn

from scnn.compiler.derive.expressions import add, divide, multiply, negate, number, select
from scnn.compiler.frontend import parse
from scnn.compiler.tree import Binary, Compare, Convert, Expression, Function, Index, Invoke, Name, Negate, Select
from scnn.kernels import functions

__all__ = ["Flow", "known_function"]

Contributions = dict[
    Expression, Expression
]  # leaf (a local, or an element of a buffer) → what is added to its gradient


def known_function(function: Function) -> str:
    """`exp` or `log`, where it is the kernel of that name: their derivatives are known."""
    if function.name in ("exp", "log"):
        known = parse(getattr(functions, function.name))
        if (known.parameters, known.body) == (function.parameters, function.body):
            return function.name
    return ""


class Flow:
    """Distributes gradients. `varies` says whether an expression depends on what is differentiated by; `slope` makes
    the derivative of a kernel with a value, by one of its parameters; `refuse` raises for what has no derivative."""

    def __init__(
        self,
        varies: Callable[[Expression], bool],
        slope: Callable[[Invoke, int], Function],
        refuse: Callable[[Expression, str, str], NoReturn],
    ) -> None:
        self.varies, self.slope, self.refuse = varies, slope, refuse

    def contributions(
        self, expression: Expression, gradient: Expression, result: Expression | None = None
    ) -> Contributions:
        """Every leaf that varies, with ∂leaf of it. `result` is where the expression's value is at hand, if it is."""
        if not self.varies(expression):
            return {}
        match expression:
            case Name() | Index():
                return {expression: gradient}
            case Negate(operand=operand):
                return self.contributions(operand, negate(gradient))
            case Binary(operator=operator, left=left, right=right):
                return self.binary(operator, left, right, gradient, result)
            case Select(condition=condition, yes=yes, no=no):
                return chosen(condition, self.contributions(yes, gradient), self.contributions(no, gradient))
            case Convert(how="sqrt", operand=operand):
                return self.contributions(operand, divide(multiply(number(0.5), gradient), result or expression))
            case Convert(how="abs", operand=operand):
                positive = Compare("bool", expression.node, ">", operand, number(0.0))
                return self.contributions(operand, select(positive, gradient, negate(gradient)))
            case Invoke():
                return self.invoked(expression, gradient, result)
        raise AssertionError(f"{expression!r} varies, and has no rule")

    def binary(
        self, operator: str, left: Expression, right: Expression, gradient: Expression, result: Expression | None
    ) -> Contributions:
        match operator:
            case "+":
                return merged(self.contributions(left, gradient), self.contributions(right, gradient))
            case "-":
                return merged(self.contributions(left, gradient), self.contributions(right, negate(gradient)))
            case "*" if left == right:
                return self.contributions(left, multiply(multiply(number(2.0), gradient), left))
            case "*":
                return merged(
                    self.contributions(left, multiply(gradient, right)),
                    self.contributions(right, multiply(gradient, left)),
                )
        if operator in ("min", "max"):
            # what does not vary wins a tie: max(0.0, x) has the gradient 0 at 0, as ReLU has
            sign = ">" if operator == "max" else "<"
            first, other = (left, right) if self.varies(left) else (right, left)
            wins = Compare("bool", left.node, sign, first, other)
            return chosen(wins, self.contributions(first, gradient), self.contributions(other, gradient))
        assert operator == "/", operator
        by_left = self.contributions(left, divide(gradient, right)) if self.varies(left) else {}
        if not self.varies(right):
            return by_left
        if result is not None:
            to_right = divide(multiply(gradient, result), right)
        else:
            to_right = divide(multiply(gradient, left), multiply(right, right))
        return merged(by_left, self.contributions(right, negate(to_right)))

    def invoked(self, call: Invoke, gradient: Expression, result: Expression | None) -> Contributions:
        match known_function(call.function), call.arguments:
            case "exp", (operand,):
                return self.contributions(operand, multiply(gradient, result or call))
            case "log", (operand,):
                return self.contributions(operand, divide(gradient, operand))
        total: Contributions = {}
        for position, argument in enumerate(call.arguments):
            if self.varies(argument):
                slope = Invoke("float32", call.node, self.slope(call, position), call.arguments)
                total = merged(total, self.contributions(argument, multiply(gradient, slope)))
        return total


def merged(one: Contributions, other: Contributions) -> Contributions:
    """A leaf that occurs twice gets the sum."""
    total = dict(one)
    for leaf, gradient in other.items():
        total[leaf] = add(total[leaf], gradient) if leaf in total else gradient
    return total


def chosen(condition: Expression, yes: Contributions, no: Contributions) -> Contributions:
    """What each side of a choice gives its leaves, where it is the one that counts."""
    zero = number(0.0)
    return {leaf: select(condition, yes.get(leaf, zero), no.get(leaf, zero)) for leaf in dict.fromkeys([*yes, *no])}
