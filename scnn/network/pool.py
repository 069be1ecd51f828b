"""The engines of one network, each lent to one caller at a time, so that any thread or child process can use it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scnn.engines.engine import Engine, EngineFactory
from scnn.plan import Plan

__all__ = ["EnginePool"]


class EnginePool:
    """Engines that are idle now, by process, maker and capacity in images.

    An engine's memory holds one caller's images at a time, and a WebAssembly store must not be entered by two threads
    at once. So a caller takes an engine out of the pool, and two that come at the same time use two engines. Taking
    and returning are single list operations, which are atomic; no lock can be left closed by a fork. A child process
    makes its own engines: those of its parent belong to a runtime whose threads it does not have.
    """

    def __init__(self) -> None:
        self.idle: dict[tuple[int, EngineFactory, int], list[Engine]] = {}

    @contextmanager
    def lend(self, make_engine: EngineFactory, images: int, lower: Callable[[], Plan]) -> Iterator[Engine]:
        """An engine for this caller alone, made from the plan that `lower` returns where none is idle. One that was
        stopped by an error is not used again."""
        idle = self.idle.setdefault((os.getpid(), make_engine, images), [])
        try:
            engine = idle.pop()
        except IndexError:
            engine = make_engine(lower())
        yield engine
        idle.append(engine)
