"""`python build.py bench`: the speed of training beside others', or the documentation's other figures."""

from pathlib import Path

from builder.assembly import build_site
from builder.command import run, run_module
from builder.node import install_node_packages
from builder.paths import PYTHON, ROOT

from tests.tools.browsers import find_browsers

TORCH = "torch==2.13.0"  # to measure against, and for making the tests' figures


def compare_peers(to_file: Path | None, torch: bool) -> None:
    """Our engines, ConvNetJS and, where it is installed, PyTorch, in one run; `torch` installs it first."""
    build_site()
    install_node_packages(ROOT / "tests" / "bench")
    if torch:
        run(PYTHON, "-m", "pip", "install", "--quiet", TORCH)
    options = ["--json", to_file.resolve()] if to_file else []
    run_module("tests.bench", *options, env=find_browsers(["chromium"]))


def compare_workers(torch: bool) -> None:
    """One worker and several, on wasmtime and in browsers; and PyTorch, where it is installed."""
    build_site()
    install_node_packages(ROOT / "tests" / "bench")
    if torch:
        run(PYTHON, "-m", "pip", "install", "--quiet", TORCH)
    run_module("tests.bench.workers", env=find_browsers(["chromium", "firefox"]))


def in_browser_too(module: str) -> None:
    """A table of tests/bench with a column for Chromium: `trace` or `kernels`."""
    build_site()
    install_node_packages(ROOT / "tests" / "bench")
    run_module(f"tests.bench.{module}", env=find_browsers(["chromium"]))
