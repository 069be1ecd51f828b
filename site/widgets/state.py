"""The state of the page: one word, a line of details, and the buttons that are enabled."""

from widgets.dom import by_id
from widgets.texts import text

# The buttons that are enabled in each state. The first one, "act", trains, pauses or resumes.
BUTTONS = {
    "loading": (),
    "ready": ("act", "step"),
    "training": ("act", "stop", "reset"),
    "paused": ("act", "step", "stop", "reset"),
    "finished": ("act", "reset"),
    "failed": (),
}
NAMES = ("act", "step", "stop", "reset")
ACTS = {"training": "state.pause", "paused": "state.resume"}  # what the first button does, Train in other states


class State:
    def __init__(self, changed):
        """Calls changed(name) after each change."""
        self.name, self.details = "loading", ""
        self.changed = changed

    def show(self, name, details):
        self.name, self.details = name, details
        by_id("state").textContent = text("state.line", state=text(f"state.is.{name}"), details=details)
        by_id("state").setAttribute("data-state", name)
        by_id("state-part").setAttribute("data-state", name)
        by_id("act").textContent = text(ACTS.get(name, "state.train"))
        for button in NAMES:
            by_id(button).disabled = button not in BUTTONS[name]
        self.changed(name)

    def say(self, message):
        """Changes the details, not the state."""
        self.show(self.name, message)
