"""The worker: one session of scnn, asked by the page. Questions and answers are JSON; files come as bytes beside."""

import json
from pathlib import Path
from time import perf_counter

import js
from pyodide.ffi import to_js
from store import Store

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.page.session import Session

__export__ = ["ask", "continue_kept", "file_link", "forget_kept", "kept"]

MODEL = Path("pretrained.safetensors")

engines = {"compiled": compiled, "interpreted": Interpreter}
session = Session(perf_counter, engines, MODEL.read_bytes() if MODEL.exists() else None)
store = Store()


async def ask(question, *files):
    """Answers one question; `files` are Uint8Arrays, named by the message's "files"."""
    message = json.loads(question)
    store.belong_to(message.pop("path", None))
    for name, data in zip(message.pop("files", []), files, strict=False):
        message[name] = bytes(data.to_py())
    answer = await advance(message) if message["action"] == "advance" else await kept_answer(message)
    if message["action"] == "reset":
        await store.forget(store.key)
    return json.dumps(answer)


async def advance(message):
    """As many epochs as the budget holds: each is kept before the next begins, so that none is lost with the tab."""
    until = perf_counter() + message["budget_ms"] / 1000
    answer = await kept_answer(message)
    events = answer.get("events")
    while events and not answer["finished"] and (left := until - perf_counter()) > 0:
        more = await kept_answer({**message, "budget_ms": 1000 * left})
        if "error" in more:
            return more
        answer.update(more)
        if not more["events"]:
            break
        events += more["events"]
    return {**answer, "events": events} if events else answer


async def kept_answer(message):
    """The session's answer, and what became of keeping the training where an epoch has ended."""
    answer = session.handle(message)
    if answer.get("events") or answer.get("finished"):
        answer["kept"] = await store.keep(session.checkpoint_file(), session.run.describe(), answer["progress"])
    return answer


async def kept():
    """The newest training that was kept, or null; where the storage fails, the reason as {"error": …}."""
    return json.dumps(await store.newest())


async def continue_kept(key):
    """Opens a kept training; the answer is that of `open`."""
    data = await store.read(key)
    store.key = key  # what goes on is kept in the same place
    return json.dumps(session.handle({"action": "open", "data": data}))


async def forget_kept(key):
    await store.forget(key)
    return "{}"


async def file_link(kind):
    """An address within the page from which a model or checkpoint can be saved."""
    data = session.checkpoint_file() if kind == "checkpoint" else session.model_file()
    return js.URL.createObjectURL(js.Blob.new(to_js([to_js(data)])))
