"""Times: how long one call takes, and what each source line has to do with it.

A line is timed by removal: the kernel runs with and without the statements of the optimised IR that come from the
line (a removed assignment leaves its local at 0; loops, and the branches around, stay). The difference is what the
line costs where it stands. Differences do not add up to the whole: lines overlap in the processor, and what a removed
line alone needed is dead code to the host's own compiler. A twin of the whole kernel is timed as a line is: how far
it is from the kernel itself is the noise. A line without which the kernel stops, or one that has a loop's head alone,
has no time. All variants are run in turn, and the shortest time of each counts.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

from scnn.compiler.explain.lines import MappedLine
from scnn.compiler.explain.operations import count
from scnn.compiler.explain.stages import Stages
from scnn.compiler.wasm.binary import module
from scnn.compiler.wasm.code import Code, code_of_procedure, code_of_routine
from scnn.compiler.wasm.ir import Block, Check, If, Loop, Set, Store
from scnn.errors import ScnnError
from scnn.plan import Call, Procedure
from scnn.plan import Loop as PlanLoop

__all__ = ["LineTime", "Times", "Variant", "text_of_times", "time_kernel"]

LEAST = 2_000_000  # nanoseconds of one run of calls
ROUNDS = 15
MOST_CALLS = 1 << 24  # of one run: a host may see that a kernel without its stores does nothing


class Instance(Protocol):
    """What a host makes of a module."""

    def function(self, name: str) -> Callable[..., None]: ...
    def write(self, offset: int, data: bytes) -> None: ...


@dataclass(frozen=True)
class LineTime:
    """What a line costs: nanoseconds of one call; None where it cannot be removed."""

    file: str
    line: int
    source: str
    nanoseconds: float | None


@dataclass(frozen=True)
class Times:
    """Nanoseconds of one call, how far those of an equal kernel are from that, float32 operations of one call, and
    lines."""

    nanoseconds: float
    noise: float
    flops: int
    lines: list[LineTime]

    @property
    def gflops(self) -> float:
        """GFLOP/s."""
        return self.flops / self.nanoseconds


def time_kernel(
    stages: Stages,
    lines: Sequence[MappedLine],
    instantiate: Callable[[bytes], Instance],
    clock: Callable[[], int],
    least: int = LEAST,
    rounds: int = ROUNDS,
) -> Times:
    """Times a call on a host; `clock` counts nanoseconds, and one run of calls takes at least `least`. Float32
    buffers hold numbers from 0.5 to 1, others zeros, and numbers that are passed when the kernel runs are 0. Raises
    what stops the kernel."""
    whole = Variant(stages, stages.code, instantiate, clock)
    twin = Variant(stages, stages.code, instantiate, clock)
    whole.calibrate(least)
    twin.calibrate(least)
    variants: list[Variant | None] = []
    for line in lines:
        body, removed = without(stages.optimised.body, line)
        variants.append(None)
        if removed:
            code = code_of_routine(replace(stages.optimised, body=body))
            code.locals = {**stages.code.locals, **code.locals}
            variant = Variant(stages, code, instantiate, clock)
            try:
                variant.calibrate(least)
            except ScnnError:
                continue
            variants[-1] = variant
    for _ in range(rounds):
        for timed in (whole, twin, *variants):
            if timed:
                timed.run()
    found = [
        LineTime(line.file, line.line, line.source, whole.best - variant.best if variant else None)
        for line, variant in zip(lines, variants, strict=True)
    ]
    return Times(whole.best, abs(whole.best - twin.best), count(stages.code).flops, found)


class Variant:
    """The kernel, or what is left of it, in a module of its own, which calls it many times."""

    def __init__(
        self, stages: Stages, code: Code, instantiate: Callable[[bytes], Instance], clock: Callable[[], int]
    ) -> None:
        self.stages, self.clock = stages, clock
        call, plan = stages.subject.call, stages.subject.plan
        passed = sorted({a for a in call.arguments.values() if isinstance(a, str) and a not in plan.buffers})
        times = PlanLoop("turn", 0, "times", 1, (call,))
        procedure = Procedure("run", ("times", *passed), (times,))

        def routine_of(_: Call) -> tuple[str, tuple[str, ...]]:
            return code.name, code.parameters

        functions = [code_of_procedure(procedure, routine_of), code]
        self.instance = instantiate(module(functions, exported=["run"], memory=plan.memory))
        self.function, self.zeros = self.instance.function("run"), [0] * len(passed)
        self.calls, self.best = 1, float("inf")
        self.contents = contents(stages)

    def calibrate(self, least: int = LEAST) -> None:
        """Finds how many calls take long enough to be timed. Shorter runs do not count: where the clock's steps are
        coarse, they seem to take no time. Of two runs the shorter one counts: a busy machine delays one of them."""
        while (taken := min(self.run(), self.run()) * self.calls) < least and self.calls < MOST_CALLS:
            self.calls = min(max(2 * self.calls, int(self.calls * least / max(taken, least / 32))), MOST_CALLS)
            self.best = float("inf")

    def run(self) -> float:
        """Nanoseconds of one call of many; every run begins with the same numbers."""
        for offset, data in self.contents:
            self.instance.write(offset, data)
        begin = self.clock()
        self.function(self.calls, *self.zeros)
        taken = (self.clock() - begin) / self.calls
        self.best = min(self.best, taken)
        return taken


def contents(stages: Stages) -> list[tuple[int, bytes]]:
    random, plan = Random(1), stages.subject.plan
    used = [plan.buffers[str(a)] for a in stages.subject.call.arguments.values() if str(a) in plan.buffers]
    return [
        (buffer.offset, array("f", (random.uniform(0.5, 1.0) for _ in range(buffer.length))).tobytes())
        if buffer.kind == "float32"
        else (buffer.offset, bytes(buffer.size))
        for buffer in used
    ]


def without(block: Block, line: MappedLine) -> tuple[Block, int]:
    """A block without a line's statements, and how many of them were removed."""
    left: Block = []
    removed = 0
    for statement in block:
        assert statement.origin
        if isinstance(statement, Set | Store | Check):
            if (statement.origin.file, statement.origin.line) == (line.file, line.line):
                removed += 1
            else:
                left.append(statement)
        elif isinstance(statement, Loop):
            body, inside = without(statement.body, line)
            left.append(replace(statement, body=body))
            removed += inside
        elif isinstance(statement, If):
            (yes, in_yes), (no, in_no) = without(statement.yes, line), without(statement.no, line)
            left.append(replace(statement, yes=yes, no=no))
            removed += in_yes + in_no
    return left, removed


def text_of_times(times: Times) -> str:
    shown = [f"{times.nanoseconds:,.0f} ns for each call, {times.gflops:.1f} GFLOP/s"]
    shown.append(f"without a line, a call takes so much less (below {times.noise:,.0f} ns it is noise):")
    file = ""
    for line in times.lines:
        if line.file != file:
            shown += ["", line.file]
            file = line.file
        if line.nanoseconds is None:
            shown.append(f"               –        {line.line:5}  {line.source}")
        else:
            share = line.nanoseconds / times.nanoseconds
            shown.append(f"  {line.nanoseconds:11,.0f} ns {share:5.0%}  {line.line:5}  {line.source}")
    return "\n".join(shown)
