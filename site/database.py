"""A table in the browser's storage (IndexedDB), in a database of its own."""

import asyncio

import js
from pyodide.ffi import create_once_callable

TIMEOUT = 5  # seconds


class StorageError(Exception):
    """The browser refuses to store this: storage is full, disabled, or private. `said` is the reason as the page's
    catalogue has it: the key of a text `storage.…`, and its values."""

    def __init__(self, key, **values):
        self.said = {"key": key, **values}
        super().__init__(f"{key} {values}")


class Table:
    """Databases with one table each need no upgrades, which would wait for other tabs with an older page."""

    def __init__(self, database, table):
        self.database, self.table = database, table
        self.opened = None

    async def open(self):
        if getattr(js, "storageRefused", ""):
            raise StorageError("refused", name=js.storageRefused)
        if self.opened is None:
            request = js.indexedDB.open(self.database, 1)
            request.onupgradeneeded = create_once_callable(
                lambda event: event.target.result.createObjectStore(self.table)
            )
            self.opened = await result_of(request)
        return self.opened

    async def store(self, mode):
        return (await self.open()).transaction(self.table, mode).objectStore(self.table)

    async def keys(self):
        return sorted(await result_of((await self.store("readonly")).getAllKeys()))

    async def get(self, key):
        return await result_of((await self.store("readonly")).get(key))

    async def put(self, value, key):
        table = await self.store("readwrite")
        table.put(value, key)
        await written(table.transaction)  # a put can succeed and still be undone if storage is full

    async def delete(self, key):
        await result_of((await self.store("readwrite")).delete(key))


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
            future.set_exception(StorageError("full") if full else StorageError("fault", name=f"{error}"))

    setattr(target, good, create_once_callable(done))
    for name in bad:
        setattr(target, name, create_once_callable(failed))
    await future


def reason_of(error):
    """Why the storage failed, as the page's catalogue has it."""
    if isinstance(error, StorageError):
        return error.said
    if isinstance(error, TimeoutError):
        return {"key": "silent"}
    return {"key": "unusable", "name": getattr(error, "name", type(error).__name__)}
