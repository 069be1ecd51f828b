"""The notebook of finished runs, which stays in the browser: a list whose runs are drawn in the charts, opened again,
renamed, deleted and exported; and several seeds one after another."""

import json

from pyscript import window
from widgets.dom import by_id, element, listen, replace
from widgets.downloads import save_link
from widgets.series import Series
from widgets.storage_text import storage_text
from widgets.texts import decimal, error_text, percent, text

MOST_POINTS = 200  # of a curve that is drawn beside the current one


class Notebook:
    def __init__(self, page, charts):
        """`charts` are those of loss and accuracy."""
        self.page, (self.loss, self.accuracy) = page, charts
        self.runs, self.groups = [], []
        self.colours = {}  # key of each run that is drawn: number of its colour
        self.series = Series(page)
        listen(by_id("copy-python"), "click", lambda event: self.copy({}))
        listen(by_id("save-json"), "click", lambda event: self.export("json"))
        listen(by_id("save-runs"), "click", lambda event: self.export("csv"))

    def enable(self, state):
        self.series.enable(state)
        by_id("copy-python").disabled = state in ("loading", "failed")
        for button in by_id("runs").querySelectorAll(".open"):
            button.disabled = state not in ("ready", "finished", "paused")

    async def ask(self, what, **message):
        """The worker's answer, or None after a storage error, which the page shows."""
        message["do"] = what
        answer = json.loads(await self.page.worker.proxy.notes(json.dumps(message)))
        if "error" in answer:
            self.say(text("notebook.refused", reason=storage_text(answer["error"])))
            return None
        return answer

    async def load(self):
        """Shows the saved runs. If the browser refuses storage, the page says so after the first run."""
        answer = json.loads(await self.page.worker.proxy.notes(json.dumps({"do": "list"})))
        if "error" not in answer:
            self.show(answer)

    async def add(self, name):
        """Notes the run that has just ended."""
        answer = await self.ask("add", name=name)
        if answer:
            self.show(answer)

    def show(self, answer, renamed=False):
        """Shows an answer with all runs and groups, the newest first."""
        self.runs, self.groups = answer["runs"], answer["groups"]
        count = len(self.runs)
        self.say(text("notebook.count" if count else "notebook.empty", count=count))
        keys = [one["key"] for one in self.runs]
        self.colours = {key: number for key, number in self.colours.items() if key in keys}
        items, done = [], []
        for one in reversed(self.runs):
            group = [group for group in self.groups if one["key"] in group["keys"]]
            if group and group[0] not in done:
                done.append(group[0])
                items.append(self.group(group[0]))
            elif not group:
                items.append(self.item(one))
        if renamed or not by_id("runs").querySelector(".name input"):  # a name that is being typed stays
            replace(by_id("runs"), items)
        for name in ("save-json", "save-runs"):
            by_id(name).disabled = not self.runs
        self.enable(self.page.state.name)
        self.draw()

    def group(self, group):
        """A group of seeds, with its runs beneath it."""
        item, inner = element("li", class_="seeds"), element("ul")
        mean, spread = [text("number.percent", number=decimal(100 * group[name], 1)) for name in ("mean", "spread")]
        heading = text("notebook.group", runs=group["seeds"], mean=mean, spread=spread)
        item.append(element("strong", heading))
        for one in reversed(self.runs):
            if one["key"] in group["keys"]:
                inner.append(self.item(one))
        item.append(inner)
        return item

    def item(self, record):
        key, name, number = record["key"], record["name"], self.number(record)
        item = element("li", class_="run")
        box = element("input", type="checkbox", aria_label=text("notebook.show", number=number))
        box.checked = key in self.colours
        item.append(box)
        swatch = element("span", class_="swatch", aria_hidden="true")
        item.append(swatch)
        if key in self.colours:
            swatch.className = f"swatch run-{self.colours[key] % 6 + 1}"
        item.append(element("span", f"{number}. {name}", class_="name"))
        facts = [percent(record["test"]["accuracy"])] if record["test"] else []
        facts += [text("number.seconds", number=decimal(record["seconds"], 1))] if record["seconds"] else []
        facts += [text("notebook.corrections")] if record["corrections"] else []
        facts += [text("notebook.changed")] if not record["as_configured"] else []
        if record["config"].get("edits"):
            item.append(element("strong", text("code.edited"), class_="edited"))
        facts.append(window.Date.new(record["when"] * 1000).toLocaleString(window.scnnLanguage.locale))
        item.append(element("span", " · ".join(facts), class_="facts"))
        item.append(element("code", record["sha256"][:12], title=record["sha256"]))
        buttons = element("span", class_="actions")
        item.append(buttons)
        listen(box, "change", lambda event: self.toggle(key, box.checked))
        for action, act in (
            ("notebook.open", lambda event: self.open(key)),
            ("notebook.rename", lambda event: self.rename(record, item)),
            (
                "notebook.script",
                lambda event: self.copy(
                    dict(record["config"], as_configured=record["as_configured"], sha256=record["sha256"])
                ),
            ),
            ("notebook.delete", lambda event: self.change("delete", key=key)),
        ):
            button = element("button", text(action), type="button", class_="secondary outline small")
            button.setAttribute("aria-label", f"{text(action)}: {text('notebook.run', number=number)}")
            if action == "notebook.open":
                button.classList.add("open")
            listen(button, "click", act)
            buttons.append(button)
        return item

    # -------------------------------------------------------------------------------------------- acting

    def number(self, record):
        """A run's number in the list, from 1 for the oldest."""
        return [one["key"] for one in self.runs].index(record["key"]) + 1

    def toggle(self, key, shown):
        if shown:
            used = list(self.colours.values())
            self.colours[key] = min([number for number in range(len(used) + 1) if number not in used])
        else:
            self.colours.pop(key, None)
        self.show({"runs": self.runs, "groups": self.groups})
        box = self.box(key)
        if box:
            box.focus()

    def box(self, key):
        """The checkbox of a run, which was rebuilt."""
        label = [text("notebook.show", number=self.number(one)) for one in self.runs if one["key"] == key]
        boxes = list(by_id("runs").querySelectorAll("input[type=checkbox]"))
        found = [box for box in boxes if box.checked and box.getAttribute("aria-label") in label]
        return found[0] if found else None

    def draw(self):
        """Draws the chosen runs' test curves."""
        for chart, curve in ((self.loss, "test_loss"), (self.accuracy, "test_accuracy")):
            lines = []
            for one in self.runs:
                if one["key"] in self.colours:
                    stride = len(one["epochs"]) // MOST_POINTS + 1
                    epochs, values = one["epochs"][::stride], one[curve][::stride]
                    label = text("notebook.run", number=self.number(one))
                    lines.append((label, epochs, values, self.colours[one["key"]]))
            if lines or chart.compared:
                chart.compare(lines)

    async def open(self, key):
        answer = await self.ask("open", key=key)
        if answer:
            self.page.opened(answer)

    async def change(self, what, **message):
        answer = await self.ask(what, **message)
        if answer:
            self.show(answer, renamed=True)
            by_id("notebook-title").scrollIntoView()

    def rename(self, record, item):
        """Turns the name into a field."""
        field = element("input", type="text", value=record["name"], maxlength=100, aria_label=text("notebook.name"))
        button = element("button", text("notebook.save"), type="button", class_="small")
        old = item.querySelector(".name")
        old.replaceChildren()
        old.append(field)
        old.append(button)
        field.focus()

        def save(_):
            return self.change("rename", key=record["key"], name=field.value.strip() or record["name"])

        listen(button, "click", save)
        listen(field, "keydown", lambda event: save(event) if event.key == "Enter" else None)

    async def copy(self, message):
        """Copies a script that makes the same weights."""
        answer = await self.page.worker.request("script", **(message or self.page.settings.message()))
        if "error" in answer:
            self.say(error_text(answer["error"]))
            return
        try:
            await window.navigator.clipboard.writeText(answer["script"])
            self.say(text("notebook.copied"))
        except Exception:  # refused, or the page is not secure
            self.say(text("notebook.not_copied"))
            by_id("notebook-message").append(element("pre", answer["script"], tabindex=0))

    async def export(self, kind):
        save_link(await self.page.worker.proxy.file_url(f"runs.{kind}"), f"scnn-runs.{kind}")

    def say(self, message):
        by_id("notebook-message").textContent = message
