"""Third-party files of the site, under dist/site/vendor: copied from npm packages, each with its licence."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from builder.command import Failure, run
from builder.node import node
from builder.paths import NODE_MODULES, SITE

VENDOR = SITE / "vendor"

# Each folder of vendor/: the folder of node_modules that it comes from, and the files that the page loads.
VENDORED = {
    "pyscript": (
        "@pyscript/core/dist",
        ["core.js", "core-*.js", "core.css", "error-*.js", "codemirror_*.js", "index-*.js"],
    ),
    "micropython": (
        "@micropython/micropython-webassembly-pyscript",
        ["micropython.mjs", "micropython.wasm"],
    ),
    "pyodide": (
        "pyodide",
        ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"],
    ),
    "uplot": ("uplot/dist", ["uPlot.iife.min.js", "uPlot.min.css"]),
    "pico": ("@picocss/pico/css", ["pico.min.css"]),
}


def vendor_packages() -> None:
    """Fills dist/site/vendor."""
    for name, (folder, patterns) in VENDORED.items():
        copy_package(VENDOR / name, NODE_MODULES / folder, patterns)
    lock = VENDOR / "pyodide" / "pyodide-lock.json"  # none of the packages that it lists is in the site
    lock.write_text(json.dumps({**json.loads(lock.read_text()), "packages": {}}))
    shorten_library(VENDOR / "pyodide" / "python_stdlib.zip")


def copy_package(target: Path, source: Path, patterns: Sequence[str]) -> None:
    """Copies a package's files and its licence."""
    target.mkdir(parents=True)
    for pattern in patterns:
        found = list(source.glob(pattern))
        if not found:
            raise Failure(
                f"expected {pattern} in {source}, found none: delete site/node_modules, so that it is installed again"
            )
        for path in found:
            shutil.copy(path, target)
    package = source if (source / "package.json").exists() else source.parent
    for licence in package.glob("LICEN[CS]E*"):
        shutil.copy(licence, target / f"{licence.stem}.txt")  # so that servers send it as text


def shorten_library(target: Path) -> None:
    """Replaces Pyodide's copy of Python's library by one without what the page never uses, and with bytecode of what
    it imports at its start; library.py does it, inside Pyodide."""
    pyodide = NODE_MODULES / "pyodide"
    run(*node(), Path(__file__).with_name("library.mjs"), pyodide / "pyodide.mjs", pyodide / target.name, target)
