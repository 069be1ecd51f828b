"""Integers as linear sums, constant + Σ coefficient · atom, for reasoning about indices.

int32 wraps, and sums are exact modulo 2³²: whatever is added or multiplied by a constant, the sum's residue is the
number's. Its *value* is that of the sum only where the sum, computed without bounds over its atoms' ranges, stays
within int32. `range_of` answers with that range, or with all of int32; nothing else here speaks of values.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

__all__ = [
    "INT32",
    "LANE",
    "LANES",
    "Affine",
    "Atom",
    "Range",
    "difference",
    "hull",
    "known_result",
    "range_of",
    "result_range",
    "span",
    "wrap",
]

Range = tuple[int, int]  # the minimum and the maximum
Atom = Hashable  # a loop variable, or a number that is not known at compile time

INT32: Range = (-(2**31), 2**31 - 1)
LANES = 4  # iterations that run together in a loop over `lanes`
LANE: Atom = "lane"  # the atom whose value is 0, 1, 2, 3 in the four lanes


def wrap(number: int) -> int:
    """The int32 with the number's residue modulo 2³²."""
    return number if -(2**31) <= number < 2**31 else (number + 2**31) % 2**32 - 2**31


@dataclass(frozen=True)
class Affine:
    """`terms` maps atoms to coefficients that are not 0; all numbers are int32."""

    constant: int = 0
    terms: Mapping[Atom, int] = field(default_factory=dict)

    def __add__(self, other: "Affine") -> "Affine":
        if not other.terms:
            return Affine(wrap(self.constant + other.constant), self.terms)
        terms = dict(self.terms)
        for atom, coefficient in other.terms.items():
            terms[atom] = terms.get(atom, 0) + coefficient
        return affine(self.constant + other.constant, terms)

    def __mul__(self, factor: int) -> "Affine":
        return affine(
            self.constant * factor, {atom: coefficient * factor for atom, coefficient in self.terms.items()}
        )

    def __sub__(self, other: "Affine") -> "Affine":
        return self + other * -1

    @property
    def is_constant(self) -> bool:
        return not self.terms

    @property
    def lane(self) -> int:
        """The difference between neighbouring lanes."""
        return self.terms.get(LANE, 0)

    @property
    def first_lane(self) -> "Affine":
        """The sum in lane 0."""
        if LANE not in self.terms:
            return self
        return Affine(self.constant, {atom: factor for atom, factor in self.terms.items() if atom != LANE})

    @property
    def key(self) -> Hashable:
        """Equal for equal sums."""
        return self.constant, frozenset(self.terms.items())


def affine(constant: int, terms: Mapping[Atom, int]) -> Affine:
    wrapped = {atom: wrap(coefficient) for atom, coefficient in terms.items()}
    return Affine(wrap(constant), {atom: coefficient for atom, coefficient in wrapped.items() if coefficient})


def span(value: Affine, ranges: Mapping[Atom, Range]) -> Range:
    """The minimum and maximum of the sum, without wrapping around."""
    low = high = value.constant
    for atom, coefficient in value.terms.items():
        least, most = (0, LANES - 1) if atom == LANE else ranges.get(atom, INT32)
        ends = sorted((coefficient * least, coefficient * most))
        low, high = low + ends[0], high + ends[1]
    return low, high


def range_of(value: Affine, ranges: Mapping[Atom, Range]) -> Range:
    """The range of the int32 that has the sum's residue modulo 2³²."""
    low, high = span(value, ranges)
    return (low, high) if INT32[0] <= low and high <= INT32[1] else INT32


def difference(left: Affine, right: Affine, ranges: Mapping[Atom, Range]) -> Range:
    """The range of left - right, as the exact difference of two int32, which may be outside int32."""
    if all(INT32[0] <= low and high <= INT32[1] for low, high in (span(left, ranges), span(right, ranges))):
        terms = dict(left.terms)
        for atom, coefficient in right.terms.items():
            terms[atom] = terms.get(atom, 0) - coefficient
        return span(Affine(left.constant - right.constant, terms), ranges)
    if left.key == right.key:
        return 0, 0
    (low, high), (bottom, top) = range_of(left, ranges), range_of(right, ranges)
    return low - top, high - bottom


def known_result(operator: str, one: int, other: int) -> int | None:
    """The result of an operation on two int32; None for a division by zero."""
    match operator:
        case "+":
            return wrap(one + other)
        case "-":
            return wrap(one - other)
        case "*":
            return wrap(one * other)
        case "//":
            return wrap(one // other) if other else None
        case "%":
            return one % other if other else None
        case "&":
            return one & other
        case "|":
            return one | other
        case "<<":
            return wrap(one << (other % 32))
        case ">>":
            return one >> (other % 32)
        case "min":
            return min(one, other)
        case "max":
            return max(one, other)
    raise AssertionError(f"no such operator: {operator}")


def result_range(operator: str, left: Range, right: Range) -> Range:
    """The range of the result of an operation on int32 in these ranges; all of int32 if it may wrap around."""
    (low, high), (bottom, top) = left, right
    match operator:
        case "+":
            found = low + bottom, high + top
        case "-":
            found = low - top, high - bottom
        case "*":
            products = [x * y for x in left for y in right]
            found = min(products), max(products)
        case "//" if bottom > 0 or top < 0:
            quotients = [x // y for x in left for y in right]
            found = min(quotients), max(quotients)
        case "%" if bottom > 0:
            found = (low, high) if low >= 0 and high < bottom else (0, top - 1)
        case "%" if top < 0:
            found = bottom + 1, 0
        case "&" if bottom >= 0 or low >= 0:
            found = 0, min(most for least, most in (left, right) if least >= 0)
        case "<<" if 0 <= bottom == top < 32:
            found = low << top, high << top
        case ">>" if 0 <= bottom == top < 32:
            found = low >> top, high >> top
        case "min":
            found = min(low, bottom), min(high, top)
        case "max":
            found = max(low, bottom), max(high, top)
        case _:
            return INT32
    return found if INT32[0] <= found[0] and found[1] <= INT32[1] else INT32


def hull(one: Range, other: Range) -> Range:
    return min(one[0], other[0]), max(one[1], other[1])
