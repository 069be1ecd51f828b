"""Origins: which source line, and which of its loops, each part of a routine comes from.

They are noted as the tree is expanded, and kept by the optimiser and the code. No instruction depends on them.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from scnn.compiler.errors import Label

__all__ = ["NOWHERE", "Origin", "SourceLoop"]


class Origin(NamedTuple):
    """A source line, and the number of the innermost loop around it among the routine's `loops`; -1 for none."""

    file: str
    line: int
    loop: int


NOWHERE = Origin("", 0, -1)


@dataclass
class SourceLoop:
    """A loop of the source, and what became of it in one routine. `outer` is the number of the loop around it, -1 for
    none; a loop that is expanded several times, as in a loop that is written out, has one entry and all its counts of
    turns."""

    label: Label
    name: str
    kind: str  # range, lanes, unrolled, blocked: what the source asks for
    by: int
    outer: int
    form: str  # lanes, blocked, written out, once, plain, never, single turns
    turns: list[int] = field(default_factory=list)
