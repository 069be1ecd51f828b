"""The buttons from Train to Reset, and the loop that requests one slice of training after another."""

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.dom import by_id, listen
from widgets.progress import Progress
from widgets.state import NAMES
from widgets.texts import text

BUDGET_MS = 33  # one slice of training: 30 pictures a second


class Training:
    def __init__(self, page, state, message):
        """Sends messages with page.request; `message` returns the form's settings. Calls page.on_clear() before a new
        training, then page.on_start(answer), page.on_progress(answer) after every slice, and page.on_end(answer);
        page.interrupted() when the person starts, stops or resets."""
        self.page, self.state, self.message = page, state, message
        self.progress = Progress()
        self.turn = 0  # counts the trainings, to recognise answers about an earlier one
        for name in NAMES:
            listen(by_id(name), "click", getattr(self, name))

    def ignore_pending(self):
        """Ignores answers that have not arrived yet."""
        self.turn += 1

    def act(self, event):
        """Trains, pauses or resumes, as the button says. The second click of a double click does nothing."""
        if event.detail > 1:
            return None
        return {"training": self.pause, "paused": self.resume}.get(self.state.name, self.start)(event)

    def start(self, event):
        return self.train(self.prepare())

    async def train(self, mine):
        if await self.begin(mine):
            await self.run_slices()

    def prepare(self, in_series=False):
        """Shows at once, in the very click, that a training starts: Train cannot be pressed again, and what the page
        said about the training before is gone. Returns the new training's number."""
        if not in_series:
            self.page.interrupted()
        self.ignore_pending()
        self.clear()
        self.state.show("training", text("state.starting"))
        return self.turn

    async def begin(self, mine):
        """Requests the start from the worker; returns whether it started. A Pause in between takes effect."""
        started = await self.page.request("start", **self.message())
        if not started or mine != self.turn:
            return False
        paused = self.state.name == "paused"
        self.started(started)
        if paused:
            self.pause(None)
        return True

    def started(self, answer):
        self.page.on_start(answer)
        epochs = answer.get("correction_epochs", answer["epochs"])
        self.state.show("training", text("progress.epoch", epoch=1, epochs=epochs))

    async def run_slices(self):
        """Trains slice after slice, until the end or until the state changes."""
        self.ignore_pending()
        mine = self.turn
        while self.state.name == "training" and mine == self.turn:
            answer = await self.page.request("advance", budget_ms=BUDGET_MS, subject=self.page.lens.asked() or None)
            if not answer or mine != self.turn:
                return
            self.show(answer)
            await next_frame()  # lets the browser draw, however fast the training is

    def show(self, answer):
        """Shows the worker's answer about a slice, a step, or the end."""
        step = self.state.name == "paused" and self.message()["batch_size"]
        message = self.progress.update(answer["progress"], step)
        self.page.on_progress(answer)
        if answer["finished"]:
            self.page.on_end(answer)
        else:
            self.state.show("training" if self.state.name == "training" else "paused", message)

    def opened(self, answer):
        """Shows a model or checkpoint that was opened; a checkpoint is paused."""
        self.ignore_pending()
        self.clear()
        self.started(answer)
        self.state.show("paused", text("state.where_saved"))
        self.show(answer)

    def pause(self, event):
        self.state.show("paused", self.state.details)

    def resume(self, event):
        self.state.show("training", self.state.details)
        return self.run_slices()

    def step(self, event):
        """Trains on one batch, then pauses."""
        mine = self.prepare() if self.state.name == "ready" else None
        self.state.show("paused", text("state.one_batch"))
        return self.train_batch(mine)

    async def train_batch(self, mine):
        if mine is not None and not await self.begin(mine):
            return
        answer = await self.page.request("step", subject=self.page.lens.asked() or None)
        if answer:
            self.show(answer)

    def stop(self, event):
        self.page.interrupted()
        self.ignore_pending()
        return self.end()

    async def end(self):
        answer = await self.page.request("stop")
        if answer:
            self.show(answer)

    def reset(self, event):
        self.page.interrupted()
        self.ignore_pending()
        self.clear()
        self.state.show("ready", text("state.press_again"))
        return self.drop()

    async def drop(self):
        await self.page.request("reset")
        self.page.network_changed()

    def clear(self):
        self.progress.reset()
        self.page.on_clear()


async def next_frame():
    """Waits until the page is drawn. A hidden page is never drawn and does not wait; a covered page waits 0.1 s."""
    if not document.hidden:
        await window.Promise.new(create_proxy(drawn_or_timeout))


def drawn_or_timeout(resolve, _):
    window.requestAnimationFrame(resolve)
    window.setTimeout(resolve, 100)
