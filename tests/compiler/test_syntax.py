"""Python's parser beside other threads."""

import gc
import inspect
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scnn.compiler.syntax import syntax_tree


class Slow:
    """Runs Python code when the garbage collector ends it: this lets another thread run inside the parser."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        sum(range(50))


@pytest.fixture
def busy() -> Iterator[None]:
    """Threads take turns often, and so does the garbage collector."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(100)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("busy")
def test_threads_parse_at_the_same_time() -> None:
    text = Path(inspect.__file__).read_text()

    def parse(_: int) -> int:
        for _ in range(50):
            Slow()
        return len(syntax_tree(text).body)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(parse, range(12)))) == 1
