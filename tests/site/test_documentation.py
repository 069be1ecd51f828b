"""The built documentation: its links lead somewhere, nothing comes from elsewhere, and it keeps its budget."""

import gzip
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from builder.documentation import MAKERS, TARGET
from builder.paths import SITE

GZIPPED_BYTES = 2_000_000

PAGES = sorted(TARGET.rglob("*.html"))
LOADED = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src", "object": "data"}


@dataclass
class Content(HTMLParser):
    """What a page links to, loads, and offers to links; and what its policy forbids."""

    links: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)
    inline: list[str] = field(default_factory=list)
    policy: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if "id" in values:
            self.anchors.add(values["id"])
        if tag == "a" and "href" in values:
            self.links.add(values["href"])
        if LOADED.get(tag, "") in values:
            self.loaded.add(values[LOADED[tag]])
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag == "style" or (tag == "script" and "src" not in values):
            self.inline.append(tag)
        self.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]


@cache
def content_of(path: Path) -> Content:
    made = Content()
    made.feed(path.read_text(encoding="utf-8"))
    return made


def test_there_are_pages() -> None:
    """Each kind of documentation has some; the tests below are about them."""
    names = {path.relative_to(TARGET).parts[0] for path in PAGES}
    assert {"index.html", "tutorial", "how_to", "reference", "explanation", "search.html"} <= names


ARITY = dict.fromkeys(("mfrac", "mover", "mroot", "msub", "msup", "munder"), 2) | {"msubsup": 3, "munderover": 3}


def test_formulas_are_complete() -> None:
    """They are XML, and each element has as many parts as MathML asks for."""
    formulas = [
        ElementTree.fromstring(formula)
        for path in PAGES
        for formula in re.findall(r"<math.*?</math>", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    ]
    assert len(formulas) > 50
    counts = {(part.tag.split("}")[-1], len(part)) for formula in formulas for part in formula.iter()}
    assert {(name, parts) for name, parts in counts if parts != ARITY.get(name, parts)} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TARGET)))
def test_links_lead_somewhere(path: Path) -> None:
    """Each link and each file that a page loads is a file of the site; each anchor is in the page that it names."""
    content = content_of(path)
    for address in content.links | content.loaded:
        parts = urlsplit(address)
        if parts.scheme:
            assert parts.scheme == "https" and address not in content.loaded, f"{address} is not of this site"
            continue
        target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
        assert target.is_file() and target.is_relative_to(SITE), f"{address} leads nowhere"
        if parts.fragment and target.suffix == ".html":
            assert unquote(parts.fragment) in content_of(target).anchors, f"{address}: there is no such place"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TARGET)))
def test_every_page_keeps_the_policy(path: Path) -> None:
    """Each page has the site's Content-Security-Policy, and no inline script, style or handler."""
    content = content_of(path)
    assert content.policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in content.policy
    assert content.inline == []


def test_styles_load_nothing_from_elsewhere() -> None:
    """What a style sheet names is in the sheet itself."""
    sheets = list(TARGET.rglob("*.css"))
    assert sheets
    for path in sheets:
        for address in re.findall(r"""(?:url\(|@import )["']?([^"')]+)""", path.read_text(encoding="utf-8")):
            assert address.startswith("data:") or (path.parent / address).is_file(), f"{path.name} loads {address}"


def test_bytes() -> None:
    """All of it gzipped, each file by itself."""
    contents = [path.read_bytes() for path in TARGET.rglob("*") if path.is_file()]
    gzipped = sum(min(len(content), len(gzip.compress(content, 9))) for content in contents)
    print(f"the documentation: {len(contents)} files, {sum(map(len, contents)):,} bytes, gzipped {gzipped:,}")
    assert gzipped <= GZIPPED_BYTES


def test_the_licences_of_its_makers() -> None:
    """The text of each package that has files in it is beside it, and linked from the site's page of licences."""
    text = (TARGET / "licences.txt").read_text(encoding="utf-8")
    for name in MAKERS:
        assert re.search(rf"^{name} \d", text, flags=re.MULTILINE)
    assert 'href="docs/licences.txt"' in (SITE / "licences.html").read_text(encoding="utf-8")
