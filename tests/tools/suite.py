"""`python build.py test`: the linters, then pytest against the built site."""

import os
import subprocess
import sys
from collections.abc import Sequence

from builder.assembly import build_site
from builder.paths import PYTHON, ROOT

from tests.tools.browsers import WEBKIT, find_browsers
from tests.tools.lint import lint

NO_TESTS_COLLECTED = 5  # pytest's exit code


def check_everything(arguments: Sequence[str], browsers: bool) -> None:
    """Builds, checks and tests everything, or those tests that pytest's `arguments` choose. Exits on failure."""
    build_site()
    environment = find_browsers(optional=WEBKIT) if browsers else {}
    lint()
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
