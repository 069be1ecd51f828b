"""Fills the page's HTML with the English texts, so that it can be read before Python starts, and prepares the
catalogues of all languages for `language.js` and the widgets."""

import html
import json
import re
from pathlib import Path
from typing import Any

from widgets.markup import EMPHASIS, PLAIN, TERM, parts_of

ENGLISH = "en.json"
ELEMENT = re.compile(r"(<(\w+)\b[^>]*?\bdata-text=\"([^\"]+)\"[^>]*>)(</\2>)")
LABEL = re.compile(r"(<[^>]*?\bdata-text-label=\"([^\"]+)\")")


def fill_texts(page: Path, catalogues: Path) -> None:
    """Puts the text of each `data-text` into its element, and of each `data-text-label` into its `aria-label`. Raises
    KeyError for a key that the catalogue does not have."""
    texts = json.loads((catalogues / ENGLISH).read_text(encoding="utf-8"))
    source = page.read_text(encoding="utf-8")
    filled = ELEMENT.sub(lambda found: found[1] + markup(texts[found[3]]) + found[4], source)
    filled = LABEL.sub(lambda found: f'{found[1]} aria-label="{html.escape(texts[found[2]])}"', filled)
    page.write_text(filled, encoding="utf-8")
    shown = {found[3] for found in ELEMENT.finditer(source)}
    for path in catalogues.glob("*.json"):
        own = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(packed({**texts, **own}, shown), ensure_ascii=False), encoding="utf-8")


def packed(texts: dict[str, Any], shown: set[str]) -> dict[str, Any]:
    """A catalogue as the page loads it: the `texts`, and the HTML of those of the page that have `markup`."""
    made = {key: markup(texts[key]) for key in sorted(shown)}
    return {"texts": texts, "markup": {key: content for key, content in made.items() if "<" in content}}


def markup(text: str) -> str:
    """A text with the page's markup as HTML."""
    made = []
    for kind, content, target in parts_of(text):  # type: ignore[no-untyped-call] # MicroPython reads it, too
        content, target = html.escape(content, quote=False), html.escape(target)
        if kind == PLAIN:
            made.append(content)
        elif kind == EMPHASIS:
            made.append(f"<em>{content}</em>")
        elif kind == TERM:
            made.append(f'<button class="term" data-term="{target}" type="button">{content}</button>')
        else:
            made.append(f'<a href="{target}">{content}</a>')
    return "".join(made)
