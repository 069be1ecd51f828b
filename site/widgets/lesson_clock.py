"""The lesson's steps with their times, and a clock that marks the current one."""

from pyscript import window
from pyscript.ffi import create_proxy
from widgets.dom import by_id, listen
from widgets.texts import text

TICK = 5000  # milliseconds


class LessonClock:
    def __init__(self):
        self.steps = []  # (element, first minute, minute after the last)
        self.started = self.timer = None
        self.tick_proxy = create_proxy(lambda: self.tick())
        minute = 0
        for step in by_id("lesson").children:
            first, minute = minute, minute + int(step.dataset.minutes)
            self.steps.append((step, first, minute))
            step.querySelector(".time").textContent = text("teach.minutes", first=first, last=minute)
        listen(by_id("lesson-clock"), "click", self.toggle)

    def toggle(self, event):
        if self.started is None:
            self.started = window.Date.now()
            self.timer = window.setInterval(self.tick_proxy, TICK)
        else:
            window.clearInterval(self.timer)
            self.started = None
        by_id("lesson-clock").textContent = text("teach.start_clock" if self.started is None else "teach.stop_clock")
        self.tick()

    def tick(self):
        """Marks the step of this minute, and says what is left of it."""
        minutes = None if self.started is None else (window.Date.now() - self.started) / 60_000
        words = ""
        for step, first, last in self.steps:
            now = minutes is not None and first <= minutes < last
            step.classList.toggle("now", now)
            if now:
                title = step.querySelector("[data-text]").textContent
                left = -int(minutes - last)  # rounded up
                words = text("teach.now", minute=int(minutes), step=title, left=text("teach.left", count=left))
        if minutes is not None and not words:
            words = text("teach.over", minutes=self.steps[-1][2])
        if by_id("lesson-now").textContent != words:
            by_id("lesson-now").textContent = words
