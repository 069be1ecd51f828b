"""The documentation: dist/site/docs, made by Sphinx from site/docs and from scnn's docstrings.

Why Sphinx with the theme Furo and MyST (Markdown), and not MkDocs Material with mkdocstrings: both were tried on the
same two pages. Material reaches its end of life in May 2027, as it says at each build. It has inline scripts that
differ from page to page, and took 616 kB gzipped for the two pages, where Furo took 141 kB. Furo has an inline script
and an inline style, which two templates move into files, so that the pages keep the site's Content-Security-Policy;
its search is plain scripts, which work from any static server, under any path, and from the service worker's cache.
Formulas become MathML while the site is built: no script, no font.
"""

import importlib.metadata
import shutil
from pathlib import Path

from builder.command import Failure, run, say
from builder.paths import DIST, PYTHON, ROOT, SITE, SOURCE
from builder.pretrained import state_of

SOURCES = SOURCE / "docs"
TARGET = SITE / "docs"

# Files that Sphinx writes and no page uses.
LEFT_OUT = (".buildinfo", "_sources", "*.map", "objects.inv")

# What Furo's pages lack for users of keyboards and screen readers.
ACCESSIBLE = {
    '<aside class="sidebar-drawer"': '<aside aria-label="All pages" class="sidebar-drawer"',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    "<pre>": '<pre tabindex="0">',
}

# Packages whose scripts, styles and code colours are part of every page.
MAKERS = ("furo", "pygments", "snowballstemmer", "sphinx", "sphinx-basic-ng")


def add_documentation() -> None:
    """Copies dist/documentation-<state> into dist/site, after building it if any of its sources has changed."""
    made = DIST / f"documentation-{state_of(documentation_sources())}"
    if not made.exists():
        say("Making the documentation …")
        for old in DIST.glob("documentation-*"):
            shutil.rmtree(old)
        unfinished = DIST / "documentation-unfinished"
        make_documentation(unfinished)
        (unfinished / "licences.txt").write_text(licences(), encoding="utf-8")
        unfinished.rename(made)
    shutil.copytree(made, TARGET, ignore=shutil.ignore_patterns(*LEFT_OUT))


def documentation_sources() -> list[Path]:
    """The pages, the files that they include, and this module, which builds them."""
    pages = [path for path in SOURCES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    code = [path for path in (ROOT / "scnn").rglob("*") if path.suffix in (".py", ".md")]
    others = [*ROOT.glob("tests/browser/FAULTS.md"), ROOT / "tests/requirements.txt", SOURCE / "icon.svg"]
    return sorted([*pages, *code, *others, Path(__file__)])


def make_documentation(target: Path) -> None:
    """Runs Sphinx, with warnings as errors."""
    doctrees = DIST / "documentation-doctrees"
    options = ["-b", "html", "--quiet", "--fail-on-warning", "--keep-going", "-d", doctrees]
    run(PYTHON, "-m", "sphinx", *options, SOURCES, target, env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})
    shutil.rmtree(doctrees)
    (target / "_modules" / "index.html").unlink()  # a list of modules without links to it
    for page in target.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for before, after in ACCESSIBLE.items():
            text = text.replace(before, after)
        page.write_text(text, encoding="utf-8")


def licences() -> str:
    """The licence texts of the packages whose files are in the documentation."""
    texts = []
    for name in MAKERS:
        distribution = importlib.metadata.distribution(name)
        paths = [path for path in distribution.files or () if path.name.startswith(("LICENSE", "COPYING"))]
        if not paths:
            raise Failure(f"expected a licence text in the package {name}, found none")
        texts += [f"{name} {distribution.version}\n\n{path.read_text(encoding='utf-8').strip()}\n" for path in paths]
    return f"\n{'-' * 70}\n".join(texts)
