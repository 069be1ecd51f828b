"""What the documentation shows works: docstrings' examples, Python in README and pages, and every command."""

import doctest
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import build
import scnn.cli
from scnn.errors import LabError
from scnn.labs import EXERCISES, grade, read_lab
from scnn.labs.filter_task import PATTERNS
from scnn.labs.training_task import LIMITS

ROOT = Path(__file__).parents[1]
FAULTS = ROOT / "tests" / "browser" / "FAULTS.md"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "scnn").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
PAGES = [ROOT / "README.md", *sorted((ROOT / "site" / "docs").rglob("*.md"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
BLOCKS = {
    f"{name} {number}": block
    for name, text in TEXTS.items()
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE))
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name: str) -> None:
    """They run, and print what they say."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted and not result.failed


@pytest.mark.parametrize("name", BLOCKS)
def test_python_in_the_documentation(name: str, tmp_path: Path) -> None:
    """Each block runs as a file of its own, in a folder of its own; those for PyTorch where it is installed."""
    if "import torch" in BLOCKS[name]:
        pytest.importorskip("torch")
    (tmp_path / "example.py").write_text(BLOCKS[name], encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_python_in_the_documentation_is_typed(tmp_path: Path) -> None:
    """As strictly as the library itself."""
    for number, block in enumerate(BLOCKS.values()):
        if "import torch" not in block:
            (tmp_path / f"example_{number}.py").write_text(block, encoding="utf-8")
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), str(tmp_path)]
    result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


FILES = [
    path.relative_to(ROOT).as_posix() + "/" * path.is_dir()
    for folder in ("scnn", "site", "tests")
    for path in [ROOT / folder, *(ROOT / folder).rglob("*")]
    if "node_modules" not in path.parts
]
PATHS = {
    (name, path)
    for name in ("README.md", "CONTRIBUTING.md")
    for path in re.findall(r"`([\w./-]*\w(?:/|\.(?:py|md|xz)))`", (ROOT / name).read_text(encoding="utf-8"))
}


@pytest.mark.parametrize(("name", "path"), sorted(PATHS))
def test_paths_in_the_documentation(name: str, path: str) -> None:
    """Every path between backticks exists. A path may be relative to a folder that the text has just named."""
    assert any(f"/{file}".endswith(f"/{path}") for file in FILES), f"{name} names {path}, which does not exist"
    if path.split("/")[0] in ("scnn", "site", "tests"):
        assert (ROOT / path).exists(), f"{name} names {path}, which does not exist"


def commands(start: str) -> list[list[str]]:
    """The arguments of every command that the documentation shows, in a line of its own or between backticks."""
    found = [
        words
        for text in TEXTS.values()
        for words in re.findall(rf"(?:^    |`){re.escape(start)} ([^`\n]+)", text, flags=re.MULTILINE)
    ]
    return sorted(shlex.split(words, comments=True) for words in set(found))


NEEDED = {
    "train": ["--out", "m"],
    "paper": [],
    "info": ["m"],
    "evaluate": ["m"],
    "export": ["m", "--onnx", "o"],
    "import": ["m"],
    "trace": ["m", "--layer", "l", "--element", "0"],
    "check-gradients": ["m"],
    "lab": ["list"],
}


def test_commands_in_the_documentation() -> None:
    """Every command is understood, with all its arguments, by the parser that it is for."""
    for start, parser in (("scnn", scnn.cli.make_parser()), ("python build.py", build.parser())):
        shown = commands(start)
        assert len(shown) > 5
        for words in shown:
            named = start == "scnn" and len(words) == 1  # the text speaks of a command
            parser.parse_args([*words, *(NEEDED[words[0]] if named else [])])  # exits where it is not understood


@pytest.mark.parametrize("words", commands("python -m scnn.compiler"), ids=" ".join)
def test_commands_of_the_compiler_in_the_documentation(words: list[str]) -> None:
    """They print something."""
    result = subprocess.run(
        [sys.executable, "-m", "scnn.compiler", *words], cwd=ROOT, capture_output=True, check=False
    )
    assert result.returncode == 0 and result.stdout, result.stderr.decode()


def test_the_lab_in_the_documentation() -> None:
    """It is valid, its answers are graded as the page says, and each kind of answer and check is described."""
    text = TEXTS["site/docs/how_to/write_a_lab.md"]
    (example,) = re.findall(r"^```json\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    lab = read_lab(example)
    assert grade(lab, {"rows": 28}).solved
    assert "without padding" in str(grade(lab, {"rows": 26}).remarks[-1])
    assert "fourteen exercises" in text and len(EXERCISES) == 14
    with pytest.raises(LabError, match=r"checks\[0\]\.axis must be one of: channels, rows, columns, got 'row'"):
        read_lab(example.replace('"axis": "rows"', '"axis": "row"'))
    for name in EXERCISES:
        data = json.loads((ROOT / "scnn" / "labs" / "exercises" / f"{name}.json").read_text(encoding="utf-8"))
        assert f"### {data['answer']['kind']}" in text
        for check in data["checks"]:
            assert f"`{check['kind']}`" in text, check["kind"]
    for name in (*PATTERNS, *LIMITS):
        assert f"`{name}`" in text, name


def test_the_table_of_faults_names_those_of_the_tests() -> None:
    """FAULTS.md has a row for each fault that the tests in its command try, and no other."""
    files = re.findall(r"tests/browser/test_\w+\.py", FAULTS.read_text().split("| fault")[0])
    tests = "".join((ROOT / name).read_text() for name in files)
    trying = {path.name for path in FAULTS.parent.glob("test_*.py") if "tried(" in path.read_text()}
    assert {Path(name).name for name in files} == trying
    tables = re.findall(r"^(?:BROKEN|DIGITS|UNREADABLE)\b[^{]*\{\n(.*?)^\}", tests, flags=re.DOTALL | re.MULTILINE)
    named = {name for table in tables for name in re.findall(r'^    "([^"]+)": ', table, flags=re.MULTILINE)}
    named |= set(re.findall(r'tried\(\s*"([^"]+)"', tests))
    named |= set(re.findall(r'^ANY_ADDRESS = "(.*)"', tests, flags=re.MULTILINE))
    moments = re.search(r'for moment in \(("[^)]*)\)', tests)
    assert len(tables) == 4 and moments
    named |= {f"the worker is killed {moment}" for moment in re.findall(r'"([^"]+)"', moments[1])}
    rows = re.findall(r"^\| ([^|]+) \|", FAULTS.read_text(), flags=re.MULTILINE)[2:]
    assert sorted(rows) == sorted(named)
