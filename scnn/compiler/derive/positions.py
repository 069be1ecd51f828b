"""Which elements a nest of loops touches: indices as polynomials in loop variables and sizes.

A polynomial is a table from monomials (names, sorted) to whole coefficients. What is no sum or product, such as `a //
b`, is a name of its own, its text. Sizes are not known here, so a statement about positions holds for all sizes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from scnn.compiler.derive.expressions import multiply, number
from scnn.compiler.derive.printing import text_of_expression
from scnn.compiler.tree import Binary, Expression, Name, Negate, Number, Repeat

__all__ = ["Nest", "apart", "flat", "once", "polynomial", "same_place"]

Monomial = tuple[str, ...]
Polynomial = dict[Monomial, int]
Definitions = Mapping[str, Expression]  # of whole numbers that are assigned once


def polynomial(expression: Expression, definitions: Definitions) -> Polynomial:
    match expression:
        case Number(value=value):
            return {(): int(value)} if value else {}
        case Name(name=text):
            return polynomial(definitions[text], definitions) if text in definitions else {(text,): 1}
        case Negate(operand=operand):
            return times(polynomial(operand, definitions), {(): -1})
        case Binary(operator=operator, left=left, right=right) if operator in "+-*":
            one, other = polynomial(left, definitions), polynomial(right, definitions)
            if operator == "*":
                return times(one, other)
            return plus(one, other if operator == "+" else times(other, {(): -1}))
    return {(text_of_expression(expression),): 1}


def plus(one: Polynomial, other: Polynomial) -> Polynomial:
    total = dict(one)
    for monomial, coefficient in other.items():
        total[monomial] = total.get(monomial, 0) + coefficient
    return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}


def times(one: Polynomial, other: Polynomial) -> Polynomial:
    total: Polynomial = {}
    for first, a in one.items():
        for second, b in other.items():
            total = plus(total, {tuple(sorted(first + second)): a * b})
    return total


def same_place(one: Expression, other: Expression, definitions: Definitions) -> bool:
    """Whether two indices are equal for all sizes and turns."""
    return polynomial(one, definitions) == polynomial(other, definitions)


def apart(one: Polynomial, other: Polynomial) -> bool:
    """Whether two indices differ in all turns, even different ones of the same loops: all coefficients have a common
    divisor, and the constants differ by no multiple of it, as in 2·i and 2·j + 1."""
    difference = one.get((), 0) - other.get((), 0)
    divisor = gcd(*(value for each in (one, other) for monomial, value in each.items() if monomial))
    return difference % divisor != 0 if divisor else difference != 0


@dataclass(frozen=True)
class Nest:
    """Loops that together touch each element of [0, extent) once, one in each iteration."""

    loops: tuple[Repeat, ...]  # from the slowest to the fastest
    extent: Expression


def flat(index: Expression, loops: Sequence[Repeat], definitions: Definitions) -> Nest | None:
    """The loops as a nest that counts the index from 0 up, if they do: ((a·B + b)·C + c) over a, b < B and c < C.

    All of `loops` take part, whatever their order.
    """
    rest = polynomial(index, definitions)
    left = {loop.name: loop for loop in loops}
    if len(left) != len(loops) or any(len(loop.bounds) != 1 for loop in loops):
        return None
    factor: Polynomial = {(): 1}
    ordered: list[Repeat] = []
    while left:
        for variable in left:
            term = times(factor, {(variable,): 1})
            others = {monomial for monomial in rest if variable in monomial}
            if others == set(term) and all(rest[monomial] == term[monomial] for monomial in term):
                break
        else:
            return None
        ordered.insert(0, left.pop(variable))
        rest = plus(rest, times(term, {(): -1}))
        factor = times(factor, polynomial(ordered[0].bounds[0], definitions))
    if rest:
        return None
    extent: Expression = number(1)
    for loop in ordered:
        extent = multiply(extent, loop.bounds[0])
    return Nest(tuple(ordered), extent)


def once(index: Expression, loops: Sequence[Repeat], definitions: Definitions) -> bool:
    """Whether no two turns of the loops have the same index, for any sizes (which are not negative).

    Ordered from the fastest loop to the slowest, with c the factor of a loop's variable and n its turns: each c must
    exceed what the faster loops span together, Σ c·(n - 1). So it is where the difference has no negative term.
    """
    rest = polynomial(index, definitions)
    left = {loop.name: loop for loop in loops}
    if len(left) != len(loops) or any(len(loop.bounds) > 2 for loop in loops):
        return False
    span: Polynomial = {}
    while left:
        for variable in left:
            factor = factor_of(variable, rest)
            if factor is not None and not_negative(plus(factor, times(plus(span, {(): 1}), {(): -1}))):
                break
        else:
            return False
        loop = left.pop(variable)
        turns = polynomial(loop.bounds[-1], definitions)
        if len(loop.bounds) == 2:
            turns = plus(turns, times(polynomial(loop.bounds[0], definitions), {(): -1}))
        span = plus(span, times(factor, plus(turns, {(): -1})))
    return True


def factor_of(variable: str, form: Polynomial) -> Polynomial | None:
    """What the variable is multiplied by, or None where it is not a factor but something else, or not there."""
    factor: Polynomial = {}
    for monomial, value in form.items():
        if monomial.count(variable) > 1 or any(variable in names_in(one) for one in monomial if one != variable):
            return None
        if variable in monomial:
            rest = list(monomial)
            rest.remove(variable)
            factor[tuple(rest)] = value
    return factor or None


def names_in(text: str) -> list[str]:
    """The names in an expression's text."""
    return re.findall(r"[A-Za-z_][\w']*", text)


def not_negative(form: Polynomial) -> bool:
    return all(value >= 0 for value in form.values())
