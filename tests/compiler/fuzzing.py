"""Differential fuzzing: runs a random kernel on the exact interpreter and compiled, and minimises it if they differ.

`python -m tests.compiler.fuzzing FIRST COUNT` runs the examples of so many seeds and prints what it finds;
`--record FILE` keeps what the interpreter gives for them, and `--against FILE` compares with that.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from scnn.compiler import KernelError
from scnn.engines.engine import Engine
from scnn.engines.interpreter import Interpreter
from scnn.errors import KernelBoundsError, KernelDivisionError
from scnn.plan import Plan
from tests.compiler.generator import LENGTHS, Example, example
from tests.compiler.support import ENGINES, bits, given_of, plan_of, run

__all__ = ["compare", "count_until_found", "difference", "fuzz", "plan_for", "shown_small", "smaller"]

Outcome = tuple[str, object]


def plan_for(one: Example) -> Plan:
    lengths = {name: length for name, length in LENGTHS.items() if name not in one.alias}
    return plan_of(given_of(one.source), lengths, one.sizes, one.alias)


def outcomes(engine: Engine, one: Example) -> list[Outcome]:
    """The result of each run of an example: all bits, or an error at a line."""
    found: list[Outcome] = []
    for inputs in one.runs:
        for name, length in LENGTHS.items():
            if name not in one.alias:
                engine.write(name, inputs.get(name, [0] * length))
        try:
            after = run(engine, inputs, one.argument)
        except (KernelBoundsError, KernelDivisionError) as error:
            line = re.search(r"\.py:(\d+)\n", str(error))
            found.append((type(error).__name__, line and int(line[1])))
            continue
        found.append(("same", [bits(values) for values in after.values()]))
    return found


def in_sequence(one: Example) -> Example:
    """The same example, its loops' turns one after another."""
    return replace(one, source=re.sub(r"\b(?:lanes|blocked)\((\w+)(?:, \d+)?\)", r"range(\1)", one.source))


def sequential(one: Example) -> list[Outcome] | None:
    """What the turns give one after another, if those that run together have to give the same: they carry nothing,
    and do not stop (another error could come first)."""
    if one.carries:
        return None
    found = outcomes(Interpreter(plan_for(in_sequence(one)), exact=True), one)
    return found if all(end == "same" for end, _ in found) else None


def compare(one: Example, check: Callable[[bytes], None] | None = None) -> tuple[str, str]:
    """The outcome of an example ("same", "refused", or the names of errors), and the difference, if any. `check` is
    called with the module's bytes."""
    plan = plan_for(one)
    made: dict[str, Engine] = {}
    refused: dict[str, str] = {}
    for name, make in ENGINES.items():
        try:
            made[name] = make(plan)
        except KernelError as error:
            refused[name] = str(error)
    if refused:
        if len(refused) < len(ENGINES):
            return "refused", f"refused by {', '.join(refused)} alone: {refused}"
        return "refused", ""
    try:
        expected = outcomes(Interpreter(plan, exact=True), one)
    except KernelError as error:
        return "same", f"refused by the interpreter alone: {error}"
    for name, engine in made.items():
        if check:
            check(engine.module.code)  # type: ignore[attr-defined]
        found = outcomes(engine, one)
        if found != expected:
            return "same", f"{name}: {shown(found, expected)}"
    ends = " ".join(sorted({end for end, _ in expected}))
    after_another = sequential(one)
    if after_another and expected != after_another:
        return ends, f"turns that run together: {shown(expected, after_another)}"
    return ends, ""


def shown(found: list[Outcome], expected: list[Outcome]) -> str:
    """The first difference between two lists of outcomes."""
    number = next(index for index, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1])
    (end, one), (wanted, other) = found[number], expected[number]
    if end != "same" or wanted != "same":
        lines = [value if isinstance(value, int) else "" for value in (one, other)]
        return f"run {number} ends {end} {lines[0]}, not {wanted} {lines[1]}"
    assert isinstance(one, list) and isinstance(other, list)
    for buffer, (ours, theirs) in enumerate(zip(one, other, strict=True)):
        for at, (left, right) in enumerate(zip(ours, theirs, strict=True)):
            if left != right:
                return f"run {number}: buffer {buffer} at {at} is {left}, not {right}"
    raise AssertionError("nothing differs")


def difference(one: Example) -> str:
    """The difference for an example, including errors of the compiler or the host."""
    try:
        return compare(one)[1]
    except Exception as error:  # whatever a fault of the compiler brings about is a finding
        return f"{type(error).__name__}: {error}"


def smaller(one: Example) -> Example:
    """The example with the fewest lines that still differ."""
    while True:
        for candidate in candidates(one):
            if difference(candidate) and not difference(candidate).startswith(("SyntaxError", "IndentationError")):
                one = candidate
                break
        else:
            return one


def candidates(one: Example) -> Iterator[Example]:
    """Examples without one block of lines, the largest blocks first, or without a block's head."""
    lines = one.source.splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("def kernel"))

    def indent(line: str) -> int:
        return len(line) - len(line.lstrip())

    cuts = []
    for at in range(first + 1, len(lines)):
        end = at + 1
        while end < len(lines) and indent(lines[end]) > indent(lines[at]):
            end += 1
        cuts.append((end - at, lines[:at] + lines[end:]))
        if end > at + 1 and not lines[at].lstrip().startswith("else"):
            cuts.append((1, lines[:at] + [line[4:] for line in lines[at + 1 : end]] + lines[end:]))
    for _, rest in sorted(cuts, key=lambda cut: -cut[0]):
        if len(rest) > first + 1:
            yield replace(one, source="\n".join(rest) + "\n")


def fuzz(seeds: range, check: Callable[[bytes], None] | None = None) -> tuple[Counter[str], str]:
    """The outcomes of the examples of these seeds, and a description of the first one that differs."""
    ends: Counter[str] = Counter()
    for seed in seeds:
        one = example(seed)
        try:
            end, wrong = compare(one, check)
        except Exception as error:
            end, wrong = "broken", f"{type(error).__name__}: {error}"
        ends[end] += 1
        if wrong:
            return ends, f"seed {seed}: {wrong}"
    return ends, ""


def expectation(one: Example) -> str:
    """The interpreter's results, as a short text; "other" if the turns have to give the same in sequence, and
    do not."""
    try:
        found = outcomes(Interpreter(plan_for(one), exact=True), one)
    except KernelError:
        return "refused"
    after_another = sequential(one)
    return digest(found) if after_another in (None, found) else "other"


def digest(found: list[Outcome]) -> str:
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def differs_from(expected: str, one: Example) -> bool:
    """Whether a compiled kernel gives anything else than what is expected; one that is refused gives nothing."""
    for make in ENGINES.values():
        try:
            engine = make(plan_for(one))
        except KernelError:
            continue
        if expected == "refused" or digest(outcomes(engine, one)) != expected:
            return True
    return False


def count_until_found(recorded: list[str]) -> int:
    """How many examples, from seed 0 on, until one differs from what was recorded or breaks the compiler, or 0."""
    for seed, expected in enumerate(recorded):
        try:
            found = differs_from(expected, example(seed))
        except Exception:  # an internal error of the compiler, or the host's, is a finding
            found = True
        if found:
            return seed + 1
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--record", file, count]:
            Path(file).write_text("\n".join(expectation(example(seed)) for seed in range(int(count))))
            return 0
        case ["--against", file]:
            print(count_until_found(Path(file).read_text().split("\n")))
            return 0
        case [first, count]:
            counted, wrong = fuzz(range(int(first), int(first) + int(count)))
            print(counted.total(), dict(counted))
            if wrong:
                print(wrong, shown_small(int(wrong.split(":")[0].split()[1])), sep="\n")
            return int(bool(wrong))
    print(__doc__)
    return 2


def shown_small(seed: int) -> str:
    """The minimised example of a seed, with everything needed to run it."""
    found = smaller(example(seed))
    text = found.source[found.source.index("def kernel") :]
    return f"{difference(found)}\nalias {found.alias}, sizes {found.sizes}, s = {found.argument}\n{text}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
