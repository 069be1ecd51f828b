"""The link to the worker: asks it, and finds out why it does not answer."""

import asyncio
import json

from pyscript import window, workers
from pyscript.ffi import create_proxy, to_js

LATE = "late"
SLOW = 5  # seconds for a file that is asked for to find out what is wrong


class WorkerFailed(Exception):
    """The worker did not come up, or broke; the second argument holds details."""


class Worker:
    def __init__(self, patience):
        """`patience`: seconds that any one answer may take."""
        self.proxy = None
        self.patience = patience

    async def connect(self):
        """Waits for the worker; raises WorkerFailed when it cannot be reached."""
        try:
            self.proxy = await workers["trainer"]
            return await self.ask("status", path=window.location.pathname)
        except Exception as error:
            words = f"Python could not be started. {await missing_parts()}"
            raise WorkerFailed(words, str(error.args[-1] if error.args else error)) from None

    async def ask(self, what, data=(), **settings):
        """The session's answer to one question, as a dict; `data` are files, which settings["files"] names. Its
        "error", if any, is for the asker to show."""
        settings["action"] = what
        question = json.dumps(settings)
        try:  # MicroPython does not spread arguments into a call of JavaScript
            if len(data) == 2:
                coming = self.proxy.ask(question, data[0], data[1])
            elif len(data) == 1:
                coming = self.proxy.ask(question, data[0])
            else:
                coming = self.proxy.ask(question)
            answer = await in_time(coming, self.patience)
        except Exception as error:
            raise WorkerFailed("The part of the page that computes has stopped.", str(error)) from None
        if answer == LATE:
            words = f"The part of the page that computes has not answered for {self.patience:g} seconds."
            raise WorkerFailed(f"{words} What was kept is still there: try again, and continue it.", "")
        return json.loads(answer)


async def in_time(coming, seconds):
    """What the promise gives, or LATE if it gives nothing for so long."""

    def wait(resolve, _):
        window.setTimeout(create_proxy(lambda: resolve(LATE)), 1000 * seconds)

    return await window.Promise.race(to_js([coming, window.Promise.new(create_proxy(wait))]))


async def missing_parts():
    """A sentence on what is missing: a file as it was built, or the browser's storage; if it is neither, that."""
    try:
        text = await (await in_time(window.fetch("sw.js"), SLOW)).text()
        files = json.loads(text.split("FILES = ")[1].split(";")[0])
    except Exception:
        files = {"sw.js": ""}  # the list of files with their hashes, which the build made
    for part, integrity in files.items():
        if part.endswith((".html", ".png", ".svg", ".txt")):
            continue
        words = await wrong_with(part, integrity)
        if words:
            return words
    return "All its files are there, but it did not start."


async def wrong_with(part, integrity):
    """Why a file is not what it should be; None if it is."""
    broken = False
    try:
        try:
            response = await in_time(window.fetch(part, to_js({"integrity": integrity})), SLOW)
        except Exception:
            broken = True
            response = await in_time(window.fetch(part), SLOW)
    except Exception:
        return f"The file {part} could not be fetched: is the network gone?"
    if response == LATE:
        return f"The file {part} does not come: the server or the network does not answer."
    if not response.ok:
        return f"The file {part} is missing (status {response.status})."
    kind = response.headers.get("content-type") or ""
    if part.endswith(".wasm") and not kind.startswith("application/wasm"):
        return f"The server gives {part} out as {kind}, and browsers want application/wasm."
    if part.endswith((".js", ".mjs")) and "javascript" not in kind:
        return f"The server gives {part} out as {kind}, and browsers want text/javascript."
    return f"The file {part} is not whole, or not the one that belongs to this page." if broken else None


async def after(seconds, do):
    """Does something later."""
    await asyncio.sleep(seconds)
    await do()
