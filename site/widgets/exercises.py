"""The place Exercises: the list with what is solved, and the exercise that is open.

The address names it: `#/exercises?exercise=ID,ID` are bundled ones, `?lab=…` is one that comes with the link, and
`&hide=` names what is not shown: list, hints, receipt, header.
"""

import json

from pyscript import document, window
from widgets.dom import by_id, element, listen, replace, run
from widgets.exercise import Exercise
from widgets.storage_text import storage_text
from widgets.texts import error_text, text
from widgets.worker import WorkerFailed

WIDE = "(min-width: 1024px)"
SOLVED, BEGUN = "solved", "begun"  # classes of the list's items
HIDEABLE = ("list", "hints", "receipt", "header")
MAX_FILE = 1_000_000  # bytes; the library has its own, lower limit


class Exercises:
    def __init__(self, page):
        self.page = page
        self.listed = []  # the bundled exercises
        self.items = []  # of the list: the exercise and its elements
        self.kept = {}  # what is kept of each, by its digest
        self.source: dict[str, str] = {}  # what names the open exercise in messages: {"id": …} or {"lab": …}
        self.wanted = None  # the ids in the address that the list was made of
        self.was_read = False  # whether what is kept was read
        self.address = None
        self.unknown = ""  # a sentence about an exercise that the address names and that is not there
        self.exercise = Exercise(by_id("exercise"), self.ask, self.keep, self.next)
        listen(by_id("exercise-open"), "click", lambda event: by_id("exercise-file").click())
        listen(by_id("exercise-file"), "change", self.choose_file)
        by_id("exercise-choice").open = self.wide()

    def wide(self):
        return window.matchMedia(WIDE).matches

    def shown(self):
        if self.page.worker.proxy is not None:
            run(self.open_address())

    def worker_ready(self):
        self.shown()

    def address_changed(self):
        self.shown()

    async def ask(self, action, **message):
        """The worker's answer; None if the worker has stopped, which the page says."""
        try:
            return await self.page.worker.request(action, language=document.documentElement.lang, **message)
        except WorkerFailed as error:
            self.page.fail(*error.args)
            return None

    # ------------------------------------------------------------------------------------------- the address

    async def open_address(self):
        """Lists the exercises, and opens the one that the address names, or the first that is not solved."""
        address = window.location.hash
        if address == self.address:
            return
        self.address = address
        query = window.URLSearchParams.new(address.partition("?")[2])
        hidden = [name for name in (query.get("hide") or "").split(",") if name in HIDEABLE]
        document.documentElement.setAttribute("data-hide", " ".join(hidden))
        if not await self.list(query.get("exercise")):
            return
        by_id("exercise-open").disabled = False
        if query.get("lab"):
            answer = await self.ask("unpack_lab", packed=query.get("lab"))
            if self.refused(answer):
                return
            await self.open({"lab": answer["lab"]})
        else:
            chosen = query.get("chosen") or self.first()
            await self.open({"id": chosen})

    async def list(self, wanted):
        """Lists the exercises, or those whose ids are `wanted`, in that order."""
        if self.listed and wanted == self.wanted:
            return True
        answer = await self.ask("exercises")
        if answer is None:
            return False
        self.wanted = wanted
        if not self.was_read:
            self.kept, self.was_read = await self.read_kept(), True
        known = {one["id"]: one for one in answer["exercises"]}
        names = [name for name in (wanted or "").split(",") if name]
        unknown = [name for name in names if name not in known]
        self.listed = [known[name] for name in names if name in known] or answer["exercises"]
        self.build_list()
        self.unknown = text("exercises.unknown", name=unknown[0]) if unknown else ""
        return True

    def first(self):
        """The first exercise that is not solved."""
        ids = [one["id"] for one in self.listed]
        return next((one["id"] for one in self.listed if not self.solved(one)), ids[0])

    def solved(self, one):
        return bool(self.kept.get(one["digest"], {}).get("solved"))

    def build_list(self):
        """Lists the exercises; `show_list` changes the items in place, so that a link that is pressed stays."""
        self.items = []
        for one in self.listed:
            item, mark = element("li"), element("span", class_="mark", aria_hidden="true")
            link = element("a", one["title"])
            said = element("span", class_="hidden-words")
            for part in (mark, link, said):
                item.append(part)
            self.items.append((one, item, mark, link, said))
        replace(by_id("exercise-list"), [entry[1] for entry in self.items])
        self.show_list()

    def show_list(self):
        """Marks what is solved, begun and open."""
        for number, (one, item, mark, link, said) in enumerate(self.items):
            done, begun = self.solved(one), one["digest"] in self.kept
            mark.textContent = "✓" if done else str(number + 1)
            item.setAttribute("class", SOLVED if done else BEGUN if begun else "")
            said.textContent = text("exercises.is_solved") if done else text("exercises.is_begun") if begun else ""
            link.setAttribute("href", self.link_to(one["id"]))
            if one["id"] == self.source.get("id"):
                link.setAttribute("aria-current", "true")
            else:
                link.removeAttribute("aria-current")
        done = len([one for one in self.listed if self.solved(one)])
        by_id("exercise-count").textContent = text("exercises.count", done=done, count=len(self.listed))

    def link_to(self, name):
        """The address of another exercise of the same list, with the same parts hidden."""
        query = window.URLSearchParams.new(window.location.hash.partition("?")[2])
        query.delete("lab")
        query.set("chosen", name)
        return f"#/exercises?{query.toString()}"

    def next(self):
        """Opens the exercise after this one; there is none after the last."""
        ids = [one["id"] for one in self.listed]
        if self.source.get("id") in ids[:-1]:
            window.location.hash = self.link_to(ids[ids.index(self.source["id"]) + 1])

    def has_next(self):
        return self.source.get("id") in [one["id"] for one in self.listed][:-1]

    # ------------------------------------------------------------------------------------------- exercises

    async def choose_file(self, event):
        file = by_id("exercise-file").files.item(0)
        if not file:
            return
        if file.size > MAX_FILE:
            by_id("exercise-refusal").textContent = text("exercises.too_large", name=file.name)
        else:
            await self.open({"lab": await file.text()})
        by_id("exercise-file").value = ""

    async def open(self, source):
        """Opens an exercise; a lab that is invalid is refused, and the open one stays."""
        answer = await self.ask("exercise", **source)
        if self.refused(answer):
            return
        moved, self.source = bool(self.source), source
        self.show_list()
        if not self.wide():
            by_id("exercise-choice").open = False
        kept = self.kept.get(answer["digest"], {})
        await self.exercise.show(source, answer, kept, self.has_next())
        if moved:  # by a link or a file: to the beginning of what was asked for
            by_id("exercise-heading").focus()
            if not self.wide():
                by_id("exercise-heading").scrollIntoView()

    def refused(self, answer):
        """Says why an answer is an error."""
        if answer is None:
            return True
        refusal = by_id("exercise-refusal")
        refusal.textContent = error_text(answer["error"]) if "error" in answer else self.unknown
        return "error" in answer

    # ------------------------------------------------------------------------------------- kept on the device

    async def read_kept(self):
        answer = json.loads(await self.page.worker.proxy.answers(json.dumps({"do": "all"})))
        if "error" in answer:
            by_id("exercise-refusal").textContent = text("exercises.not_kept", reason=storage_text(answer["error"]))
            return {}
        return answer["answers"]

    async def keep(self, digest, state):
        """Keeps the answer to an exercise, whether it is solved, and the hints that were shown."""
        self.kept[digest] = state
        self.show_list()
        message = json.dumps({"do": "put", "digest": digest, "state": state})
        answer = json.loads(await self.page.worker.proxy.answers(message))
        if "error" in answer:
            by_id("exercise-refusal").textContent = text("exercises.not_kept", reason=storage_text(answer["error"]))
