"""What the worker keeps in the browser's storage (IndexedDB): the checkpoint of each tab's training, as it goes."""

import asyncio
import json
import random
from contextlib import suppress
from time import time

import js
from pyodide.ffi import create_once_callable, to_js

NAME, TABLE = "scnn", "trainings"
PATIENCE = 5  # seconds that storage has for an answer
SILENT = "This training is not kept: the browser's storage does not answer."
MOST = 3  # trainings kept; the oldest make room


class Refused(Exception):
    """The browser does not keep this: storage is full, switched off, or private."""


class Store:
    def __init__(self):
        self.name = NAME
        self.database = None
        self.writing = None  # the task that did not end in time
        self.key = f"{time():.3f}-{random_id()}"  # two tabs do not write over one another

    def belong_to(self, path):
        """Sites under other paths of one origin keep their trainings apart; None changes nothing."""
        if path is not None and self.database is None:
            self.name = f"{NAME} {path.rpartition('/')[0]}/"

    async def open(self):
        if getattr(js, "storageRefused", ""):
            raise Refused(f"this browser keeps nothing for this page ({js.storageRefused}).")
        if self.database is None:
            request = js.indexedDB.open(self.name, 1)
            request.onupgradeneeded = create_once_callable(lambda event: event.target.result.createObjectStore(TABLE))
            self.database = await result_of(request)
        return self.database

    async def table(self, mode):
        return (await self.open()).transaction(TABLE, mode).objectStore(TABLE)

    async def keep(self, checkpoint, described, progress):
        """Writes the training; "" if that was done, else why it was not. A finished one needs no keeping. Where the
        storage does not answer in time, the writing goes on, and until it ends a training waits no more."""
        if self.writing and not self.writing.done():
            return SILENT
        self.writing = asyncio.ensure_future(self.put(checkpoint, described, progress))
        try:
            return await asyncio.wait_for(asyncio.shield(self.writing), PATIENCE)
        except Refused as error:
            return f"This training is not kept: {error}"
        except TimeoutError:
            self.writing.add_done_callback(lambda task: task.exception())  # which nobody else will ask for
            return SILENT
        except Exception as error:
            name = getattr(error, "name", type(error).__name__)
            return f"This training is not kept: the browser's storage cannot be used ({name})."

    async def put(self, checkpoint, described, progress):
        table = await self.table("readwrite")
        words = {"experiment": described["experiment"], "progress": progress, "when": time()}
        words["finished"] = described["finished"]
        table.put(to_js([json.dumps(words), to_js(checkpoint)]), self.key)
        await written(table.transaction)  # a put alone may succeed and still be taken back, where storage is full
        await self.make_room()
        return ""

    async def make_room(self):
        keys = sorted(await result_of((await self.table("readonly")).getAllKeys()))
        for key in keys[:-MOST]:
            if key != self.key:
                await self.forget(key)

    async def newest(self):
        """Key and description of the training that was kept last; None if there is none, {"error": …} where the
        storage cannot be read."""
        try:
            keys = sorted(await result_of((await self.table("readonly")).getAllKeys()))
            for key in reversed(keys):
                entry = await result_of((await self.table("readonly")).get(key))
                if entry:
                    return {"key": key, **json.loads(entry[0])}
        except Refused:
            return None  # the browser keeps nothing, so there is nothing to offer
        except Exception as error:
            name = getattr(error, "name", type(error).__name__)
            return {"error": f"What this browser may have kept cannot be read ({name}: {error})."}
        return None

    async def read(self, key):
        entry = await result_of((await self.table("readonly")).get(key))
        return entry[1].to_py().tobytes()

    async def forget(self, key):
        """Deletes a training; where the storage does not answer, or is none, there is nothing to wait for."""
        with suppress(Exception):
            await asyncio.wait_for(self.delete(key), PATIENCE)

    async def delete(self, key):
        await result_of((await self.table("readwrite")).delete(key))


async def result_of(request):
    """Waits for an IndexedDB request."""
    await settled(request, "onsuccess", ["onerror"])
    return request.result


async def written(transaction):
    """Waits until all of an IndexedDB transaction is in the store."""
    await settled(transaction, "oncomplete", ["onabort", "onerror"])


async def settled(target, good, bad):
    """Waits for one of a request's or a transaction's events; raises Refused after a bad one."""
    future = asyncio.get_running_loop().create_future()

    def done(_):
        if not future.done():
            future.set_result(None)

    def failed(_):
        if not future.done():
            error = target.error
            full = error and error.name == "QuotaExceededError"
            future.set_exception(Refused("the browser's storage is full." if full else f"{error}"))

    setattr(target, good, create_once_callable(done))
    for name in bad:
        setattr(target, name, create_once_callable(failed))
    await future


def random_id():
    """An id that no other tab has; only secure contexts have `randomUUID`."""
    return js.crypto.randomUUID() if hasattr(js.crypto, "randomUUID") else f"{random.getrandbits(64):016x}"
