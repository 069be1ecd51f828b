"""Answers to exercises in the browser's storage: for each exercise its newest answer, and whether it is solved."""

import asyncio
import json

from database import TIMEOUT, StorageError, Table, reason_of
from store import NAME

MAX_ANSWER = 100_000  # characters


class Answers:
    def __init__(self):
        self.table = Table(f"{NAME} answers", "answers")

    def belong_to(self, path):
        """Separates the answers of sites under different paths of one origin; None changes nothing."""
        if path is not None and self.table.opened is None:
            self.table = Table(f"{NAME} {path.rpartition('/')[0]}/ answers", "answers")

    async def answer(self, message):
        """Answers {"do": "all"} with {"answers": {digest: state}}, and {"do": "put", "digest", "state"}; faults of
        the storage are {"error": …}."""
        try:
            return await asyncio.wait_for(getattr(self, f"do_{message['do']}")(message), TIMEOUT)
        except (StorageError, TimeoutError) as error:
            return {"error": reason_of(error)}
        except Exception as error:
            if hasattr(error, "js_error"):
                return {"error": reason_of(error)}
            raise

    async def do_all(self, message):
        found = {key: await self.table.get(key) for key in await self.table.keys()}
        return {"answers": {key: json.loads(state) for key, state in found.items() if state}}

    async def do_put(self, message):
        state = json.dumps(message["state"])
        if len(state) <= MAX_ANSWER:
            await self.table.put(state, message["digest"])
        return {}
