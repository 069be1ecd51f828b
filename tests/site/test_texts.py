"""The catalogue of texts: every text is in it, is used, and is filled into the page by the build."""

import json
import re

from builder.paths import SITE, SOURCE
from builder.texts import markup

TEXTS: dict[str, str] = json.loads((SOURCE / "texts" / "en.json").read_text(encoding="utf-8"))
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in (SOURCE / "widgets").glob("*.py")}
PAGE = (SOURCE / "index.html").read_text(encoding="utf-8")


def keys_used() -> set[str]:
    """The keys in the page and in the widgets; an f-string stands for every key with its beginning."""
    used = set(re.findall(r'data-text(?:-label)?="([^"]+)"', PAGE))
    used |= {target for value in TEXTS.values() for target in re.findall(r"\]\((term\.[^)]+)\)", value)}
    used |= set(re.findall(r'data-term="([^"]+)"', PAGE))
    for source in SOURCES.values():
        used |= {key for key in re.findall(r'"([a-z_]+\.[^"\s{}]+)"', source) if key in TEXTS}
        for beginning in re.findall(r'f"([a-z_]+\.[\w.-]*)\{', source):
            used |= {key for key in TEXTS if key.startswith(beginning)}
    return used


def test_every_key_exists_and_is_used() -> None:
    """No text is missing, and none is left over."""
    named = set(re.findall(r'data-text(?:-label)?="([^"]+)"', PAGE))
    for source in SOURCES.values():
        named |= set(re.findall(r'\b(?:text|show_text)\((?:[\w.]+\([^)]*\), )?"([^"{}]+)"', source))
    assert named <= set(TEXTS)
    assert keys_used() == set(TEXTS)


def test_the_page_is_filled() -> None:
    """It can be read before Python has started."""
    built = (SITE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'data-text="[^"]+"[^>]*></', built)
    assert f'aria-label="{TEXTS["nav.places"]}"' in built


def test_markup() -> None:
    """Emphasis, links, glossary terms, and what only looks like markup."""
    assert markup("a *b* & [c](#/see) [d](term.x)") == (
        'a <em>b</em> &amp; <a href="#/see">c</a> <button class="term" data-term="term.x" type="button">d</button>'
    )
    assert markup("3 * 4 [5] <b>") == "3 * 4 [5] &lt;b&gt;"


def test_ids_are_unique() -> None:
    """An id names one element, or a handler is attached to another."""
    ids = re.findall(r'\bid="([^"]+)"', PAGE)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
