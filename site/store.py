"""Checkpoints in the browser's storage (IndexedDB): one for each tab's training, replaced after every epoch."""

import asyncio
import json
import random
from contextlib import suppress
from time import time

import js
from pyodide.ffi import create_once_callable, to_js

NAME, TABLE = "scnn", "trainings"
TIMEOUT = 5  # seconds
NO_ANSWER = "This training is not saved: the browser's storage does not answer."
MAX_TRAININGS = 3  # older ones are deleted


class StorageError(Exception):
    """The browser refuses to store this: storage is full, disabled, or private."""


class Store:
    def __init__(self):
        self.name = NAME
        self.database = None
        self.writing = None  # a task that has not ended in time
        self.key = f"{time():.3f}-{random_id()}"  # unique for each tab

    def belong_to(self, path):
        """Separates the trainings of sites under different paths of one origin; None changes nothing."""
        if path is not None and self.database is None:
            self.name = f"{NAME} {path.rpartition('/')[0]}/"

    async def open(self):
        if getattr(js, "storageRefused", ""):
            raise StorageError(f"this browser refuses storage to this page ({js.storageRefused}).")
        if self.database is None:
            request = js.indexedDB.open(self.name, 1)
            request.onupgradeneeded = create_once_callable(lambda event: event.target.result.createObjectStore(TABLE))
            self.database = await result_of(request)
        return self.database

    async def table(self, mode):
        return (await self.open()).transaction(TABLE, mode).objectStore(TABLE)

    async def save(self, checkpoint, described, progress):
        """Saves the training; returns "", or why it is not saved. A finished training is deleted. If the storage does
        not answer in time, the write continues, and until it ends no other is started."""
        if self.writing and not self.writing.done():
            return NO_ANSWER
        self.writing = asyncio.ensure_future(self.put(checkpoint, described, progress))
        try:
            return await asyncio.wait_for(asyncio.shield(self.writing), TIMEOUT)
        except StorageError as error:
            return f"This training is not saved: {error}"
        except TimeoutError:
            self.writing.add_done_callback(lambda task: task.exception())  # retrieved, or asyncio reports it
            return NO_ANSWER
        except Exception as error:
            name = getattr(error, "name", type(error).__name__)
            return f"This training is not saved: the browser's storage cannot be used ({name})."

    async def put(self, checkpoint, described, progress):
        table = await self.table("readwrite")
        description = {"experiment": described["experiment"], "progress": progress, "when": time()}
        description["finished"] = described["finished"]
        table.put(to_js([json.dumps(description), to_js(checkpoint)]), self.key)
        await written(table.transaction)  # a put can succeed and still be undone if storage is full
        await self.delete_oldest()
        return ""

    async def delete_oldest(self):
        keys = sorted(await result_of((await self.table("readonly")).getAllKeys()))
        for key in keys[:-MAX_TRAININGS]:
            if key != self.key:
                await self.delete(key)

    async def newest(self):
        """Key and description of the training that was saved last; None if there is none, {"error": …} if the storage
        cannot be read."""
        try:
            keys = sorted(await result_of((await self.table("readonly")).getAllKeys()))
            for key in reversed(keys):
                entry = await result_of((await self.table("readonly")).get(key))
                if entry:
                    return {"key": key, **json.loads(entry[0])}
        except StorageError:
            return None  # without storage there is nothing to offer
        except Exception as error:
            name = getattr(error, "name", type(error).__name__)
            return {"error": f"The browser's storage cannot be read ({name}: {error})."}
        return None

    async def read(self, key):
        entry = await result_of((await self.table("readonly")).get(key))
        return entry[1].to_py().tobytes()

    async def delete(self, key):
        """Deletes a training; gives up if the storage does not answer or is not available."""
        with suppress(Exception):
            await asyncio.wait_for(self.remove(key), TIMEOUT)

    async def remove(self, key):
        await result_of((await self.table("readwrite")).delete(key))


async def result_of(request):
    """Waits for an IndexedDB request."""
    await settled(request, "onsuccess", ["onerror"])
    return request.result


async def written(transaction):
    """Waits until an IndexedDB transaction is complete."""
    await settled(transaction, "oncomplete", ["onabort", "onerror"])


async def settled(target, good, bad):
    """Waits for one of the events of a request or transaction; raises StorageError after a bad one."""
    future = asyncio.get_running_loop().create_future()

    def done(_):
        if not future.done():
            future.set_result(None)

    def failed(_):
        if not future.done():
            error = target.error
            full = error and error.name == "QuotaExceededError"
            future.set_exception(StorageError("the browser's storage is full." if full else f"{error}"))

    setattr(target, good, create_once_callable(done))
    for name in bad:
        setattr(target, name, create_once_callable(failed))
    await future


def random_id():
    """An id that no other tab has; only secure contexts have `randomUUID`."""
    return js.crypto.randomUUID() if hasattr(js.crypto, "randomUUID") else f"{random.getrandbits(64):016x}"
