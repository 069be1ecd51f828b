"""Whether the iterations (turns) of a loop may run together: none touches an element that another one stores.

The argument. `accesses.py` describes the index of every access as a sum over atoms (`affine.py`), which covers all
values that the index can have. Take a store S in iteration s and any access A to the same buffer in iteration t, with
s = t + δ, δ ≠ 0. They can touch the same element only if S - A ≡ 0 modulo 2³², where

    S - A = constant + c · δ + (c - c') · t + Σ shared + Σ private of S - Σ private of A

and c and c' are the coefficients of the iteration's number. `accesses.py` says which atoms are shared and which are
private: a shared atom has the same value in both iterations, so only the difference of its coefficients counts; a
private one may differ, so it occurs once for each side. Every part is a coefficient times an integer of a known
range. The iterations are independent if there is no integer solution for any multiple of 2³² that the sum can reach,
for δ from 1 to n - 1 and for δ from 1 - n to -1. t and δ are searched independently, although t + δ must be an
iteration, too: this admits more solutions than there are, so "no" stays a proof. `has_solution` also answers yes if
the search is too long. Nothing else lets iterations run together.

All pairs with at least one store are tested; two reads never conflict. The only other thing that can pass from one
iteration to the next is a local name; `reductions.py` refuses every such name that is not a reduction.
"""

from collections.abc import Mapping, Sequence
from math import gcd

from scnn.compiler.analysis.accesses import Access, Accesses, find_accesses
from scnn.compiler.analysis.affine import INT32, Affine, Atom, Range, wrap
from scnn.compiler.errors import KernelError, Source, target
from scnn.compiler.tree import Function, Repeat
from scnn.plan import Buffer

__all__ = ["has_solution", "require_independent"]

SEARCHED = 2000  # the most values that a search for one pair tries
MULTIPLES = 8  # the search gives up if the sum spans more multiples of 2³² than this after the first one
MAX_PAIRS = 30_000  # that are compared: it takes 20 microseconds for each, if no search is needed

Term = tuple[int, Range]  # coefficient, and what it is multiplied with


def require_independent(
    loop: Repeat,
    turns: int,
    function: Function,
    names: Mapping[str, Affine | None],
    buffers: Mapping[str, Buffer],
    ranges: Mapping[Atom, Range],
) -> int:
    """Raises KernelError unless the iterations of a `lanes` or `blocked` loop are independent; for the arguments see
    find_accesses. What is returned is the work that it took: operations followed, and pairs compared."""
    found = find_accesses(loop, turns, function, names, buffers, ranges)
    pairs = 0
    for store in found.found:
        for other in found.found if store.stores else ():
            if other.buffer == store.buffer:
                pairs += 1
                if pairs > MAX_PAIRS:
                    raise too_many_accesses(loop, store, function.source)
                if may_meet(store, other, turns, found):
                    raise meeting(loop, store, other, function.source)
    return found.followed + pairs


def too_many_accesses(loop: Repeat, store: Access, source: Source) -> KernelError:
    return source.error(
        loop.node,
        f"this loop has more than {MAX_PAIRS} pairs of a store and an access to its buffer, too many to compare",
        f"range(…), or fewer stores to {store.at.buffer} in one {loop.kind} loop",
        text=f"turns of {loop.name} run together",
    )


def meeting(loop: Repeat, store: Access, other: Access, source: Source) -> KernelError:
    """The error for a store that may meet another access; labels show both."""

    def line(access: Access) -> str:
        number = access.source.line(access.at.node)
        return f"line {number}" if access.source is source else f"{access.source.file}:{number}"

    verb = "stored" if other.stores else "read"
    labels = [store.source.label(target(store.at.node), "stored here")]
    if store.at is other.at:
        labels = [store.source.label(target(store.at.node), "stored here by more than one turn")]
    else:
        labels.append(other.source.label(target(other.at.node), f"{verb} here by another turn"))
    return source.error(
        loop.node,
        f"the turns of this loop are not independent: an element of {store.at.buffer} that one turn stores at "
        f"{line(store)} may be {verb} by another at {line(other)}",
        f"range(…), or a {loop.kind} loop over what each turn has for itself",
        *labels,
        text=f"turns of {loop.name} run together",
    )


def may_meet(store: Access, other: Access, turns: int, found: Accesses) -> bool:
    """Whether two different iterations may touch the same element, one by the store, the other by `other`."""
    terms: list[Term] = []
    one, two = store.index.terms, other.index.terms
    for atom in {*one, *two}:
        known = found.ranges.get(atom, INT32)
        if atom in found.private:
            terms += [(one.get(atom, 0), known), (-two.get(atom, 0), known)]
        elif atom != found.turn:
            terms.append((wrap(one.get(atom, 0) - two.get(atom, 0)), known))
    step, step_of_other = one.get(found.turn, 0), two.get(found.turn, 0)
    terms.append((wrap(step - step_of_other), (0, turns - 1)))
    constant = store.index.constant - other.index.constant
    distances: tuple[Range, ...] = ((1, turns - 1), (1 - turns, -1)) if turns > 1 else ()
    return any(may_be_zero(constant, [*terms, (step, distance)]) for distance in distances)


def may_be_zero(constant: int, terms: Sequence[Term]) -> bool:
    """Whether constant + Σ coefficient · number can be a multiple of 2³²."""
    merged: dict[int, Range] = {}
    for coefficient, (low, high) in terms:
        if coefficient < 0:
            coefficient, low, high = -coefficient, -high, -low
        if coefficient:
            least, most = merged.get(coefficient, (0, 0))
            merged[coefficient] = least + low, most + high
    ordered = sorted(merged.items(), reverse=True)
    low = constant + sum(coefficient * least for coefficient, (least, _) in ordered)
    high = constant + sum(coefficient * most for coefficient, (_, most) in ordered)
    first, last = -(-low // 2**32), high // 2**32
    if last - first > MULTIPLES:
        return True
    return any(has_solution(multiple * 2**32 - constant, ordered) for multiple in range(first, last + 1))


def has_solution(target: int, terms: Sequence[Term]) -> bool:
    """Whether Σ coefficient · number = target for integers in their ranges. Coefficients are positive, the largest
    first. True also if more than SEARCHED values would have to be tried."""
    below = [(0, 0, 0)]  # for each suffix of the terms: least sum, largest sum, greatest common divisor
    for coefficient, (low, high) in reversed(terms):
        least, most, divisor = below[-1]
        below.append((least + coefficient * low, most + coefficient * high, gcd(divisor, coefficient)))
    below.reverse()
    left = SEARCHED

    def search(index: int, target: int) -> bool:
        nonlocal left
        if target % below[index][2] if index < len(terms) else target:
            return False
        if index == len(terms):
            return True
        coefficient, (low, high) = terms[index]
        least, most, _ = below[index + 1]
        first, last = max(low, -((most - target) // coefficient)), min(high, (target - least) // coefficient)
        for number in range(first, last + 1):
            left -= 1
            if left < 0 or search(index + 1, target - coefficient * number):
                return True
        return False

    return search(0, target)
