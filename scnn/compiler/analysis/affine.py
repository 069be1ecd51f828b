"""Whole numbers as sums: constant + Σ coefficient · atom. Indices are such sums, and so can be reasoned about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scnn.compiler.wasm.ir import Node

__all__ = ["Affine", "Range", "interval"]

Range = tuple[int, int]  # the least and the largest value


@dataclass(frozen=True)
class Affine:
    """`terms` maps atoms (loop variables, or values not known before the run) to coefficients.

    `lane` is the coefficient of the SIMD lane's number, 0 to 3: a value that is the same in all lanes has 0.
    """

    constant: int = 0
    terms: Mapping[Node, int] = field(default_factory=dict)
    lane: int = 0

    def __add__(self, other: "Affine") -> "Affine":
        terms = dict(self.terms)
        for atom, coefficient in other.terms.items():
            terms[atom] = terms.get(atom, 0) + coefficient
        kept = {atom: coefficient for atom, coefficient in terms.items() if coefficient}
        return Affine(self.constant + other.constant, kept, self.lane + other.lane)

    def __mul__(self, factor: int) -> "Affine":
        if not factor:
            return Affine()
        terms = {atom: coefficient * factor for atom, coefficient in self.terms.items()}
        return Affine(self.constant * factor, terms, self.lane * factor)

    def __sub__(self, other: "Affine") -> "Affine":
        return self + other * -1

    @property
    def is_constant(self) -> bool:
        return not self.terms and not self.lane

    def without_constant(self) -> "Affine":
        return Affine(0, self.terms, self.lane)


def interval(value: Affine, ranges: Mapping[Node, Range]) -> tuple[Range, "Affine"]:
    """The least and largest value of the terms whose ranges are known, and what is left of the others."""
    low = high = value.constant
    rest = {}
    for atom, coefficient in value.terms.items():
        if atom in ranges:
            ends = sorted((coefficient * ranges[atom][0], coefficient * ranges[atom][1]))
            low, high = low + ends[0], high + ends[1]
        else:
            rest[atom] = coefficient
    ends = sorted((0, 3 * value.lane))
    return (low + ends[0], high + ends[1]), Affine(0, rest)
