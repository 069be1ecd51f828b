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
    return {"texts": texts, "markup": {key: words for key, words in made.items() if "<" in words}}


def markup(text: str) -> str:
    """A text with the page's markup as HTML."""
    made = []
    for kind, words, target in parts_of(text):  # type: ignore[no-untyped-call] # MicroPython reads it, too
        words, target = html.escape(words, quote=False), html.escape(target)
        if kind == PLAIN:
            made.append(words)
        elif kind == EMPHASIS:
            made.append(f"<em>{words}</em>")
        elif kind == TERM:
            made.append(f'<button class="term" data-term="{target}" type="button">{words}</button>')
        else:
            made.append(f'<a href="{target}">{words}</a>')
    return "".join(made)
