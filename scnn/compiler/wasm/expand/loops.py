"""Loops: their turns one after the other, written out, or together as copies and in lanes, as each loop asks.

A loop over lanes may carry sums from turn to turn; each lane then has a partial sum, and they are added at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from scnn.compiler.analysis.affine import Affine
from scnn.compiler.analysis.independence import require_independent
from scnn.compiler.tree import Expression, Repeat
from scnn.compiler.wasm.expand.expressions import Expressions
from scnn.compiler.wasm.expand.values import LANES, Cell, Copy
from scnn.compiler.wasm.ir import Loop, Set

__all__ = ["Loops"]

WRITTEN_OUT = 16  # the most turns that are: beyond it the code grows, and nothing is won

Sums = dict[str, list[list[Cell]]]  # name → copy → group


class Loops(Expressions):
    """Executes loops; their bodies are executed by the layer above."""

    def repeat(self, loop: Repeat, copies: list[Copy]) -> None:
        bounds = [self.constant(bound, copies) for bound in loop.bounds]
        if len(bounds) == 3 and not bounds[2]:
            raise self.error(loop.node, "a loop by steps of 0 has no end", "a step that is not 0")
        numbers = range(*bounds)
        kind = loop.kind if getattr(self.options, loop.kind, True) else "range"
        if kind in ("lanes", "blocked"):
            carried = require_independent(loop, self.frame, copies[0], self.ranges)
            if kind == "lanes":
                self.lanes(loop, len(numbers), copies, carried)
            else:
                self.blocked(loop, len(numbers), copies)
        elif kind == "unrolled" and len(numbers) <= WRITTEN_OUT:
            for number in numbers:
                self.turn(loop, [number], Affine(number), copies, vector=False)
        else:
            self.over(loop, numbers, lambda at: self.turn(loop, [0], at, copies, vector=False))

    def constant(self, bound: Expression, copies: list[Copy]) -> int:
        value = self.evaluate(bound, copies[0])
        if value.affine is None or not value.affine.is_constant:
            raise self.error(bound.node, "a loop's bound is not constant", "sizes, and arithmetic on them")
        return value.affine.constant

    def over(self, loop: Repeat, numbers: range, body: Callable[[Affine], None]) -> None:
        """The body once for all the numbers, in a loop; or as it is, where there is one alone."""
        if len(numbers) == 1:
            body(Affine(numbers[0]))
        elif len(numbers) > 1:
            local = self.fresh(loop.name)
            atom = self.nodes.local(local, "i32")
            self.ranges[atom] = (min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1]))
            with self.into() as block:
                body(Affine(0, {atom: 1}))
            self.block.append(Loop(local, numbers[0], numbers[-1] + numbers.step, numbers.step, block))

    def turn(self, loop: Repeat, shifts: Sequence[int], at: Affine, copies: list[Copy], vector: bool) -> None:
        """One pass through the body, `shifts` telling the turns that run together, counted from `at`."""
        tagged = len(shifts) > 1
        if shifts == [at.constant] and at.is_constant:
            shifts = [0]
        inner = [
            copy.turned(
                loop.name, replace(at + Affine(shift), lane=int(vector)), f".{shift}" if tagged else "", vector
            )
            for copy in copies
            for shift in shifts
        ]
        self.execute(loop.body, inner)

    def blocked(self, loop: Repeat, count: int, copies: list[Copy]) -> None:
        assert loop.by
        by = self.constant(loop.by, copies)
        whole = count // by * by
        self.over(loop, range(0, whole, by), lambda at: self.turn(loop, range(by), at, copies, vector=False))
        if whole < count:
            self.turn(loop, range(count - whole), Affine(whole), copies, vector=False)

    def lanes(self, loop: Repeat, count: int, copies: list[Copy], carried: Sequence[str]) -> None:
        """Groups of `by` turns as vectors, then of four, then what is left one by one, yet together."""
        by = self.constant(loop.by, copies) if loop.by else LANES
        if by < LANES or by % LANES:
            raise self.error(loop.node, f"{by} turns are no whole vectors", "a multiple of 4")
        whole = count // by * by
        vectors = count // LANES * LANES
        sums = self.begin_sums(carried, copies, min(by, vectors) // LANES)
        for numbers, width in ((range(0, whole, by), by), (range(whole, vectors, LANES), vectors - whole)):
            if len(numbers) and width:
                groups = range(0, width, LANES)
                steps = numbers if width == by else range(numbers.start, numbers.start + 1)
                self.over(loop, steps, partial(self.vectors, loop, groups, copies, sums))
        self.end_sums(sums, copies)
        if vectors < count:
            self.turn(loop, range(count - vectors), Affine(vectors), copies, vector=False)

    def vectors(self, loop: Repeat, groups: range, copies: list[Copy], sums: Sums, at: Affine) -> None:
        inner = []
        for number, copy in enumerate(copies):
            for shift in groups:
                turned = copy.turned(loop.name, replace(at + Affine(shift), lane=1), f".{shift}", vector=True)
                for name, cells in sums.items():
                    turned.names[name] = cells[number][shift // LANES]
                inner.append(turned)
        self.execute(loop.body, inner)

    def begin_sums(self, carried: Sequence[str], copies: list[Copy], groups: int) -> Sums:
        """For each sum that the loop adds to, a vector of partial sums for each copy and group, at zero."""
        sums: Sums = {}
        for name in carried:
            sums[name] = []
            for copy in copies:
                cells = [Cell(self.fresh(name + copy.tag), "float32", vector=True) for _ in range(groups)]
                zero = self.nodes.make("v128.const", data=(0.0,) * LANES)
                self.block += [Set(cell.local, zero) for cell in cells]
                sums[name].append(cells)
        return sums

    def end_sums(self, sums: Sums, copies: list[Copy]) -> None:
        """Adds the groups in their order, then the lanes as (0 + 1) + (2 + 3), then that to what was there."""
        for name, per_copy in sums.items():
            for copy, cells in zip(copies, per_copy, strict=True):
                if cells:
                    total = self.cell(cells[0])
                    for cell in cells[1:]:
                        total = self.nodes.make("f32x4.add", total, self.cell(cell))
                    lane = [self.nodes.make("f32x4.extract_lane", total, data=number) for number in range(LANES)]
                    low, high = (self.nodes.make("f32.add", lane[k], lane[k + 1]) for k in (0, 2))
                    self.assign(copy, name, self.add(self.read(name, copy), self.nodes.make("f32.add", low, high)))
