"""Shows what a command prints, run while the documentation is built: ```` ```{run} scnn info --help ````."""

import os
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[3]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("run", Run)
    return {"parallel_read_safe": True}


class Run(SphinxDirective):
    """The command, and what it prints: all of it, or so many lines from the one that starts with `after` on."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"after": directives.unchanged, "lines": directives.positive_int}  # noqa: RUF012 - as docutils has it

    def run(self) -> list[nodes.Node]:
        command = self.arguments[0]
        lines = printed(command).splitlines()
        if "after" in self.options:
            first = next((index for index, line in enumerate(lines) if line.startswith(self.options["after"])), None)
            if first is None:
                raise self.error(f"`{command}` prints no line that starts with {self.options['after']!r}")
            lines = lines[first:]
        shown = lines[: self.options.get("lines")]
        text = "\n".join([f"$ {command}", *shown, *(["…"] if len(shown) < len(lines) else [])])
        return [nodes.literal_block(text, text, language="text")]


@cache
def printed(command: str) -> str:
    """The output of `python …` or `scnn …`."""
    program, *arguments = shlex.split(command)
    start = [sys.executable] if program == "python" else [sys.executable, "-m", program]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    result = subprocess.run(
        [*start, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if result.returncode:
        raise ExtensionError(f"`{command}` failed:\n{result.stderr}")
    return result.stdout
