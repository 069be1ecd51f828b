"""The link to the worker: asks it, and finds out why it does not answer."""

import asyncio
import json

from pyscript import window, workers
from pyscript.ffi import create_proxy, to_js

# What the worker is made of, for finding out what is missing.
PARTS = (
    "worker.json",
    "worker.py",
    "vendor/pyodide/pyodide.mjs",
    "vendor/pyodide/pyodide.asm.mjs",
    "vendor/pyodide/pyodide.asm.wasm",
    "vendor/pyodide/python_stdlib.zip",
    "vendor/pyodide/pyodide-lock.json",
)


LATE = "late"


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
            return await self.ask("status")
        except Exception as error:
            words = f"Python could not be started. {await missing_parts()}"
            raise WorkerFailed(words, str(error.args[-1] if error.args else error)) from None

    async def ask(self, what, data=(), **settings):
        """The session's answer to one question, as a dict; `data` are files, which settings["files"] names. Its
        "error", if any, is for the asker to show."""
        settings["do"] = what
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
    """A sentence on which of the worker's files cannot be had, if any."""
    parts = list(PARTS)
    try:
        config = json.loads(await (await window.fetch("worker.json")).text())
        parts += list(config["files"])
    except Exception:
        pass  # the loop below names worker.json
    for part in parts:
        try:
            response = await window.fetch(part)
            if not response.ok:
                return f"The file {part} is missing (status {response.status})."
            kind = response.headers.get("content-type") or ""
            if part.endswith(".wasm") and not kind.startswith("application/wasm"):
                return f"The server gives {part} out as {kind}, and browsers want application/wasm."
        except Exception:
            return f"The file {part} could not be fetched: is the network gone?"
    return "All its files are there, but it did not start."


async def after(seconds, do):
    """Does something later."""
    await asyncio.sleep(seconds)
    await do()
