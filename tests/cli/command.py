"""Runs the command in a process of its own, as users do; its documented JSON events."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

DOCUMENTED = (Path(__file__).parents[2] / "site" / "docs" / "reference" / "command.md").read_text(encoding="utf-8")


def scnn(
    *arguments: object, timeout: float = 240, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "scnn", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=timeout, check=False, env=env)


def documented() -> dict[str, set[str]]:
    """The fields of each event, from the table in the reference."""
    rows = re.findall(r"^\| `(\w+)` \| [\w-]+ \| (.*) \|$", DOCUMENTED, flags=re.MULTILINE)
    return {event: set(re.findall(r"`(\w+)`", words)) for event, words in rows}


def lines_of(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON objects that a command printed; each must have documented fields only."""
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    for line in lines:
        assert set(line) - {"event"} <= documented()[line["event"]], f"{line['event']} is documented otherwise"
    return lines


def in_a_terminal(*arguments: object, interrupt: bool = False, columns: int = 120) -> tuple[int, str]:
    """Runs scnn in a pseudo-terminal; returns its exit code and its output. With `interrupt`, it gets Ctrl-C after
    the first epoch's row. Skips the test if there are no pseudo-terminals."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals", exc_type=ImportError)
    main, other = pty.openpty()
    words = [sys.executable, "-m", "scnn", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    process = subprocess.Popen(words, stdout=other, stderr=other, env=environment)
    os.close(other)
    seen = b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if select.select([main], [], [], 1)[0]:
            try:
                piece = os.read(main, 65536)
            except OSError:
                break
            seen += piece
        if interrupt and re.search(rb"\d\d\.\d\d%", seen):
            process.send_signal(signal.SIGINT)
            interrupt = False
    return process.wait(timeout=10), seen.decode(errors="replace")
