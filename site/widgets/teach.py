"""The place Teach: a lesson that is ready to give, links for a class, receipts, and answers to what teachers ask."""

from pyscript import document, window
from widgets.clipboard import copy
from widgets.dom import by_id, listen
from widgets.lesson_clock import LessonClock
from widgets.teach_links import Links
from widgets.teach_receipts import Receipts
from widgets.texts import text

TYPE = "scnn type"  # where this device keeps the size of type; language.js reads it


class Teach:
    def __init__(self, page):
        self.page = page
        self.clock = LessonClock()
        self.links, self.receipts = Links(page), Receipts(page)
        by_id("large-type").checked = document.documentElement.getAttribute("data-type") == "large"
        listen(by_id("large-type"), "change", self.choose_type)
        listen(by_id("print"), "click", lambda event: window.print())
        listen(by_id("copy-citation"), "click", self.copy_citation)
        self.opened = []  # answers that are opened for printing
        listen(document.defaultView, "beforeprint", self.open_answers)
        listen(document.defaultView, "afterprint", self.close_answers)

    def shown(self):
        if self.page.worker.proxy is not None:
            self.worker_ready()

    def worker_ready(self):
        self.links.fill()
        self.receipts.enable()
        address = window.location.origin + window.location.pathname
        by_id("citation").textContent = text("teach.citation", version=self.page.version, address=address)

    def choose_type(self, event):
        """Large type for a projector, which stays until it is switched off."""
        large = by_id("large-type").checked
        if large:
            document.documentElement.setAttribute("data-type", "large")
        else:
            document.documentElement.removeAttribute("data-type")
        try:
            window.localStorage.setItem(TYPE, "large" if large else "")
        except Exception:
            pass  # the browser refuses storage: it holds until the next load

    def open_answers(self, event):
        """On paper, every question has its answer."""
        self.opened = [one for one in document.querySelectorAll("#teach-place .question") if not one.open]
        for one in self.opened:
            one.open = True

    def close_answers(self, event):
        for one in self.opened:
            one.open = False

    async def copy_citation(self, event):
        done = await copy(by_id("citation").textContent)
        by_id("citation-message").textContent = text("teach.copied" if done else "teach.not_copied")
