"""The connection to the worker: sends messages, and finds out why the worker does not answer."""

import asyncio
import json

from pyscript import window, workers
from pyscript.ffi import create_proxy, to_js

LATE = "late"
FILE_TIMEOUT = 5  # seconds, when files are checked


class WorkerFailed(Exception):
    """The worker did not start, or has crashed; the second argument has details."""


class Worker:
    def __init__(self, timeout):
        """`timeout`: seconds that any one answer may take."""
        self.proxy = None
        self.timeout = timeout

    async def connect(self):
        """Waits for the worker; raises WorkerFailed if it does not start."""
        try:
            self.proxy = await workers["trainer"]
            return await self.request("status", path=window.location.pathname)
        except Exception as error:
            words = f"Python could not be started. {await missing_parts()}"
            raise WorkerFailed(words, str(error.args[-1] if error.args else error)) from None

    async def request(self, action, data=(), **settings):
        """The session's answer to a message, as a dict; `data` are files, which settings["files"] names. The caller
        shows the "error" of an answer."""
        settings["action"] = action
        message = json.dumps(settings)
        try:  # MicroPython cannot spread arguments into a call of JavaScript
            if len(data) == 2:
                promise = self.proxy.handle(message, data[0], data[1])
            elif len(data) == 1:
                promise = self.proxy.handle(message, data[0])
            else:
                promise = self.proxy.handle(message)
            answer = await in_time(promise, self.timeout)
        except Exception as error:
            raise WorkerFailed("The worker that trains the network has stopped.", str(error)) from None
        if answer == LATE:
            words = f"The worker that trains the network has not answered for {self.timeout:g} seconds."
            raise WorkerFailed(f"{words} The saved training is still there: try again, then continue it.", "")
        return json.loads(answer)


async def in_time(promise, seconds):
    """The promise's result, or LATE if it takes longer."""

    def wait(resolve, _):
        window.setTimeout(create_proxy(lambda: resolve(LATE)), 1000 * seconds)

    return await window.Promise.race(to_js([promise, window.Promise.new(create_proxy(wait))]))


async def missing_parts():
    """A sentence that says which file is missing or damaged, or that storage is refused, or that both are fine."""
    try:
        text = await (await in_time(window.fetch("sw.js"), FILE_TIMEOUT)).text()
        files = json.loads(text.split("FILES = ")[1].split(";")[0])
    except Exception:
        files = {"sw.js": ""}  # which contains the list of files with their hashes
    for part, integrity in files.items():
        if part.endswith((".html", ".png", ".svg", ".txt")):
            continue
        words = await wrong_with(part, integrity)
        if words:
            return words
    return "All files of the page are complete, but it did not start."


async def wrong_with(part, integrity):
    """Why a file is not as it was built; None if it is."""
    broken = False
    try:
        try:
            response = await in_time(window.fetch(part, to_js({"integrity": integrity})), FILE_TIMEOUT)
        except Exception:
            broken = True
            response = await in_time(window.fetch(part), FILE_TIMEOUT)
    except Exception:
        return f"The file {part} could not be fetched: is there a network connection?"
    if response == LATE:
        return f"The file {part} does not arrive: the server or the network does not answer."
    if not response.ok:
        return f"The file {part} is missing (status {response.status})."
    kind = response.headers.get("content-type") or ""
    if part.endswith(".wasm") and not kind.startswith("application/wasm"):
        return f"The server sends {part} as {kind}; browsers need application/wasm."
    if part.endswith((".js", ".mjs")) and "javascript" not in kind:
        return f"The server sends {part} as {kind}; browsers need text/javascript."
    return f"The file {part} is damaged, or belongs to another version of this page." if broken else None


async def call_later(seconds, callback):
    await asyncio.sleep(seconds)
    await callback()


def timeout_from(search, name, default):
    """The seconds that the address's query gives under this name, or the default."""
    given = window.URLSearchParams.new(search).get(name)
    try:
        return float(given) if 0 < float(given or 0) < 10_000 else default
    except ValueError:
        return default
