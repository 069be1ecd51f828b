"""The worker: one session of scnn. Messages and answers are JSON; files are bytes beside them."""

import json
from pathlib import Path
from time import perf_counter

import js
from pyodide.ffi import to_js
from store import Store

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.page.session import Session

__export__ = ["continue_saved", "delete_saved", "file_url", "handle", "newest_saved"]

MODEL = Path("pretrained.safetensors")

engines = {"compiled": compiled, "interpreted": Interpreter}
session = Session(perf_counter, engines, MODEL.read_bytes() if MODEL.exists() else None)
store = Store()


async def handle(message, *files):
    """Answers one message; `files` are Uint8Arrays, whose names are in the message's "files"."""
    message = json.loads(message)
    store.belong_to(message.pop("path", None))
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
    events = answer.get("events")
    while events and not answer["finished"] and (left := until - perf_counter()) > 0:
        more = await answer_and_save({**message, "budget_ms": 1000 * left})
        if "error" in more:
            return more
        answer.update(more)
        if not more["events"]:
            break
        events += more["events"]
    return {**answer, "events": events} if events else answer


async def answer_and_save(message):
    """The session's answer. After an epoch, the training is saved, and `storage` is "" or why that failed."""
    answer = session.handle(message)
    if answer.get("events") or answer.get("finished"):
        answer["storage"] = await store.save(session.checkpoint_file(), session.run.describe(), answer["progress"])
    return answer


async def newest_saved():
    """The newest saved training, or null; if the storage fails, the reason as {"error": …}."""
    return json.dumps(await store.newest())


async def continue_saved(key):
    """Opens a saved training; the answer is that of `open`."""
    data = await store.read(key)
    store.key = key  # it is saved under the same key again
    return json.dumps(session.handle({"action": "open", "data": data}))


async def delete_saved(key):
    await store.delete(key)
    return "{}"


async def file_url(kind):
    """A blob URL of a model or checkpoint file."""
    data = session.checkpoint_file() if kind == "checkpoint" else session.model_file()
    return js.URL.createObjectURL(js.Blob.new(to_js([to_js(data)])))
