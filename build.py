"""Everything that is done to scnn from outside: `python build.py serve`, `python build.py test`, and others.

It needs Python 3.11 with pip, and package registries. What is pinned goes into folders inside the clone
(.venv, site/node_modules), what is built into dist/. The first run sets up and starts over inside .venv.
Each command is a few lines here; the work is done in site/builder/ and tests/tools/.
"""

import argparse
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - before anything is imported that an older Python cannot read
    sys.exit("scnn needs Python 3.11 or newer, this is %d.%d" % sys.version_info[:2])  # noqa: UP031

sys.path.append(str(Path(__file__).resolve().parent / "site"))

from builder.archive import pack_archive
from builder.assembly import build_site
from builder.command import Failure, run, run_module, say, sha256
from builder.paths import ENVIRONMENT, PYTHON, ROOT, SITE
from serve import Server

from tests.tools.audit import audit
from tests.tools.benchmark import compare_peers, compare_workers, in_browser_too
from tests.tools.browsers import find_browsers
from tests.tools.dataset import make_digits
from tests.tools.lint import lint
from tests.tools.shapes import make_shapes
from tests.tools.suite import check_everything


def main(arguments: Sequence[str]) -> None:
    chosen = parser().parse_args(arguments)
    if chosen.command == "dataset":  # any Python makes it
        make_digits()
        return
    enter_environment()
    if chosen.command == "test":
        check_everything(chosen.pytest, browsers=not chosen.no_browser, coverage=chosen.coverage)
    elif chosen.command == "lint":
        lint()
    elif chosen.command == "shapes":
        make_shapes()
    elif chosen.command == "audit":
        audit()
    elif chosen.command == "bench" and (chosen.scaling or chosen.experiments):
        run_module(f"tests.bench.{'scaling' if chosen.scaling else 'experiments'}")
    elif chosen.command == "bench" and chosen.workers:
        compare_workers(chosen.torch)
    elif chosen.command == "bench" and (chosen.trace or chosen.kernels):
        in_browser_too("trace" if chosen.trace else "kernels")
    elif chosen.command == "bench":
        compare_peers(chosen.json, chosen.torch)
    else:
        build_site()
        if chosen.command == "serve":
            serve(chosen.port)
        elif chosen.command == "archive":
            pack_archive()
        elif chosen.command == "screenshot":
            run_module("tests.browser.screenshot", env=find_browsers())


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    made = argparse.ArgumentParser(prog="build.py", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True, metavar="command")
    one = commands.add_parser("serve", help="build the site and serve it on this machine")
    one.add_argument("--port", type=int, default=0, help="default: any that is free")
    one = commands.add_parser("test", help="build, then check and test everything, in browsers too")
    one.add_argument("--no-browser", action="store_true", help="leave out what needs a browser")
    one.add_argument("--coverage", action="store_true", help="print the lines that were not run (slow before 3.14)")
    one.add_argument("pytest", nargs="*", metavar="-- pytest's arguments")
    commands.add_parser("lint", help="check style, types and workflows, as the tests do first")
    one = commands.add_parser("bench", help="measure the speed of training against others'")
    one.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    one.add_argument("--torch", action="store_true", help="install PyTorch first, to measure against it")
    one.add_argument("--scaling", action="store_true", help="time and memory over 4,000 to 60,000 images, instead")
    one.add_argument("--experiments", action="store_true", help="what the presets' settings rest on, instead")
    one.add_argument("--workers", action="store_true", help="one worker and several, instead")
    one.add_argument("--kernels", action="store_true", help="the speed of each kernel beside the best, instead")
    one.add_argument("--trace", action="store_true", help="how long it takes to trace one number, instead")
    commands.add_parser("build", help="build the wheel and the site into dist/")
    commands.add_parser("archive", help="pack the site with a small server into dist/, for a classroom")
    commands.add_parser("audit", help="ask pip-audit and npm audit about what is pinned")
    commands.add_parser("screenshot", help="train in Chromium and make the README's picture")
    commands.add_parser("shapes", help="draw scnn/data/shapes.xz again")
    commands.add_parser("dataset", help="make scnn/data/digits.xz again from the package it came from")
    return made


def enter_environment() -> None:
    """Makes .venv with exactly what tests/requirements.txt pins, and starts over inside it."""
    lock = ROOT / "tests" / "requirements.txt"
    stamp = ENVIRONMENT / "installed"
    if not stamp.exists() or stamp.read_text() != sha256(lock):
        say("Making the Python environment in .venv …")
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", lock)
        stamp.write_text(sha256(lock))
    if Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        sys.exit(subprocess.run([PYTHON, *sys.argv], check=False).returncode)


def serve(port: int) -> None:
    try:
        server = Server(SITE, port)
    except OSError as error:
        raise Failure(f"port {port} cannot be used: {error.strerror}") from None
    server.run()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failure as failure:
        sys.exit(f"build.py: {failure}")
