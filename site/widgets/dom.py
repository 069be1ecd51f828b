"""The few words that all widgets use to speak to the document. Text is always set as text, never as HTML."""

from pyscript import document
from pyscript.ffi import create_proxy


def by_id(name):
    return document.getElementById(name)


def element(tag, text="", **attributes):
    """A new element; in attributes' names, _ stands for -."""
    made = document.createElement(tag)
    made.textContent = text
    for name, value in attributes.items():
        made.setAttribute(name.strip("_").replace("_", "-"), str(value))
    return made


def replace(parent, children):
    """Puts these in the place of everything in the parent."""
    parent.replaceChildren()
    for child in children:
        parent.append(child)


def listen(target, event, handler):
    target.addEventListener(event, create_proxy(handler))


def sure(probability):
    """How sure a network is, which is never quite."""
    return percent(round(probability, 2)) if probability < 0.995 else "more than 99 %"


def nearly(probability):
    """A probability to a tenth of a per cent; what is not certain is not said to be."""
    return percent(min(round(probability, 3), 0.999))


def percent(share):
    """A share of one in whole per cent; a tenth more where it matters."""
    return f"{share * 100:.0f} %" if share * 100 == round(share * 100) else f"{share * 100:.1f} %"
