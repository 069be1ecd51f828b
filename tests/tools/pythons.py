"""Newer Pythons of this machine, and the tests of scnn's core on each of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from builder.command import run, say
from builder.paths import ENVIRONMENT, ROOT, SOURCE

LOCK = ROOT / "tests" / "requirements.txt"
NEWEST = 14  # of Python 3: what the workflows test besides 3.11

# What the core's tests import, directly or through one another.
PACKAGES = (
    *("execnet", "hypothesis", "iniconfig", "markdown-it-py", "mdurl", "numpy", "packaging", "pillow", "pluggy"),
    *("pygments", "pytest", "pytest-xdist", "rich", "safetensors", "sortedcontainers", "wasmtime"),
)
CORE = (
    "compiler/test_bounds.py",
    "engines",
    "kernels",
    "layers/test_dense.py",
    "cli/test_terminal.py",  # the command, as `python -m scnn`
    "data/test_array_protocols.py",
    "test_checks.py",
)


def check_newer_pythons() -> None:
    """Runs the core's tests on the newest Python of this machine, in an environment of its own inside .venv. The
    workflows test the others."""
    found = newer_pythons()
    if not found:
        say(f"There is no Python newer than {sys.version_info[0]}.{sys.version_info[1]} here to test with.")
    tests = [str(ROOT / "tests" / name) for name in CORE]
    options = ["-m", "not browser and not alone", "--numprocesses", "2", "--dist", "loadfile"]
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(SOURCE)])}
    for version, python in list(found.items())[-1:]:
        say(f"The core's tests on Python {version} …")
        run(prepared(python, version), "-m", "pytest", *options, *tests, env=environment)


def newer_pythons() -> dict[str, str]:
    """The version and program of a Python for each version from the one after this to NEWEST, where there is one."""
    found: dict[str, str] = {}
    for minor in range(sys.version_info[1] + 1, NEWEST + 1):
        for program in candidates(minor):
            words = [program, "-c", "import json, sys; print(json.dumps(sys.version_info[:3]))"]
            result = subprocess.run(words, capture_output=True, text=True, check=False)
            if result.returncode == 0 and json.loads(result.stdout)[1] == minor:
                found[".".join(map(str, json.loads(result.stdout)))] = program
                break
    return found


def candidates(minor: int) -> Iterator[str]:
    """Programs that may be Python 3.<minor>: on PATH, or among pyenv's and uv's versions."""
    if found := shutil.which(f"python3.{minor}"):
        yield found
    for pattern in (f".pyenv/versions/3.{minor}.*", f".local/share/uv/python/cpython-3.{minor}.*"):
        yield from (str(folder / "bin" / "python3") for folder in sorted(Path.home().glob(pattern)))


def prepared(python: str, version: str) -> Path:
    """The Python of an environment with PACKAGES as tests/requirements.txt pins them."""
    folder = ENVIRONMENT / f"python-{version}"
    program = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, chosen = folder / "installed", "\n".join(pins()) + "\n"
    if not stamp.exists() or stamp.read_text() != chosen:
        run(python, "-m", "venv", "--clear", folder)
        requirements = folder / "requirements.txt"
        requirements.write_text(chosen)
        run(
            program, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--requirement", requirements
        )
        stamp.write_text(chosen)
    return program


def pins() -> list[str]:
    """The entries of the lock file for PACKAGES, each with its hashes."""
    entries = re.split(r"\n(?=[a-z])", LOCK.read_text(encoding="utf-8").strip())
    return [entry for entry in entries if entry.split("==")[0] in PACKAGES]
