"""Checkpoints in the browser's storage: one for each tab's training, replaced after every epoch."""

import asyncio
import json
import random
from contextlib import suppress
from time import time

import js
from database import TIMEOUT, StorageError, Table, reason_of
from pyodide.ffi import to_js

NAME, TABLE = "scnn", "trainings"
MAX_TRAININGS = 3  # older ones are deleted


class Store:
    def __init__(self):
        self.table = Table(NAME, TABLE)
        self.writing = None  # a task that has not ended in time
        self.key = f"{time():.3f}-{random_id()}"  # unique for each tab

    def belong_to(self, path):
        """Separates the trainings of sites under different paths of one origin; None changes nothing."""
        if path is not None and self.table.opened is None:
            self.table = Table(f"{NAME} {path.rpartition('/')[0]}/", TABLE)

    async def save(self, checkpoint, described, progress, curves=()):
        """Saves the training; returns "", or why it is not saved, as the page's catalogue has it. A finished training
        is deleted. If the storage does not answer in time, the write continues, and no other starts until then."""
        if self.writing and not self.writing.done():
            return unsaved({"key": "silent"})
        self.writing = asyncio.ensure_future(self.put(checkpoint, described, progress, curves))
        try:
            return await asyncio.wait_for(asyncio.shield(self.writing), TIMEOUT)
        except TimeoutError:
            self.writing.add_done_callback(lambda task: task.exception())  # retrieved, or asyncio reports it
            return unsaved({"key": "silent"})
        except Exception as error:
            return unsaved(reason_of(error))

    async def put(self, checkpoint, described, progress, curves):
        description = {"experiment": described["experiment"], "progress": progress, "when": time()}
        description["finished"] = described["finished"]
        description["edited"] = sorted(described.get("edits", {}).get("kernels", {}))
        await self.table.put(to_js([json.dumps(description), to_js(checkpoint), json.dumps(curves)]), self.key)
        await self.delete_oldest()
        return ""

    async def delete_oldest(self):
        for key in (await self.table.keys())[:-MAX_TRAININGS]:
            if key != self.key:
                await self.delete(key)

    async def newest(self):
        """Key and description of the training that was saved last; None if there is none, {"error": …} if the storage
        cannot be read."""
        try:
            for key in reversed(await self.table.keys()):
                entry = await self.table.get(key)
                if entry:
                    return {"key": key, **json.loads(entry[0])}
        except StorageError:
            return None  # without storage there is nothing to offer
        except Exception as error:
            name = getattr(error, "name", type(error).__name__)
            return {"error": f"{name}: {error}"}
        return None

    async def read(self, key):
        """The checkpoint, and the training's curves so far."""
        entry = await self.table.get(key)
        curves = json.loads(entry[2]) if entry.length > 2 else []  # earlier versions saved none
        return entry[1].to_py().tobytes(), curves

    async def delete(self, key):
        """Deletes a training; gives up if the storage does not answer or is not available."""
        with suppress(Exception):
            await asyncio.wait_for(self.table.delete(key), TIMEOUT)


def unsaved(reason):
    return {"key": "unsaved", "reason": reason}


def random_id():
    """An id that no other tab has; only secure contexts have `randomUUID`."""
    return js.crypto.randomUUID() if hasattr(js.crypto, "randomUUID") else f"{random.getrandbits(64):016x}"
