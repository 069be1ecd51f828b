"""The notebook of finished runs in the browser's storage: their records, and apart from them their weights, so that
the list is read quickly."""

import asyncio
import json
from time import time

from database import TIMEOUT, StorageError, Table, reason_of
from pyodide.ffi import to_js
from store import NAME, random_id

from scnn.page.records import as_csv, as_json, groups_of

MAX_RUNS = 200  # the oldest ones are deleted


class Notebook:
    def __init__(self):
        self.at("")

    def at(self, path):
        self.records = Table(f"{NAME} {path}runs", "records")
        self.models = Table(f"{NAME} {path}models", "models")

    def belong_to(self, path):
        """Separates the runs of sites under different paths of one origin; None changes nothing."""
        if path is not None and self.records.opened is None:
            self.at(f"{path.rpartition('/')[0]}/ ")

    async def answer(self, message, session):
        """Answers {"do": "add", "list", "rename", "delete" or "open"}; faults of the storage are {"error": …}."""
        try:
            return await asyncio.wait_for(getattr(self, f"do_{message['do']}")(message, session), 2 * TIMEOUT)
        except StorageError as error:
            return {"error": reason_of(error), "refused": True}
        except Exception as error:
            if hasattr(error, "js_error") or isinstance(error, TimeoutError):
                return {"error": reason_of(error)}
            raise

    async def do_add(self, message, session):
        """Adds the current run under a name, if it was trained here; answers with the list."""
        if session.run and session.run.curves:
            record = session.handle({"action": "record"})
            key = f"{time():.3f}-{random_id()}"
            record = {**record, "key": key, "name": message["name"], "when": time()}
            model = session.run.model(newest=True)
            await self.models.put(to_js(model), key)
            await self.records.put(json.dumps(record), key)
            for old in (await self.records.keys())[:-MAX_RUNS]:
                await self.remove(old)
        return await self.do_list(message, session)

    async def do_list(self, message, session):
        records = await self.all()
        return {"runs": records, "groups": groups_of(records)}

    async def do_rename(self, message, session):
        record = json.loads(await self.records.get(message["key"]))
        await self.records.put(json.dumps({**record, "name": message["name"]}), message["key"])
        return await self.do_list(message, session)

    async def do_delete(self, message, session):
        await self.remove(message["key"])
        return await self.do_list(message, session)

    async def do_open(self, message, session):
        """Opens the run's weights; the answer is that of `open`, with the curves as events."""
        model = (await self.models.get(message["key"])).to_py().tobytes()
        record = json.loads(await self.records.get(message["key"]))
        answer = session.handle({"action": "open", "data": model, "accept_edits": True})  # trained in this browser
        return answer if "error" in answer else {**answer, "events": events_of(rows_of(record))}

    async def remove(self, key):
        await self.records.delete(key)
        await self.models.delete(key)

    async def all(self):
        """The records in order, the oldest first."""
        found = [await self.records.get(key) for key in await self.records.keys()]
        return [json.loads(record) for record in found if record]

    async def export(self, kind):
        """All records as a file's text: "json" or "csv"."""
        return (as_csv if kind == "csv" else as_json)(await self.all())


def rows_of(record):
    """The rows of a training's `curves` from a record."""
    names = ("epochs", "training_loss", "training_accuracy", "test_loss", "test_accuracy")
    return list(zip(*(record[name] for name in names), strict=True))


def events_of(curves):
    """The events of the epochs, as `advance` answers them, from a training's `curves`."""
    return [
        {
            "type": "epoch",
            "epoch": epoch,
            "training": {"loss": training_loss, "accuracy": training_accuracy},
            "test": {"loss": test_loss, "accuracy": test_accuracy},
        }
        for epoch, training_loss, training_accuracy, test_loss, test_accuracy in curves
    ]
