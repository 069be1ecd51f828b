"""The page's texts, from one catalogue for each language."""

import json

from pyscript import document
from widgets.dom import element, replace
from widgets.markup import EMPHASIS, PLAIN, TERM, parts_of

TEXTS = {}
with open("texts.json") as file:
    TEXTS.update(json.load(file))


def text(key, **values):
    """The text of this key, with values in the places of their names."""
    return TEXTS[key].format(**values)


def nodes_of(words):
    """The elements of a text with markup."""
    made = []
    for kind, part, target in parts_of(words):
        if kind == PLAIN:
            made.append(document.createTextNode(part))
        elif kind == EMPHASIS:
            made.append(element("em", part))
        elif kind == TERM:
            made.append(element("button", part, type="button", class_="term", data_term=target))
        else:
            made.append(element("a", part, href=target))
    return made


def show_text(target, key, **values):
    """Puts a text with markup into an element."""
    replace(target, nodes_of(text(key, **values)))
