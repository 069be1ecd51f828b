"""Lends each engine of a network to one caller at a time, so that any thread or child process can use the network."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scnn.engines.engine import Engine, EngineFactory
from scnn.plan import Plan

__all__ = ["EnginePool"]


class EnginePool:
    """The idle engines, by process, engine factory and capacity in images.

    An engine's memory holds one caller's images at a time, and a WebAssembly store must not be entered by two threads
    at once. So a caller takes an engine out of the pool, and two concurrent callers use two engines. Taking and
    returning are single list operations, which are atomic, so that a fork cannot leave a lock closed. A child process
    makes its own engines: its parent's engines belong to a runtime whose threads it does not have.
    """

    def __init__(self) -> None:
        self.idle: dict[tuple[int, EngineFactory, int], list[Engine]] = {}

    @contextmanager
    def lend(self, make_engine: EngineFactory, images: int, lower: Callable[[], Plan]) -> Iterator[Engine]:
        """An engine for this caller alone; if none is idle, a new one for the plan that `lower` returns. An engine
        that an error has stopped is not used again."""
        idle = self.idle.setdefault((os.getpid(), make_engine, images), [])
        try:
            engine = idle.pop()
        except IndexError:
            engine = make_engine(lower())
        yield engine
        idle.append(engine)
