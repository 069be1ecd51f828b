"""The state of the page: one word, a line of details, and the buttons that are enabled."""

from widgets.dom import by_id

# The buttons that are enabled in each state.
BUTTONS = {
    "loading": (),
    "ready": ("start", "step"),
    "training": ("pause", "stop", "reset"),
    "paused": ("resume", "step", "stop", "reset"),
    "finished": ("start", "reset"),
    "failed": (),
}
NAMES = ("start", "pause", "resume", "step", "stop", "reset")


class State:
    def __init__(self, changed):
        """Calls changed(name) after each change."""
        self.name, self.details = "loading", ""
        self.changed = changed

    def show(self, name, details):
        self.name, self.details = name, details
        by_id("state").textContent = f"{name} – {details}"
        for button in NAMES:
            by_id(button).disabled = button not in BUTTONS[name]
        self.changed(name)

    def say(self, words):
        """Changes the details, not the state."""
        self.show(self.name, words)
