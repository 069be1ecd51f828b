"""Texts with markup: as elements of the page."""

from pyscript import document
from widgets.catalogue import TEXTS, decimal, error_text, listed, nearly, percent, sure, text, whole, written
from widgets.dom import element, replace
from widgets.markup import EMPHASIS, PLAIN, TERM, parts_of

__all__ = ["TEXTS", "decimal", "error_text", "listed", "nearly", "percent", "sure", "text", "whole", "written"]


def nodes_of(content):
    """The elements of a text with markup."""
    made = []
    for kind, part, target in parts_of(content):
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
