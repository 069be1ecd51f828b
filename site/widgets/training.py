"""The buttons from Train to Reset, and the loop that asks the worker for slice after slice."""

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.dom import by_id, listen
from widgets.progress import Progress
from widgets.state import NAMES

BUDGET_MS = 50  # one slice of training: short enough that pausing and drawing feel immediate


class Training:
    def __init__(self, page, state, message):
        """Asks by page.ask; `message` gives the form's settings. Calls page.cleared() before something new, then
        page.began(answer), page.told(answer) after every slice, and page.ended(answer)."""
        self.page, self.state, self.message = page, state, message
        self.progress = Progress()
        self.turn = 0  # counts the trainings, so that an answer to an old one is told from the new one's
        for name in NAMES:
            listen(by_id(name), "click", getattr(self, name))

    def leave(self):
        """What is on its way is no longer waited for."""
        self.turn += 1

    async def start(self, event):
        if await self.begin():
            await self.go_on()

    async def begin(self):
        """A new training; whether it began. Until the worker says so, there is nothing to press twice, and what is
        pressed meanwhile counts."""
        self.leave()
        mine = self.turn
        self.clear()
        self.state.show("training", "beginning …")
        started = await self.page.ask("start", **self.message())
        if not started or mine != self.turn:
            return False
        paused = self.state.name == "paused"
        self.began(started)
        if paused:
            self.pause(None)
        return True

    def began(self, answer):
        self.page.began(answer)
        self.state.show("training", f"epoch 1 of {answer.get('correction_epochs', answer['epochs'])}")

    async def go_on(self):
        """Slice after slice, until the end or until the state changes."""
        self.leave()
        mine = self.turn
        while self.state.name == "training" and mine == self.turn:
            answer = await self.page.ask("advance", budget_ms=BUDGET_MS)
            if not answer or mine != self.turn:
                return
            self.take(answer)
            await next_frame()  # what is learned is seen, however fast it goes

    def take(self, answer):
        """Shows what the worker says of a slice, a step, or the end."""
        words = self.progress.update(answer["progress"], self.state.name == "paused" and self.message()["batch_size"])
        self.page.told(answer)
        if answer["finished"]:
            self.page.ended(answer)
        else:
            self.state.show("training" if self.state.name == "training" else "paused", words)

    def opened(self, answer):
        """A model or checkpoint is there: it is shown, and a checkpoint waits, paused."""
        self.leave()
        self.clear()
        self.began(answer)
        self.state.show("paused", "the training stands where it was kept.")
        self.take(answer)

    def pause(self, event):
        self.state.show("paused", self.state.details)

    async def resume(self, event):
        self.state.show("training", self.state.details)
        await self.go_on()

    async def step(self, event):
        """One batch, then a pause."""
        if self.state.name == "ready" and not await self.begin():
            return
        self.state.show("paused", "one batch …")
        answer = await self.page.ask("step")
        if answer:
            self.take(answer)

    async def stop(self, event):
        self.leave()
        answer = await self.page.ask("stop")
        if answer:
            self.take(answer)

    async def reset(self, event):
        self.leave()
        self.clear()
        self.state.show("ready", "press Train to begin again.")
        await self.page.ask("reset")
        self.page.forgotten()

    def clear(self):
        self.progress.reset()
        self.page.cleared()


async def next_frame():
    """Lets the page be drawn. A hidden page is not, and waits for nothing; a covered one waits a moment."""
    if not document.hidden:
        await window.Promise.new(create_proxy(drawn_or_late))


def drawn_or_late(resolve, _):
    window.requestAnimationFrame(resolve)
    window.setTimeout(resolve, 100)
