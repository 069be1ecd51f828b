"""The analysis of independence alone: its search against brute force, and its ranges against the operations'
results."""

import ast
from itertools import product
from random import Random

import pytest

from scnn.compiler.analysis.accesses import Access, Accesses
from scnn.compiler.analysis.affine import (
    INT32,
    LANE,
    Affine,
    Atom,
    Range,
    difference,
    hull,
    known_result,
    range_of,
    result_range,
    span,
    wrap,
)
from scnn.compiler.analysis.independence import has_solution, may_be_zero, may_meet
from scnn.compiler.errors import Source
from scnn.compiler.tree import Index, Number

LEAST, MOST = INT32
OPERATORS = ["+", "-", "*", "//", "%", "&", "|", "<<", ">>", "min", "max"]
NUMBERS = [LEAST, LEAST + 1, -(2**16), -33, -7, -2, -1, 0, 1, 2, 5, 31, 32, 40, 2**16, MOST - 1, MOST]


def test_the_search_agrees_with_brute_force() -> None:
    """Small sums of all shapes: whether a target can be reached."""
    random = Random(1)
    for _ in range(3000):
        coefficients = sorted({random.randint(1, 12) for _ in range(random.randint(0, 4))}, reverse=True)
        terms = [(factor, (low := random.randint(-5, 3), low + random.randint(0, 5))) for factor in coefficients]
        target = random.randint(-40, 40)
        values = product(*(range(low, high + 1) for _, (low, high) in terms))
        reached = any(sum(f * v for (f, _), v in zip(terms, one, strict=True)) == target for one in values)
        assert has_solution(target, terms) == reached, (target, terms)


def test_a_search_that_is_too_long_is_no_proof() -> None:
    """The largest number that is not a sum of multiples of 3001 and 3000 (Frobenius) takes 3,000 steps to rule
    out."""
    wide = (0, 10**6)
    assert not has_solution(3001 * 3000 - 3001 - 3000, [(3001, (0, 1000)), (3000, (0, 3000))])
    assert has_solution(3001 * 3000 - 3001 - 3000, [(3001, wide), (3000, wide)])
    assert not has_solution(1, [(4, (-(10**6), 10**6)), (2, (-(10**6), 10**6))])


@pytest.mark.parametrize(
    ("constant", "terms", "expected"),
    [
        (5, [], False),
        (0, [], True),
        (2**32, [], True),
        (2**31, [], False),
        (0, [(2**30, (1, 3))], False),
        (0, [(2**30, (1, 4))], True),
        (0, [(2**30, (1, 64))], True),
        (0, [(2**30, (-4, -1))], True),
        (0, [(-(2**30), (1, 4))], True),
        (2, [(4, (-100, 100))], False),
        (2, [(4, (-100, 100)), (-2, (1, 1))], True),
        (2, [(4, (-100, 100)), (-2, (2, 2))], False),
        (1, [(2, (0, 5)), (-2, (0, 5))], False),
        (0, [(1, (1, 7)), (1, (-9, -8))], False),
        (0, [(1, (1, 8)), (1, (-9, -8))], True),
        (0, [(1, INT32), (-1, INT32), (3, (1, 9))], True),
        (1, [(2, INT32), (2, (0, 1))], False),
    ],
)
def test_multiples_of_the_modulus(constant: int, terms: list[tuple[int, tuple[int, int]]], expected: bool) -> None:
    """Indices that are equal modulo 2³² are the same element."""
    assert may_be_zero(constant, terms) == expected


def test_iterations_that_meet_may_meet() -> None:
    """Small indices of all shapes: the answer is yes wherever two iterations have an element in common."""
    random, apart = Random(3), 0
    small = [0, 0, 1, 1, 2, 3, 5, -1, -2, 2**30, -(2**31)]
    ranges: dict[Atom, Range] = {"shared": (0, 1), "private": (0, 2)}
    for _ in range(1500):
        turns = random.randint(1, 5)
        found = Accesses("turn", {**ranges, "turn": (0, turns - 1)}, {"private"})
        terms: list[dict[Atom, int]] = [{atom: random.choice(small) for atom in found.ranges} for _ in range(2)]
        constants = [random.randint(-3, 6) for _ in range(2)]
        one, other = (
            access(Affine(constant, {atom: factor for atom, factor in sum_.items() if factor}))
            for constant, sum_ in zip(constants, terms, strict=True)
        )

        def elements(which: int, shared: int, turn: int) -> set[int]:
            sum_ = terms[which]  # noqa: B023
            first = constants[which] + sum_["turn"] * turn + sum_["shared"] * shared  # noqa: B023
            return {(first + sum_["private"] * private) % 2**32 for private in range(3)}

        pairs = [(s, t) for s in range(turns) for t in range(turns) if s != t]
        meets = any(elements(0, shared, s) & elements(1, shared, t) for shared in (0, 1) for s, t in pairs)
        assert may_meet(one, other, turns, found) or not meets, (turns, constants, terms)
        apart += not may_meet(one, other, turns, found)
    assert apart > 300


def access(index: Affine) -> Access:
    node = ast.Constant(0)
    return Access(Index("float32", node, "out", Number("int32", node, 0)), Source("", 1, ()), "out", index, True)


def python(operator: str, one: int, other: int) -> int | None:
    match operator:
        case "//" | "%" if other == 0:
            return None
        case "<<":
            return wrap(one * 2 ** (other % 32))
        case ">>":
            return int(one // 2 ** (other % 32))
        case "min" | "max":
            return min(one, other) if operator == "min" else max(one, other)
    found: int = eval(f"({one}) {operator} ({other})")
    return wrap(found)


def test_results_of_known_numbers() -> None:
    """Python's result, wrapped into int32."""
    for operator, one, other in product(OPERATORS, NUMBERS, NUMBERS):
        assert known_result(operator, one, other) == python(operator, one, other), (operator, one, other)


def test_ranges_hold_every_result() -> None:
    """For any two numbers of two ranges, the result is in the range of results."""
    random = Random(2)
    ranges = [(a, b) for a in NUMBERS for b in NUMBERS if a <= b]
    for operator in OPERATORS:
        for _ in range(400):
            left, right = random.choice(ranges), random.choice(ranges)
            low, high = result_range(operator, left, right)
            assert LEAST <= low <= high <= MOST
            ones = [n for n in NUMBERS if left[0] <= n <= left[1]]
            others = [n for n in NUMBERS if right[0] <= n <= right[1]]
            for one, other in product(ones, others):
                result = known_result(operator, one, other)
                assert result is None or low <= result <= high, (operator, left, right, one, other)


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("+", (1, 5), (10, 20), (11, 25)),
        ("-", (1, 5), (10, 20), (-19, -5)),
        ("*", (-2, 5), (-3, 4), (-15, 20)),
        ("//", (-7, 9), (2, 3), (-4, 4)),
        ("//", (-7, 9), (-2, -1), (-9, 7)),
        ("//", (-7, 9), (-1, 1), INT32),
        ("//", (LEAST, 0), (-1, -1), INT32),
        ("%", (0, 3), (5, 9), (0, 3)),
        ("%", (0, 5), (5, 9), (0, 8)),
        ("%", (-9, 9), (1, 7), (0, 6)),
        ("%", (-9, 9), (-7, -2), (-6, 0)),
        ("%", (-9, 9), (0, 7), INT32),
        ("&", INT32, (0, 255), (0, 255)),
        ("&", (0, 7), INT32, (0, 7)),
        ("&", (0, 300), (0, 255), (0, 255)),
        ("&", (-5, 300), (-1, 255), INT32),
        ("<<", (-3, 5), (2, 2), (-12, 20)),
        ("<<", (0, 2**30), (1, 1), INT32),
        ("<<", (1, 1), (0, 3), INT32),
        (">>", (-9, 9), (1, 1), (-5, 4)),
        ("min", (1, 9), (3, 4), (1, 4)),
        ("max", (1, 9), (3, 4), (3, 9)),
        ("|", (0, 1), (0, 1), INT32),
        ("*", (0, 2**16), (0, 2**15), INT32),
    ],
)
def test_ranges_are_narrow(
    operator: str, left: tuple[int, int], right: tuple[int, int], expected: tuple[int, int]
) -> None:
    """The ranges by which the compiler omits checks."""
    assert result_range(operator, left, right) == expected


def test_sums() -> None:
    """Residues add and multiply; a sum's value is known where it cannot wrap."""
    i, j = Affine(0, {"i": 1}), Affine(0, {"j": 1})
    ranges: dict[Atom, Range] = {"i": (0, 9), "j": (-5, 5)}
    sum_ = (i * 3 - j) * 2 + Affine(7)
    assert (sum_.constant, sum_.terms) == (7, {"i": 6, "j": -2})
    assert span(sum_, ranges) == range_of(sum_, ranges) == (-3, 71)
    assert (sum_ - sum_).is_constant and (i - i).terms == {}
    assert range_of(i * 2**28, ranges) == INT32 and span(i * 2**28, ranges) == (0, 9 * 2**28)
    assert (i * 2**31 * 2).is_constant and (Affine(MOST) + Affine(1)).constant == LEAST
    lanes = Affine(5, {LANE: -2, "i": 1})
    assert (lanes.lane, lanes.first_lane.key) == (-2, (i + Affine(5)).key)
    assert span(lanes, ranges) == (-1, 14) and span(Affine(0, {"k": 1}), ranges) == INT32
    assert hull((1, 3), (-2, 2)) == (-2, 3)


def test_differences() -> None:
    """The difference of two int32, where neither sum wraps; of equal sums it is 0 even where both do."""
    i, j, k = (Affine(0, {name: 1}) for name in "ijk")
    ranges: dict[Atom, Range] = {"i": (0, 9), "j": (-5, 5)}
    assert difference(i, j, ranges) == (-5, 14)
    assert difference(i + Affine(3), i, ranges) == (3, 3)
    assert difference(k + Affine(1), k, ranges) == (LEAST - MOST, MOST - LEAST)
    assert difference(k + Affine(1), k + Affine(1), ranges) == (0, 0)
    assert difference(k, i, ranges) == (LEAST - 9, MOST)
    assert difference(i * 2**28, i * 2**28 + Affine(1), ranges) == (LEAST - MOST, MOST - LEAST)
    assert [wrap(n) for n in (2**31, -(2**31) - 1, 2**32, 5)] == [LEAST, MOST, 0, 5]
