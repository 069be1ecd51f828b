"""Docstrings for Sphinx. Ours are plain text with `code`, indented formulas and examples; reStructuredText would read
their stars, bars and underscores as markup."""

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

MARKUP = re.compile(r"([\\*|_`\[\]])")
CODE = re.compile(r"`([^`]+)`")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", rewrite)
    return {"parallel_read_safe": True}


def rewrite(app: Sphinx, kind: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Replaces a docstring's lines, in place, by reStructuredText that looks the same."""
    lines[:] = markup_of(lines)


def markup_of(lines: list[str]) -> list[str]:
    """Paragraphs with their code marked and all else escaped; formulas and examples as literal blocks."""
    made: list[str] = []
    for block in blocks_of(lines):
        if block[0].lstrip().startswith(">>>"):
            made += ["", ".. code-block:: pycon", "", *("   " + line for line in block), ""]
        elif is_verbatim(block):
            made += ["", ".. code-block:: text", "", *("   " + line for line in block), ""]
        else:
            for part in parts_of(block):
                text = "".join(pieces_of("\n".join(part)))
                made += ["", *(text if text.startswith("- ") else f"\\ {text}").split("\n"), ""]
    return made


def parts_of(block: list[str]) -> Iterator[list[str]]:
    """A paragraph, and each item of a list that follows it without an empty line between."""
    part: list[str] = []
    for line in (one.strip() for one in block):
        if line.startswith("- "):
            if part:
                yield part
            part = [line]
        else:
            part.append(f"  {line}" if part and part[0].startswith("- ") else line)
    yield part


def blocks_of(lines: list[str]) -> Iterator[list[str]]:
    """Groups of lines between empty ones."""
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []


def is_verbatim(block: list[str]) -> bool:
    """Whether a block's lines are to stay as they are: some are indented, or each is a formula or statement."""
    indented = any(line.startswith("    ") for line in block)
    return indented or (len(block) > 1 and all(" = " in line for line in block))


def pieces_of(text: str) -> Iterator[str]:
    """A paragraph's parts: what stands between backticks as code, all else with its markup escaped."""
    end = 0
    for found in CODE.finditer(text):
        yield MARKUP.sub(r"\\\1", text[end : found.start()])
        before = "" if found.start() == 0 or text[found.start() - 1].isspace() else "\\ "
        after = "\\ " if text[found.end() : found.end() + 1].isalnum() else ""
        code = " ".join(found[1].split())
        yield f"{before}``{code}``{after}"
        end = found.end()
    yield MARKUP.sub(r"\\\1", text[end:])
