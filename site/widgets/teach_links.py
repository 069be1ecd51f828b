"""Builds links for a class: a place, exercises, what is hidden, and the language. The link has all of it."""

from pyscript import document, window
from widgets.clipboard import copy
from widgets.dom import by_id, element, listen, replace, run
from widgets.texts import error_text, text
from widgets.worker import WorkerFailed

EXERCISES = "exercises"


class Links:
    def __init__(self, page):
        self.page = page
        self.filled = False
        self.packed = ""  # the teacher's own lab, as a part of an address
        for option in list(by_id("language").options):  # the names of the languages, in themselves
            made = element("option", option.textContent, value=option.value, lang=option.value)
            by_id("link-language").append(made)
        listen(by_id("link-form"), "change", lambda event: self.changed(event))
        listen(by_id("link-form"), "submit", lambda event: event.preventDefault())
        listen(by_id("copy-link"), "click", self.copy)
        self.build()

    def fill(self):
        """Lists the exercises, once."""
        if not self.filled:
            self.filled = True
            run(self.list_exercises())

    async def list_exercises(self):
        answer = await self.page.request("exercises", language=window.scnnLanguage.language)
        if not answer:
            return
        made = [by_id("link-exercises").querySelector("legend")]
        for one in answer["exercises"]:
            label = element("label")
            label.append(element("input", type="checkbox", value=one["id"]))
            label.append(element("span", " " + one["title"]))
            made.append(label)
        replace(by_id("link-exercises"), made)
        self.build()

    def changed(self, event):
        self.say("")
        if event.target.isSameNode(by_id("link-lab")):
            return self.pack()
        return self.build()

    async def pack(self):
        """Takes a lab file into the link, after the session has read it."""
        self.packed = ""
        file = by_id("link-lab").files.item(0)
        if file:
            try:
                answer = await self.page.worker.request("pack_lab", lab=await file.text())
            except WorkerFailed as error:
                self.page.fail(*error.args)
                return
            if "error" in answer:
                self.say(text("teach.link_refused", name=file.name, reason=error_text(answer["error"])))
                by_id("link-lab").value = ""
            else:
                self.packed = answer["packed"]
        self.build()

    def checked(self, part):
        boxes = document.querySelectorAll(f"#{part} input")
        return [box.value for box in boxes if box.checked and not box.disabled]

    def build(self):
        """Writes the link; what concerns the exercises is offered with them only."""
        place = by_id("link-place").value
        with_exercises = place == EXERCISES
        for part in (by_id("link-exercises"), by_id("link-lab-part")):
            part.hidden = not with_exercises
        for label in document.querySelectorAll("#link-hide .of-exercises"):
            label.hidden = not with_exercises
            label.querySelector("input").disabled = not with_exercises
        values = [("hide", ",".join(self.checked("link-hide"))), ("lang", by_id("link-language").value)]
        if with_exercises:
            values = [("exercise", ",".join(self.checked("link-exercises"))), ("lab", self.packed)] + values
        query = "&".join([f"{name}={value}" for name, value in values if value])
        address = window.location.origin + window.location.pathname
        route = "" if place == "start" else place
        link = f"{address}#/{route}" + (f"?{query}" if query else "")
        by_id("class-link").value = link
        by_id("open-link").setAttribute("href", link)

    def say(self, message):
        by_id("link-message").textContent = message

    async def copy(self, event):
        done = await copy(by_id("class-link").value)
        if not done:
            by_id("class-link").select()
        self.say(text("teach.copied" if done else "teach.link_selected"))
