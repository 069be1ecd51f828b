"""Remarks: what became of every loop of a kernel, what it costs, what would make it faster, and why
`lanes` is refused.

The advice is not guessed: a plain loop is compiled once more with `lanes` instead of `range`. Either the compiler
refuses, and its reason is the remark, or the number of executed instructions says what is gained.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scnn.compiler.analysis.affine import LANES
from scnn.compiler.analysis.reductions import reductions_in
from scnn.compiler.errors import KernelError, Label
from scnn.compiler.explain.operations import Operations, count
from scnn.compiler.explain.refused import RefusedLoop, repeats_in, replaced
from scnn.compiler.explain.stages import Stages, compile_stages
from scnn.compiler.tree import Number
from scnn.compiler.wasm.expand.loops import WRITTEN_OUT
from scnn.compiler.wasm.origins import Origin, SourceLoop

WORTH = 0.9  # of the instructions that may be left where advice is given

__all__ = ["Remark", "remarks_of", "text_of_remarks"]


@dataclass(frozen=True)
class Remark:
    """One loop: its head in the source, how many loops are around it, what became of it, what it costs with all loops
    in it, and, for a plain loop, what `lanes` would do."""

    label: Label
    depth: int
    form: str
    text: str
    operations: Operations
    advice: str = ""


def remarks_of(stages: Stages, refused: Sequence[RefusedLoop] = ()) -> list[Remark]:
    """A remark for every loop, in the order of the source. `refused` are loops that are plain in these stages, since
    their turns cannot run together."""
    loops = stages.optimised.loops
    reasons = {loop.label: f"{loop.kind}(…) is refused: {loop.error.reason}" for loop in refused}
    remarks = []
    for number, loop in enumerate(loops):
        inside = {number}
        for other, candidate in enumerate(loops):
            inside |= {other} if candidate.outer in inside else set()

        def belongs(origin: Origin, inside: frozenset[int] = frozenset(inside)) -> bool:
            return origin.loop in inside

        plain = loop.form == "plain" and loop.kind == "range"
        advice = reasons.get(loop.label) or (advice_on(stages, loop) if plain else "")
        operations = count(stages.code, belongs)
        remarks.append(Remark(loop.label, depth_of(loops, loop), loop.form, what_became(loop), operations, advice))
    return remarks


def depth_of(loops: Sequence[SourceLoop], loop: SourceLoop) -> int:
    return 0 if loop.outer < 0 else 1 + depth_of(loops, loops[loop.outer])


def what_became(loop: SourceLoop) -> str:
    if len(loop.turns) > 1:
        return f"{loop.form}: {' or '.join(map(str, sorted(loop.turns)))} turns, as the loops around it say"
    (turns,) = loop.turns
    match loop.form:
        case "lanes":
            together, rest = divmod(turns, loop.by)
            left = f", then {counted(rest // LANES, 'vector')} of {LANES}" if rest >= LANES else ""
            left += f", then {counted(rest % LANES, 'single turn')}" if rest % LANES else ""
            vectors = f"lanes of {LANES} by {loop.by // LANES}, {counted(together, 'time')}"
            return f"{turns} turns: {vectors if together else 'lanes'}{left}"
        case "blocked":
            together, rest = divmod(turns, loop.by)
            left = f", then {rest} together" if rest else ""
            return f"{turns} turns: blocked, {loop.by} together, {counted(together, 'time')}{left}"
        case "written out":
            return f"{turns} turns, written out"
        case "single turns":
            return f"{counted(turns, 'turn')}, one by one: lanes need at least {LANES}"
        case "once":
            return "1 turn, without a loop"
        case "never":
            return "no turn: nothing is left of it"
    if loop.kind == "unrolled":
        return f"{turns} turns, a plain loop: at most {WRITTEN_OUT} turns are written out"
    return f"{turns} turns, a plain loop"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def advice_on(stages: Stages, loop: SourceLoop) -> str:
    """What `lanes` would do for a plain loop of the kernel itself."""
    repeats = [r for r in repeats_in(stages.function.body) if stages.function.source.label(r.node) == loop.label]
    if not repeats or max(loop.turns) < LANES:
        return ""
    (repeat,) = repeats
    if any(inner.kind == "lanes" for inner in repeats_in(repeat.body)) or inside_lanes(stages, loop):
        return ""
    counted_bounds = repeat.bounds if len(repeat.bounds) == 1 else repeat.bounds[1:2]
    first = repeat.bounds[0] if len(repeat.bounds) > 1 else None
    if len(repeat.bounds) == 3 or (first and not (isinstance(first, Number) and first.value == 0)):
        return "lanes(n) counts from 0 by 1: this loop does not"
    changed = replace(repeat, kind="lanes", bounds=tuple(counted_bounds), by=None)
    function = replace(stages.function, body=replaced(stages.function.body, repeat, changed))
    try:
        after = count(compile_stages(stages.subject, function).code).executed
        carried = reductions_in(function)[id(changed)]
    except KernelError as error:
        return f"cannot run in lanes(…): {error.errors[0].reason}"
    before = count(stages.code).executed
    if after > before * WORTH:
        return f"its turns are independent, but lanes(…) would save little: {after:,} instructions for {before:,}"
    sums = [one.name for one in carried if one.combine is None and one.type == "float32"]
    order = f"; the sum of {sums[0]} would have other bits" if sums else ""
    return (
        f"this would run faster in lanes(…), since its turns are independent: {after:,} instructions instead of "
        f"{before:,} in a call{order}"
    )


def inside_lanes(stages: Stages, loop: SourceLoop) -> bool:
    loops = stages.optimised.loops
    while loop.outer >= 0:
        loop = loops[loop.outer]
        if loop.kind == "lanes":
            return True
    return False


def text_of_remarks(stages: Stages, remarks: Sequence[Remark]) -> str:
    """The whole kernel's operations, then each loop."""
    lines = [f"{stages.function.name}: {count(stages.code)}"]
    for remark in remarks:
        indent = "    " * remark.depth
        location = f"{remark.label.file}:{remark.label.line}"
        lines += ["", f"{indent}{location}  {remark.label.source}", f"{indent}    {remark.text}"]
        lines.append(f"{indent}    {remark.operations}")
        if remark.advice:
            lines.append(f"{indent}    {remark.advice}")
    return "\n".join(lines)
