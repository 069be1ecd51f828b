"""The badge of runs with edited kernels: which kernels, and how they differ from scnn's."""

from widgets.difference import differences
from widgets.dom import by_id, replace, run
from widgets.texts import listed, text


class Edited:
    def __init__(self, page):
        self.page = page
        self.of_run = None  # the edits of the run, or None
        self.shown = None

    def refresh(self):
        """The form's settings have changed, or the run."""
        self.show(self.of_run)

    def show(self, of_run):
        """Shows the badge for the run's edits, or else for those of the form's settings, if there are any."""
        self.of_run = of_run
        edits = of_run or self.page.settings.edits
        key = "code.run_edited" if of_run else "code.next_edited"
        names = sorted(edits["kernels"]) if edits else []
        by_id("edited").hidden = not names
        if not names:
            self.shown = None
            return
        by_id("edited-words").textContent = text(key, names=listed(names), count=len(names))
        if edits != self.shown:
            self.shown = edits
            run(self.explain(edits))

    async def explain(self, edits):
        answer = await self.page.request("differences", edits=edits)
        if answer and edits == self.shown:
            replace(by_id("edited-difference"), differences(answer))
