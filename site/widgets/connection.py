"""The connection to the worker: waits for it, offers what the browser saved, and says what takes long."""

from pyscript import window
from widgets.dom import by_id, run
from widgets.texts import text
from widgets.worker import WorkerFailed, call_later, missing_parts, timeout_from

START_TIMEOUT = 60  # seconds without any data while the worker starts; ?patience=5 in the address changes it
STORAGE_TIMEOUT = 5  # seconds until the page reports that storage does not answer


class Connection:
    def __init__(self, page):
        self.page = page
        self.storage_answered = False

    async def connect(self):
        """Waits for what draws the charts and for the worker, with a timeout."""
        page = self.page
        page.state.show("loading", text("state.python_loads"))
        timeout = timeout_from(window.location.search, "patience", START_TIMEOUT)
        run(call_later(timeout, lambda: self.give_up(timeout)))
        try:
            await window.scnnCharts()
        except Exception as error:
            page.fail(text("boot.missing"), str(error))
            return
        page.results.draw()
        try:
            status = await page.worker.connect()
        except WorkerFailed as error:
            page.fail(*error.args)
            return
        if page.state.name in ("loading", "failed"):  # a late start is used
            page.failure.hide()
            page.training.progress.reset()  # it showed how much of Python had arrived
            page.show_status(status)
            run(self.show_samples())
            await page.check()
            run(self.offer_saved())
            run(page.notebook.load())
            await page.update.register()

    async def show_samples(self):
        """Shows the sample digits; the diagram shows one of them until something is drawn."""
        answer = await self.page.request("samples")
        if answer:
            self.page.start.show_samples(answer["samples"])
            if not self.page.lens.subject:
                self.page.lens.show_first()

    async def offer_saved(self):
        """Offers the saved training as soon as the storage answers, and reports it if the storage is slow."""
        slow = text("storage.slow")
        run(call_later(STORAGE_TIMEOUT, lambda: self.report_slow_storage(slow)))
        await self.page.files.offer()
        self.storage_answered = True
        if by_id("not-kept").textContent == slow:
            by_id("not-kept").textContent = ""

    async def report_slow_storage(self, message):
        if not self.storage_answered:
            by_id("not-kept").textContent = message

    async def give_up(self, timeout):
        state = self.page.state
        quiet = (window.performance.now() - window.lastArrival) / 1000
        if state.name == "loading" and quiet < timeout:
            run(call_later(timeout - quiet, lambda: self.give_up(timeout)))
        elif state.name == "loading":
            why = await missing_parts()
            if state.name == "loading":
                self.page.fail(text("worker.late", seconds=f"{timeout:g}", why=why))
