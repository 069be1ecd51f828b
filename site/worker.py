"""The worker: one session of scnn. Messages and answers are JSON; files are bytes beside them."""

import asyncio
import json
from pathlib import Path
from time import perf_counter

import js
from answers import Answers
from notebook import Notebook, events_of
from pyodide.ffi import to_js
from store import Store

from scnn.engines.crew import Crew
from scnn.engines.hosts import default_host
from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import WasmEngine
from scnn.page.session import Session
from scnn.page.waiting import answer

__export__ = ["answers", "continue_saved", "delete_saved", "file_url", "handle", "newest_saved", "notes"]

MODEL = Path("pretrained.safetensors")


class Cores:
    """Makes engines that share batches with other workers, where there are batches to share. `workers` is the chosen
    number, this worker included."""

    def __init__(self):
        self.workers = 1
        self.crew = None  # the newest one; there is one training at a time

    def make_engine(self, plan):
        host = default_host()
        workers = min(self.workers, len(plan.shards))
        if plan.shards and self.crew:  # a training, and so the end of the one before
            self.crew.close()
        if workers < 2:
            return WasmEngine(plan, host)
        self.crew = Crew(plan, host, workers, js.scnnCrew, perf_counter)
        return self.crew

    def now(self, engine):
        """How many workers train, and why it is only one if workers failed."""
        works = isinstance(engine, Crew) and engine.works
        return {"count": engine.workers if works else 1, "why": getattr(engine, "failure", "")}


cores = Cores()
engines = {"compiled": cores.make_engine, "interpreted": Interpreter}
turn = asyncio.Lock()  # one message at a time: while one waits for workers, none may touch the engine
session = Session(perf_counter, engines, MODEL.read_bytes() if MODEL.exists() else None)
store, notebook, kept_answers = Store(), Notebook(), Answers()


async def handle(message, *files):
    """Answers one message; `files` are Uint8Arrays, whose names are in the message's "files"."""
    message = json.loads(message)
    path = message.pop("path", None)
    store.belong_to(path)
    notebook.belong_to(path)
    kept_answers.belong_to(path)
    for name, data in zip(message.pop("files", []), files, strict=False):
        message[name] = bytes(data.to_py())
    async with turn:
        found = await advance(message) if message["action"] == "advance" else await answer_and_save(message)
        if message["action"] == "reset":
            await store.delete(store.key)
    return json.dumps(found)


async def advance(message):
    """Trains as many epochs as the budget allows. Each is saved before the next starts, so that closing the tab loses
    none."""
    until = perf_counter() + message["budget_ms"] / 1000
    first = await answer_and_save(message)
    events, batches = first.get("events"), first.get("batches", [])
    while events and not first["finished"] and (left := until - perf_counter()) > 0:
        more = await answer_and_save({**message, "budget_ms": 1000 * left})
        if "error" in more:
            return more
        first.update(more)
        batches += more["batches"]
        if not more["events"]:
            break
        events += more["events"]
    return {**first, "events": events, "batches": batches} if events else first


async def answer_and_save(message):
    """The session's answer. After an epoch, the training is saved, and `storage` is "" or why that failed."""
    cores.workers = message.pop("workers", cores.workers)
    found = await answer(session, message)
    if "finished" in found:  # it is about a training, and not about a check's progress
        found["workers"] = cores.now(session.run.trainer.engine)
    if found.get("events") or found.get("finished"):
        run = session.run
        curves = run.short_curves()
        found["storage"] = await store.save(session.checkpoint_file(), run.describe(), found["progress"], curves)
    return found


async def newest_saved():
    """The newest saved training, or null; if the storage fails, the reason as {"error": …}."""
    return json.dumps(await store.newest())


async def continue_saved(key):
    """Opens a saved training; the answer is that of `open`."""
    data, curves = await store.read(key)
    async with turn:
        store.key = key  # it is saved under the same key again
        opened = session.handle({"action": "open", "data": data, "accept_edits": True})  # trained in this browser
        if "error" not in opened and curves:
            session.run.curves = curves
            opened["events"] = events_of(curves)
    return json.dumps(opened)


async def delete_saved(key):
    await store.delete(key)
    return "{}"


async def notes(message):
    """Answers a message about the notebook of runs."""
    async with turn:
        return json.dumps(await notebook.answer(json.loads(message), session))


async def answers(message):
    """Answers a message about the answers to exercises that are kept."""
    return json.dumps(await kept_answers.answer(json.loads(message)))


async def file_url(kind):
    """A blob URL of a file: "model", "checkpoint", or "runs.json" and "runs.csv" for the whole notebook."""
    if kind.startswith("runs."):
        data = (await notebook.export(kind.removeprefix("runs."))).encode()
    else:
        async with turn:
            data = session.checkpoint_file() if kind == "checkpoint" else session.model_file()
    return js.URL.createObjectURL(js.Blob.new(to_js([to_js(data)])))
