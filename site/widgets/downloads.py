"""Saves what the page has made as files of the person's."""

from pyscript import window
from pyscript.ffi import create_proxy, to_js
from widgets.dom import element


def save_text(text, kind, name):
    """Downloads a text as a file of this MIME type."""
    save(window.Blob.new(to_js([text]), to_js({"type": kind})), name)


def save(blob, name):
    """Downloads a file."""
    save_link(window.URL.createObjectURL(blob), name)


def save_link(address, name):
    link = element("a", href=address, download=name)
    link.click()
    window.setTimeout(create_proxy(lambda: window.URL.revokeObjectURL(address)), 10_000)
