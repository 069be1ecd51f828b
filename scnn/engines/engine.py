"""The interface of an engine: one plan with its memory, which is read, written and run by name."""

from array import array
from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from scnn.errors import ConfigError
from scnn.plan import ELEMENT_TYPES, Buffer, Plan

__all__ = ["Values", "Engine", "EngineFactory", "elements"]

Values: TypeAlias = "array[float] | array[int]"


class Engine(Protocol):
    """One plan with its memory, which starts as zeros. How and where kernels run is implementation-defined."""

    @property
    def plan(self) -> Plan: ...

    def read(self, buffer: str) -> Values:
        """A copy of a buffer."""

    def write(self, buffer: str, values: Iterable[float] | bytes, start: int = 0) -> None:
        """Writes a buffer from element `start` on; raises ConfigError if it does not hold that many values."""

    def run(self, procedure: str, *arguments: int) -> None:
        """Runs a procedure of the plan until it returns."""


EngineFactory = Callable[[Plan], Engine]


def elements(buffer: Buffer, values: Iterable[float] | bytes, start: int) -> Values:
    """The values as an array of the buffer's element type; raises ConfigError if the buffer is too short."""
    new = array(ELEMENT_TYPES[buffer.kind].array_code, values)
    if start + len(new) > buffer.length:
        raise ConfigError(
            f"buffer {buffer.name} has {buffer.length} elements; got values up to element {start + len(new)}"
        )
    return new
