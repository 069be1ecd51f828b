"""The lesson's steps with their times, and a clock that marks the current one."""

import math

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.dom import by_id, listen
from widgets.texts import text

TICK = 5000  # milliseconds
KEPT = "scnn lesson"  # where this tab keeps when the lesson began, so that a reload does not stop the clock


class LessonClock:
    def __init__(self):
        self.steps = []  # (element, first minute, minute after the last)
        self.started, self.timer = kept(), None  # milliseconds; 0 while it stands
        self.tick_proxy = create_proxy(lambda: self.tick())
        minute = 0
        for step in by_id("lesson").children:
            first, minute = minute, minute + int(step.dataset.minutes)
            self.steps.append((step, first, minute))
            step.querySelector(".time").textContent = text("teach.minutes", first=first, last=minute)
        listen(by_id("lesson-clock"), "click", self.toggle)
        listen(document, "visibilitychange", lambda event: self.tick())  # timers sleep in a hidden tab
        self.show()

    def toggle(self, event):
        self.started = 0 if self.started else window.Date.now()
        keep(self.started)
        self.show()

    def show(self):
        """Runs or stands, as `started` says."""
        window.clearInterval(self.timer)
        if self.started:
            self.timer = window.setInterval(self.tick_proxy, TICK)
        by_id("lesson-clock").textContent = text("teach.stop_clock" if self.started else "teach.start_clock")
        self.tick()

    def tick(self):
        """Marks the step of this minute, and says what is left of it."""
        minutes = (window.Date.now() - self.started) / 60_000 if self.started else -1
        message = ""
        for step, first, last in self.steps:
            now = first <= minutes < last
            step.classList.toggle("now", now)
            if now:
                title = step.querySelector("[data-text]").textContent
                left = math.ceil(last - minutes)
                message = text("teach.now", minute=int(minutes), step=title, left=text("teach.left", count=left))
        if self.started and not message:
            message = text("teach.over", minutes=self.steps[-1][2])
        if by_id("lesson-now").textContent != message:
            by_id("lesson-now").textContent = message


def kept():
    """When the lesson began; 0 if it has not, or if the browser refuses storage."""
    try:
        return float(window.sessionStorage.getItem(KEPT) or 0)
    except Exception:
        return 0


def keep(started):
    try:
        window.sessionStorage.setItem(KEPT, str(started))
    except Exception:
        pass  # the browser refuses storage: a reload stops the clock
