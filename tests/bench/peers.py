"""PyTorch, for the benchmarks that compare with it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def torch_process() -> Iterator[Callable[[str], float] | None]:
    """PyTorch in a process of its own, by whichever Python has it; None if none has."""
    pythons = [os.environ.get("SCNN_TORCH_PYTHON"), sys.executable, getattr(sys, "_base_executable", None)]
    has = [
        python
        for python in pythons
        if python and not subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode
    ]
    if not has:
        yield None
        return
    process = subprocess.Popen(
        [has[0], HERE / "torch_peer.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout

    def ask(name: str) -> float:
        process.stdin.write(f"{name}\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return float(process.stdout.readline())  # type: ignore[union-attr]

    yield ask
    process.stdin.close()
    process.wait()
