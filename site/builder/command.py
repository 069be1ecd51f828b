"""Runs other programs, and reports errors that the caller can act on."""

import hashlib
import os
import subprocess
from pathlib import Path

from builder.paths import PYTHON, ROOT, SOURCE


class Failure(Exception):
    """An error that the person who runs build.py can act on; it is printed without a traceback."""


def run(*command: object, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Runs a command, with `env` added to this process's environment. Raises Failure unless it exits with 0; the
    command's output is above that message."""
    arguments = [str(word) for word in command]
    result = subprocess.run(arguments, cwd=cwd, env={**os.environ, **(env or {})}, check=False)
    if result.returncode:
        raise Failure(f"`{' '.join(arguments)}` failed (exit code {result.returncode})")


def run_module(name: str, *arguments: object, env: dict[str, str] | None = None) -> None:
    """Runs a module of `builder` or `tests` in .venv, where it can import scnn, builder and tests."""
    path = os.pathsep.join([str(ROOT), str(SOURCE)])
    run(PYTHON, "-m", name, *arguments, env={"PYTHONPATH": path, **(env or {})})


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(message: str) -> None:
    """Prints without buffering, so that the output stays in order with that of other programs, also in a file."""
    print(message, flush=True)
