"""Shorthands for the document, shared by all widgets. Text is always set as text, never as HTML."""

import asyncio
import io
import sys

from pyscript import document, window
from pyscript.ffi import create_proxy, to_js


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
    """Calls the handler while the event is dispatched; an error in it reaches the person, as every error of the page
    does. What is async in it runs as a task."""
    target.addEventListener(event, create_proxy(lambda happened: handle(handler, happened)))


def handle(handler, event):
    try:
        found = handler(event)
    except Exception as error:
        report(error)
        return
    if hasattr(found, "send"):  # what an async handler returns
        run(found)


def run(coroutine):
    """Starts a task; an error in it reaches the person."""
    return asyncio.create_task(reporting(coroutine))


async def reporting(coroutine):
    try:
        await coroutine
    except Exception as error:
        report(error)


def report(error):
    """Raises the error once more, in the window: boot.js shows it."""
    details = io.StringIO()
    sys.print_exception(error, details)  # type: ignore[attr-defined] # MicroPython's own
    window.dispatchEvent(window.ErrorEvent.new("error", to_js({"message": details.getvalue()})))
