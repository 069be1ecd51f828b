"""`python build.py test`: the linters, then pytest against the built site."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from builder.assembly import build_site
from builder.command import run
from builder.paths import DIST, PYTHON, ROOT

from tests.tools.browsers import WEBKIT, find_browsers
from tests.tools.lint import lint
from tests.tools.pythons import check_newer_pythons

NO_TESTS_COLLECTED = 5  # pytest's exit code


def check_everything(arguments: Sequence[str], browsers: bool, coverage: bool) -> None:
    """Builds, checks and tests everything, or those tests that pytest's `arguments` choose. Exits on failure.

    Measuring coverage makes the tests without a browser three times slower before Python 3.14, where coverage uses
    sys.monitoring: one of the workflows' jobs measures it there.
    """
    build_site()
    environment = find_browsers(optional=WEBKIT) if browsers else {}
    lint()
    if arguments:
        pytest(["-m", "not browser"] if not browsers else [], arguments, environment)
        return
    check_newer_pythons()
    kinds = "" if browsers else " and not browser"
    # In the order of collection, browsers early: the usual one begins with the files of most tests and would end with
    # those that have few long ones, the second processor waiting.
    side_by_side = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    side_by_side += ["-m", f"not alone{kinds}", "--durations=25"]
    with measured() if coverage else nullcontext(()) as prefix:
        pytest(side_by_side, [], environment, prefix)
    pytest(["-m", f"alone{kinds}"], [], environment)  # what measures time, or rebuilds the site


@contextmanager
def measured() -> Iterator[list[str]]:
    """The words that measure coverage when they stand before a module's name. In the end, prints a table of the lines
    that were not run. What measures time is left out, and kernels are, which run compiled."""
    (DIST / "coverage").mkdir(parents=True, exist_ok=True)
    run(PYTHON, "-m", "coverage", "erase")
    yield ["-m", "coverage", "run"]
    run(PYTHON, "-m", "coverage", "combine", "--quiet")
    run(PYTHON, "-m", "coverage", "report")


def pytest(
    chosen: Sequence[str], arguments: Sequence[str], environment: dict[str, str], coverage: Sequence[str] = ()
) -> None:
    """Exits if a test fails, or if `arguments` choose none."""
    status = subprocess.run(
        [PYTHON, *coverage, "-m", "pytest", *chosen, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    ).returncode
    if status and (arguments or status != NO_TESTS_COLLECTED):
        sys.exit(status)
