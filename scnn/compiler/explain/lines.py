"""The map from source lines to the IR and to WebAssembly's instructions, kept through optimisation.

An instruction belongs to the line whose expression or statement made it, wherever the optimiser has moved it; one
that several lines share belongs to the first of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scnn.compiler.analysis.walk import all_called
from scnn.compiler.explain.operations import Operations, count
from scnn.compiler.explain.stages import Stages
from scnn.compiler.wasm.ir import Block, If, Loop, block_text, text_of
from scnn.compiler.wasm.origins import Origin
from scnn.compiler.wasm.text import text_of_instruction
from scnn.errors import ConfigError

__all__ = ["MappedLine", "lines_of", "text_of_lines", "text_of_range"]

SHARED = re.compile(r"\bt\d+\b")  # a value that the optimiser computes once for all that read it
SHOWN = 6  # statements of one line; a line in `unrolled` or `blocked` may have hundreds


@dataclass(frozen=True)
class MappedLine:
    """A source line, the statements of the optimised IR that come from it, the numbers of its instructions in the
    function's body, and what they take in one call."""

    file: str
    line: int
    source: str
    statements: list[str]
    instructions: list[int]
    operations: Operations


def lines_of(stages: Stages) -> list[MappedLine]:
    """Every source line of the kernel and those it calls that has IR or instructions, in the order of the source."""
    statements: dict[tuple[str, int], list[str]] = {}
    for origin, text in statements_in(stages.optimised.body):
        statements.setdefault((origin.file, origin.line), []).append(text)
    instructions: dict[tuple[str, int], list[int]] = {}
    for number, origin in enumerate(stages.code.origins):
        instructions.setdefault((origin.file, origin.line), []).append(number)
    texts: dict[tuple[str, int], str] = {}
    for function in all_called(stages.function):
        source = function.source
        texts |= {(source.file, source.first_line + n): " " * source.indent + t for n, t in enumerate(source.lines)}
    locations = sorted(texts.keys() & (statements.keys() | instructions.keys()), key=list(texts).index)
    mapped = []
    for location in locations:

        def belongs(origin: Origin, location: tuple[str, int] = location) -> bool:
            return (origin.file, origin.line) == location

        operations = count(stages.code, belongs)
        own = statements.get(location, [])
        mapped.append(MappedLine(*location, texts[location], own, instructions.get(location, []), operations))
    return mapped


def statements_in(block: Block) -> Iterator[tuple[Origin, str]]:
    """Each statement's origin and its text; of loops and branches the head."""
    for statement in block:
        assert statement.origin
        match statement:
            case Loop(local, start, stop, step, body):
                yield statement.origin, f"loop {local} from {start} to {stop} by {step}:"
                yield from statements_in(body)
            case If(condition, yes, no):
                yield statement.origin, f"if {text_of(condition)}:"
                yield from statements_in(yes)
                yield from statements_in(no)
            case _:
                yield statement.origin, block_text([statement])


def text_of_lines(stages: Stages, lines: Sequence[MappedLine]) -> str:
    """Each line with its IR, and its instructions by kind."""
    shown: list[str] = []
    file = ""
    for line in lines:
        if line.file != file:
            shown += ([""] if shown else []) + [line.file]
            file = line.file
        shown.append(f"{line.line:5}  {line.source}")
        shown += [f"           {text}" for text in line.statements[:SHOWN]]
        if len(line.statements) > SHOWN:
            shown.append(f"           … and {len(line.statements) - SHOWN} more statements")
        kinds = Counter(str(stages.code.body[number][0]) for number in line.instructions)
        if kinds:
            shown.append(f"         = {', '.join(f'{number} {kind}' for kind, number in kinds.most_common())}")
            shown.append(f"         = {line.operations}")
    return "\n".join(shown)


def text_of_range(stages: Stages, lines: Sequence[MappedLine], first: int, last: int) -> str:
    """The lines from `first` to `last`, each with all of its IR and each of its instructions, which are numbered by
    their place in the function's body; and what they read that belongs to an earlier line. Raises ConfigError if
    nothing comes from any of them."""
    found = [line for line in lines if first <= line.line <= last]
    if not found:
        known = ", ".join(str(line.line) for line in lines)
        which = f"line {first}" if first == last else f"lines {first} to {last}"
        raise ConfigError(f"nothing comes from {which} of {stages.function.name}; expected one of: {known}")
    shown: list[str] = []
    for line in found:
        shown += [line.file, f"{line.line:5}  {line.source}"]
        shown += [f"           {text}    (line {number})" for number, text in shared_with(line, lines)]
        shown += [f"           {text}" for text in line.statements]
        shown += [f"{number:5}  {text_of_instruction(stages.code.body[number])}" for number in line.instructions]
        shown.append(f"         = {line.operations}")
    return "\n".join(shown)


def shared_with(line: MappedLine, lines: Sequence[MappedLine]) -> list[tuple[int, str]]:
    """The optimiser's values that a line reads and that belong to another one: its number, and the statement."""
    made = {
        text.partition(" = ")[0]: (other.line, text)
        for other in lines
        for text in other.statements
        if SHARED.fullmatch(text.partition(" = ")[0])
    }
    own = {text.partition(" = ")[0] for text in line.statements}
    read = dict.fromkeys(name for text in line.statements for name in SHARED.findall(text))
    return [made[name] for name in read if name in made and name not in own]
