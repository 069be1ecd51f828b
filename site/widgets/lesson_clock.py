"""The lesson's steps with their times, and a clock that marks the current one."""

from pyscript import window
from pyscript.ffi import create_proxy
from widgets.dom import by_id, listen
from widgets.texts import text

TICK = 5000  # milliseconds


class LessonClock:
    def __init__(self):
        self.steps = []  # (element, first minute, minute after the last)
        self.started, self.timer = 0, None  # milliseconds; 0 while it stands
        self.tick_proxy = create_proxy(lambda: self.tick())
        minute = 0
        for step in by_id("lesson").children:
            first, minute = minute, minute + int(step.dataset.minutes)
            self.steps.append((step, first, minute))
            step.querySelector(".time").textContent = text("teach.minutes", first=first, last=minute)
        listen(by_id("lesson-clock"), "click", self.toggle)

    def toggle(self, event):
        if not self.started:
            self.started = window.Date.now()
            self.timer = window.setInterval(self.tick_proxy, TICK)
        else:
            window.clearInterval(self.timer)
            self.started = 0
        by_id("lesson-clock").textContent = text("teach.stop_clock" if self.started else "teach.start_clock")
        self.tick()

    def tick(self):
        """Marks the step of this minute, and says what is left of it."""
        minutes = (window.Date.now() - self.started) / 60_000 if self.started else -1
        words = ""
        for step, first, last in self.steps:
            now = first <= minutes < last
            step.classList.toggle("now", now)
            if now:
                title = step.querySelector("[data-text]").textContent
                left = -int(minutes - last)  # rounded up
                words = text("teach.now", minute=int(minutes), step=title, left=text("teach.left", count=left))
        if self.started and not words:
            words = text("teach.over", minutes=self.steps[-1][2])
        if by_id("lesson-now").textContent != words:
            by_id("lesson-now").textContent = words
