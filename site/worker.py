"""The worker: one session of scnn. Messages and answers are JSON; files are bytes beside them."""

import json
from pathlib import Path
from time import perf_counter

import js
from answers import Answers
from notebook import Notebook, events_of
from pyodide.ffi import to_js
from store import Store

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.page.session import Session

__export__ = ["answers", "continue_saved", "delete_saved", "file_url", "handle", "newest_saved", "notes"]

MODEL = Path("pretrained.safetensors")

engines = {"compiled": compiled, "interpreted": Interpreter}
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
    answer = await advance(message) if message["action"] == "advance" else await answer_and_save(message)
    if message["action"] == "reset":
        await store.delete(store.key)
    return json.dumps(answer)


async def advance(message):
    """Trains as many epochs as the budget allows. Each is saved before the next starts, so that closing the tab loses
    none."""
    until = perf_counter() + message["budget_ms"] / 1000
    answer = await answer_and_save(message)
    events, batches = answer.get("events"), answer.get("batches", [])
    while events and not answer["finished"] and (left := until - perf_counter()) > 0:
        more = await answer_and_save({**message, "budget_ms": 1000 * left})
        if "error" in more:
            return more
        answer.update(more)
        batches += more["batches"]
        if not more["events"]:
            break
        events += more["events"]
    return {**answer, "events": events, "batches": batches} if events else answer


async def answer_and_save(message):
    """The session's answer. After an epoch, the training is saved, and `storage` is "" or why that failed."""
    answer = session.handle(message)
    if answer.get("events") or answer.get("finished"):
        run = session.run
        curves = run.short_curves()
        answer["storage"] = await store.save(session.checkpoint_file(), run.describe(), answer["progress"], curves)
    return answer


async def newest_saved():
    """The newest saved training, or null; if the storage fails, the reason as {"error": …}."""
    return json.dumps(await store.newest())


async def continue_saved(key):
    """Opens a saved training; the answer is that of `open`."""
    data, curves = await store.read(key)
    store.key = key  # it is saved under the same key again
    answer = session.handle({"action": "open", "data": data, "accept_edits": True})  # trained in this browser
    if "error" not in answer and curves:
        session.run.curves = curves
        answer["events"] = events_of(curves)
    return json.dumps(answer)


async def delete_saved(key):
    await store.delete(key)
    return "{}"


async def notes(message):
    """Answers a message about the notebook of runs."""
    return json.dumps(await notebook.answer(json.loads(message), session))


async def answers(message):
    """Answers a message about the answers to exercises that are kept."""
    return json.dumps(await kept_answers.answer(json.loads(message)))


async def file_url(kind):
    """A blob URL of a file: "model", "checkpoint", or "runs.json" and "runs.csv" for the whole notebook."""
    if kind.startswith("runs."):
        data = (await notebook.export(kind.removeprefix("runs."))).encode()
    else:
        data = session.checkpoint_file() if kind == "checkpoint" else session.model_file()
    return js.URL.createObjectURL(js.Blob.new(to_js([to_js(data)])))
