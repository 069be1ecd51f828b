"""Several trainings of the form's settings, with one seed after another."""

from widgets.dom import by_id, listen
from widgets.texts import text

COUNT = 5


class Series:
    def __init__(self, page):
        self.page = page
        self.left = 0  # trainings to come after this one
        listen(by_id("train-seeds"), "click", self.start)

    def enable(self, state):
        by_id("train-seeds").disabled = state not in ("ready", "finished")

    def start(self, event):
        self.left = COUNT
        return self.next()

    def cancel(self):
        """What was pressed ends the series: Stop, Reset, Train, or another run that is opened."""
        self.left = 0

    async def next(self):
        """Trains the next seed, if there is one."""
        if not self.left:
            return
        seed = by_id("seed")
        if self.left < COUNT:
            seed.value = str(int(seed.value) + 1)
        self.left -= 1
        self.page.remember_settings()
        self.page.notebook.say(text("notebook.series", number=COUNT - self.left, count=COUNT))
        await self.page.training.train(self.page.training.prepare(True))
