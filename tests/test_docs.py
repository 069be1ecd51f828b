"""What the documentation shows works: examples in docstrings, and every Python block of the README."""

import doctest
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FAULTS = ROOT / "tests" / "browser" / "FAULTS.md"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "scnn").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    """They run, and print what they say."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted and not result.failed


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_python_in_the_readme(place: int, tmp_path: Path) -> None:
    """Each block runs as a file of its own, in a folder of its own; those for PyTorch where it is installed."""
    if "import torch" in BLOCKS[place]:
        pytest.importorskip("torch")
    (tmp_path / "example.py").write_text(BLOCKS[place])
    result = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_python_in_the_readme_is_typed(tmp_path: Path) -> None:
    """As strictly as the library itself."""
    for place, block in enumerate(BLOCKS):
        if "import torch" not in block:
            (tmp_path / f"example_{place}.py").write_text(block)
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), str(tmp_path)]
    result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_readmes_commands_exist() -> None:
    """Every command of build.py and scnn that the README names is one."""
    for words in sorted(set(re.findall(r"python build\.py (\w+)", README))):
        result = subprocess.run(
            [sys.executable, "build.py", words, "--help"], cwd=ROOT, capture_output=True, check=False
        )
        assert result.returncode == 0, words
    for words in sorted(set(re.findall(r"^ +scnn (\w+)", README, flags=re.MULTILINE))):
        result = subprocess.run([sys.executable, "-m", "scnn", words, "--help"], capture_output=True, check=False)
        assert result.returncode == 0, words


def test_the_table_of_faults_names_those_of_the_tests() -> None:
    """FAULTS.md has a row for each fault that test_faults.py and test_storage.py try, and no other."""
    tests = "".join((FAULTS.parent / f"test_{name}.py").read_text() for name in ("faults", "storage"))
    tables = re.findall(r"^(?:BROKEN|DIGITS)\b[^{]*\{\n(.*?)^\}", tests, flags=re.DOTALL | re.MULTILINE)
    named = {name for table in tables for name in re.findall(r'^    "([^"]+)": ', table, flags=re.MULTILINE)}
    named |= set(re.findall(r'tried\(\s*"([^"]+)"', tests))
    named |= set(re.findall(r'^ANY_ADDRESS = "(.*)"', tests, flags=re.MULTILINE))
    moments = re.search(r'for moment in \(("[^)]*)\)', tests)
    assert len(tables) == 2 and moments
    named |= {f"the worker is killed {moment}" for moment in re.findall(r'"([^"]+)"', moments[1])}
    rows = re.findall(r"^\| ([^|]+) \|", FAULTS.read_text(), flags=re.MULTILINE)[2:]
    assert sorted(rows) == sorted(named)
