"""The connection to the worker: sends messages, and finds out why the worker does not answer."""

import asyncio
import json

from pyscript import window, workers
from pyscript.ffi import create_proxy, to_js
from widgets.texts import text

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
            message = text("worker.not_started", why=await missing_parts())
            raise WorkerFailed(message, str(error.args[-1] if error.args else error)) from None

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
            raise WorkerFailed(text("worker.stopped"), str(error)) from None
        if answer == LATE:
            raise WorkerFailed(text("worker.silent", seconds=f"{self.timeout:g}"), "")
        return json.loads(answer)


async def in_time(promise, seconds):
    """The promise's result, or LATE if it takes longer."""

    def wait(resolve, _):
        window.setTimeout(create_proxy(lambda: resolve(LATE)), 1000 * seconds)

    return await window.Promise.race(to_js([promise, window.Promise.new(create_proxy(wait))]))


async def missing_parts():
    """A sentence that says which file is missing or damaged, or that storage is refused, or that both are fine."""
    try:
        script = await (await in_time(window.fetch("sw.js"), FILE_TIMEOUT)).text()
        files = json.loads(script.split("FILES = ")[1].split(";")[0])
    except Exception:
        files = {"sw.js": ""}  # which contains the list of files with their hashes
    for part, integrity in files.items():
        if part.endswith((".html", ".png", ".svg", ".txt")):
            continue
        problem = await wrong_with(part, integrity)
        if problem:
            return problem
    return text("worker.complete")


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
        return text("worker.not_fetched", file=part)
    if response == LATE:
        return text("worker.not_arriving", file=part)
    if not response.ok:
        return text("worker.missing", file=part, status=response.status)
    kind = response.headers.get("content-type") or ""
    if part.endswith(".wasm") and not kind.startswith("application/wasm"):
        return text("worker.wrong_type", file=part, type=kind, needed="application/wasm")
    if part.endswith((".js", ".mjs")) and "javascript" not in kind:
        return text("worker.wrong_type", file=part, type=kind, needed="text/javascript")
    return text("worker.damaged", file=part) if broken else None


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
