"""Slices of a kernel: which turns of its loops can store to given elements, so that the others need not run.

A store's index is followed as a sum: constant + Σ coefficient · loop variable. When a loop begins, the variables of
the loops around it are known and those inside it have known ranges; so it is known which of its turns can reach an
element. Loops that carry a name from turn to turn run whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scnn.compiler.tree import (
    Assign,
    Binary,
    Branch,
    Expression,
    Function,
    Name,
    Negate,
    Number,
    Repeat,
    Run,
    Statement,
    Store,
    assignments,
)

__all__ = ["Slices"]


@dataclass(frozen=True)
class Sum:
    """An integer: constant + Σ coefficient · loop variable, with the loops by their identity."""

    constant: int
    terms: Mapping[int, int]

    def plus(self, other: "Sum", sign: int = 1) -> "Sum":
        terms = dict(self.terms)
        for loop, factor in other.terms.items():
            terms[loop] = terms.get(loop, 0) + sign * factor
        return Sum(self.constant + sign * other.constant, terms)

    def times(self, factor: int) -> "Sum":
        return Sum(self.constant * factor, {loop: factor * one for loop, one in self.terms.items()})


@dataclass(frozen=True)
class Access:
    """A store: its buffer parameter, its index if that is a known sum, and the loops around it, outermost first."""

    buffer: str
    index: Sum | None
    loops: tuple[int, ...]


class Slices:
    """The slices of one kernel for given sizes; `numbers` are its parameters that are no buffers."""

    def __init__(self, function: Function, numbers: Mapping[str, float]) -> None:
        self.ranges: dict[int, range] = {}
        self.whole: set[int] = set()  # the loops all of whose iterations run
        self.grouped: set[int] = set()  # loops over lanes and blocked loops
        self.accesses: list[Access] = []
        self.around: dict[int, list[tuple[str, Sum | None, list[tuple[int, int]], tuple[int, ...]]]] = {}
        self.known: dict[tuple[int, int, range, int], frozenset[int]] = {}
        names: dict[str, Sum | None] = {
            name: Sum(value, {}) if isinstance(value, int) else None for name, value in numbers.items()
        }
        self.follow(function.body, names, set(numbers), ())

    def follow(
        self, statements: Sequence[Statement], names: dict[str, Sum | None], defined: set[str], loops: tuple[int, ...]
    ) -> None:
        """Walks statements; `defined` are the names that definitely have a value."""
        for statement in statements:
            match statement:
                case Assign(_, name, value):
                    names[name] = self.sum_of(value, names)
                    defined.add(name)
                case Store(_, buffer, index, _):
                    self.accesses.append(Access(buffer, self.unwrapped(self.sum_of(index, names)), loops))
                case Run():
                    self.whole.update(loops)  # its stores are not analysed
                case Branch(_, _, yes, no):
                    in_yes, in_no = set(defined), set(defined)
                    self.follow(yes, names, in_yes, loops)
                    self.follow(no, names, in_no, loops)
                    defined |= in_yes & in_no
                    names.update({assign.name: None for assign in assignments([statement])})
                case Repeat():
                    self.loop(statement, names, defined, loops)

    def loop(self, loop: Repeat, names: dict[str, Sum | None], defined: set[str], loops: tuple[int, ...]) -> None:
        bounds = [self.sum_of(bound, names) for bound in loop.bounds]
        known = [bound.constant for bound in bounds if bound is not None and not any(bound.terms.values())]
        changed = {assign.name for assign in assignments(loop.body)}
        if changed & defined or len(known) < len(bounds):
            self.whole.add(id(loop))
        if loop.kind in ("lanes", "blocked"):
            self.grouped.add(id(loop))
        if len(known) == len(bounds):
            self.ranges[id(loop)] = range(*known)
        inner: dict[str, Sum | None] = {**names, **dict.fromkeys(changed & defined)}
        inner[loop.name] = Sum(0, {id(loop): 1}) if id(loop) in self.ranges else None
        self.follow(loop.body, inner, {*defined, loop.name}, (*loops, id(loop)))
        names.update(dict.fromkeys(changed))

    def unwrapped(self, index: Sum | None) -> Sum | None:
        """The sum, or None if it may wrap around in int32."""
        if index is None:
            return None
        low, high = span([(factor, self.ranges[loop]) for loop, factor in index.terms.items() if self.ranges[loop]])
        inside = -(2**31) <= index.constant + low <= index.constant + high < 2**31
        return index if inside else None

    def sum_of(self, expression: Expression, names: Mapping[str, Sum | None]) -> Sum | None:
        match expression:
            case Number("int32", _, value):
                return Sum(int(value), {})
            case Name("int32", _, name):
                return names.get(name)
            case Negate("int32", _, operand):
                inner = self.sum_of(operand, names)
                return inner and inner.times(-1)
            case Binary("int32", _, "+" | "-" | "*" as operator, left, right):
                one, other = self.sum_of(left, names), self.sum_of(right, names)
                if one is None or other is None:
                    return None
                if operator != "*":
                    return one.plus(other, 1 if operator == "+" else -1)
                if not any(other.terms.values()):
                    return one.times(other.constant)
                return None if any(one.terms.values()) else other.times(one.constant)
        return None

    def turns(
        self, loop: int, numbers: range, targets: Mapping[str, Iterable[int]], current: Mapping[int, int]
    ) -> list[int] | None:
        """The iterations of a loop that can store to a target, by buffer parameter; None for all. `current` contains
        the variables of the surrounding loops."""
        if loop in self.whole:
            return None
        if loop not in self.around:
            self.around[loop] = [self.access_from(loop, access) for access in self.accesses if loop in access.loops]
        found: set[int] = set()
        for buffer, index, outer, inner in self.around[loop]:
            if buffer in targets:
                if index is None:
                    return None
                fixed = index.constant
                for one, factor in outer:
                    fixed += factor * current[one]
                for element in targets[buffer]:
                    found |= self.reaching(index, loop, numbers, element - fixed, inner)
        return sorted(found, reverse=numbers.step < 0)

    def access_from(
        self, loop: int, access: Access
    ) -> tuple[str, Sum | None, list[tuple[int, int]], tuple[int, ...]]:
        """A store as a loop around it sees it: its buffer, its index, the terms of the loops outside, the loops
        inside. The index is None where it cannot be known when the loop begins."""
        position = access.loops.index(loop)
        outer, inner = access.loops[:position], access.loops[position + 1 :]
        unknown = any(one not in self.ranges for one in inner) or self.grouped & self.whole & set(outer)
        terms = access.index.terms if access.index else {}
        return (
            access.buffer,
            None if unknown else access.index,
            [(one, terms[one]) for one in outer if terms.get(one)],
            inner,
        )

    def reaching(self, index: Sum, loop: int, numbers: range, left: int, inner: tuple[int, ...]) -> frozenset[int]:
        """The turns of a loop that some turns of the loops inside it complete to the sum `left`."""
        key = (id(index), loop, numbers, left)
        if key not in self.known:
            parts = [(index.terms.get(one, 0), self.ranges[one]) for one in inner]
            parts.sort(key=lambda part: abs(part[0]))
            factor = index.terms.get(loop, 0)
            self.known[key] = frozenset(
                one for one in candidates(factor, numbers, left, parts) if can_reach(left - factor * one, parts)
            )
        return self.known[key]


Part = tuple[int, range]  # a coefficient, and the values of its variable


def can_reach(left: int, parts: Sequence[Part]) -> bool:
    """Whether Σ coefficient · variable is `left` for some values. The largest coefficient is last: it leaves few."""
    if not parts:
        return left == 0
    *others, (factor, numbers) = parts
    return any(can_reach(left - factor * one, others) for one in candidates(factor, numbers, left, others))


def candidates(factor: int, numbers: range, left: int, others: Sequence[Part]) -> Sequence[int]:
    """The values of one variable for which the range of the other parts includes what is left."""
    if not numbers or any(not turns for _, turns in others):
        return ()
    low, high = span(others)
    if not factor:
        return numbers if low <= left <= high else ()
    first, last = sorted((factor * numbers[0], factor * numbers[-1]))
    if left - high > last or left - low < first:
        return ()
    if factor < 0:
        low, high, left, factor = -high, -low, -left, -factor
    least, most = -((high - left) // factor), (left - low) // factor
    return [one for one in range(least, most + 1) if one in numbers]


def span(parts: Sequence[Part]) -> tuple[int, int]:
    """The least and the largest Σ coefficient · variable."""
    low = high = 0
    for factor, turns in parts:
        ends = sorted((factor * turns[0], factor * turns[-1]))
        low, high = low + ends[0], high + ends[1]
    return low, high
