"""What an engine is: one plan with its memory, read, written and run by name."""

from array import array
from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from scnn.errors import ConfigError
from scnn.plan import ELEMENT_TYPES, Buffer, Plan

__all__ = ["Values", "Engine", "EngineFactory", "elements"]

Values: TypeAlias = "array[float] | array[int]"


class Engine(Protocol):
    """One plan with its memory, which is all zeros at first. What runs, and where, is the engine's own affair."""

    @property
    def plan(self) -> Plan: ...

    def read(self, buffer: str) -> Values:
        """A copy of a buffer."""

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        """Fills a buffer from its element `start` on; raises ConfigError where the values do not fit into it."""

    def run(self, procedure: str, *arguments: int) -> None:
        """Runs a procedure of the plan to its end."""


EngineFactory = Callable[[Plan], Engine]


def elements(buffer: Buffer, values: Iterable[float] | bytes, start: int) -> Values:
    """The values as an array of the buffer's kind, if they fit."""
    new = array(ELEMENT_TYPES[buffer.kind].array_code, values)
    if start + len(new) > buffer.length:
        raise ConfigError(f"buffer {buffer.name} holds {buffer.length} values and was given {start + len(new)}")
    return new
