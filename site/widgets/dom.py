"""Shorthands for the document, shared by all widgets. Text is always set as text, never as HTML."""

from pyscript import document
from pyscript.ffi import create_proxy


def by_id(name):
    return document.getElementById(name)


def element(tag, text="", **attributes):
    """A new element; _ in attribute names becomes -."""
    made = document.createElement(tag)
    made.textContent = text
    for name, value in attributes.items():
        made.setAttribute(name.strip("_").replace("_", "-"), str(value))
    return made


def replace(parent, children):
    """Replaces everything in the parent."""
    parent.replaceChildren()
    for child in children:
        parent.append(child)


def listen(target, event, handler):
    target.addEventListener(event, create_proxy(handler))


def sure(probability):
    """The probability of a prediction in per cent, never 100 %."""
    return percent(round(probability, 2)) if probability < 0.995 else "more than 99 %"


def nearly(probability):
    """A probability to a tenth of a per cent, at most 99.9 %."""
    return percent(min(round(probability, 3), 0.999))


def percent(share):
    """A fraction in per cent, with one decimal unless it is a whole number."""
    return f"{share * 100:.0f} %" if share * 100 == round(share * 100) else f"{share * 100:.1f} %"
