"""Ctrl-C and closing terminals: signals are recorded, so that a command can stop at a safe point."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["recorded_signals"]


@contextmanager
def recorded_signals() -> Iterator[list[int]]:
    """Appends SIGINT, SIGTERM and SIGHUP to the list instead of ending the process. The third signal raises
    KeyboardInterrupt."""
    signals: list[int] = []

    def record(number: int, _: FrameType | None) -> None:
        signals.append(number)
        if len(signals) > 2:
            raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP
    previous = {getattr(signal, name): signal.signal(getattr(signal, name), record) for name in names}
    try:
        yield signals
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
