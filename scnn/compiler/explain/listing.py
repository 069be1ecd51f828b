"""Listings of a kernel's IR and of its WebAssembly, each line with the source line that it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass

from scnn.compiler.explain.stages import Stages
from scnn.compiler.wasm.ir import Block, If, Loop, block_text, text_of
from scnn.compiler.wasm.origins import Origin
from scnn.compiler.wasm.text import text_of_function

__all__ = ["ListedLine", "ir_listing", "wasm_listing"]


@dataclass(frozen=True)
class ListedLine:
    """A line of a listing, and the line of the kernel's own source that it comes from; 0 for none."""

    text: str
    line: int


def ir_listing(stages: Stages) -> list[ListedLine]:
    """The optimised IR."""
    head = str(stages.optimised).split("\n", 1)[0]
    return [ListedLine(head, 0), *ir_lines(stages, stages.optimised.body, "    ")]


def ir_lines(stages: Stages, block: Block, indent: str) -> Iterator[ListedLine]:
    for statement in block:
        line = line_of(stages, statement.origin)
        match statement:
            case Loop(local, start, stop, step, body):
                yield ListedLine(f"{indent}loop {local} from {start} to {stop} by {step}:", line)
                yield from ir_lines(stages, body, indent + "    ")
            case If(condition, yes, no):
                yield ListedLine(f"{indent}if {text_of(condition)}:", line)
                yield from ir_lines(stages, yes, indent + "    ")
                if no:
                    yield ListedLine(f"{indent}else:", line)
                    yield from ir_lines(stages, no, indent + "    ")
            case _:
                yield ListedLine(block_text([statement], indent), line)


def wasm_listing(stages: Stages) -> list[ListedLine]:
    """The instructions, in WebAssembly's text format."""
    lines = text_of_function(stages.code).split("\n")
    origins = stages.code.origins
    head = len(lines) - len(origins) - 1  # the function's head and its locals; the last line closes it
    own = [0] * head + [line_of(stages, origin) for origin in origins] + [0]
    return [ListedLine(text, line) for text, line in zip(lines, own, strict=True)]


def line_of(stages: Stages, origin: Origin | None) -> int:
    return origin.line if origin and origin.file == stages.function.source.file else 0
