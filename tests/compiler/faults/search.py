"""How many random kernels it takes to find a fault that is injected into a copy of the compiler."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.compiler.faults.analysis import FAULTS_OF_ANALYSIS
from tests.compiler.faults.code import FAULTS_OF_CODE
from tests.compiler.faults.fault import ROOT, Fault

__all__ = ["FAULTS", "ROOT", "Fault", "found_after", "planted", "record", "table"]

FAULTS = [*FAULTS_OF_ANALYSIS, *FAULTS_OF_CODE]


@contextmanager
def planted(fault: Fault) -> Iterator[Path]:
    """A copy of the package and of the compiler's tests, with the fault injected."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in ("scnn", "tests/compiler"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        file = root / fault.file
        text = file.read_text()
        if text.count(fault.text) != 1:
            raise ValueError(f"{fault.file} has {text.count(fault.text)} times {fault.text!r}; expected 1")
        file.write_text(text.replace(fault.text, fault.fault))
        yield root


def found_after(fault: Fault, recorded: Path) -> int:
    """How many random kernels it takes to find the fault; 0 if those whose results were recorded are not enough."""
    with planted(fault) as root:
        command = [sys.executable, "-m", "tests.compiler.fuzzing", "--against", str(recorded)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return int(done.stdout)


def record(file: Path, count: int) -> None:
    """Keeps what the exact interpreter, without any fault, gives for the first random kernels."""
    command = [sys.executable, "-m", "tests.compiler.fuzzing", "--record", str(file), str(count)]
    subprocess.run(command, cwd=ROOT, check=True)


def table(kernels: int, names: Sequence[str] = ()) -> Iterator[str]:
    """The lines of the table, as each is known."""
    wanted = [fault for fault in FAULTS if not names or fault.name in names]
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "recorded.txt"
        record(recorded, kernels)
        yield "| fault | kernels until it is found |"
        yield "| --- | --- |"
        for fault in wanted:
            yield f"| {fault.name} | {found_after(fault, recorded) or f'not in {kernels}'} |"
