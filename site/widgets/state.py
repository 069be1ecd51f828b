"""What the page is doing: one word, a line of details, and the buttons that can be pressed in it."""

from widgets.dom import by_id

# Which buttons can be pressed in which state.
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
        """Something for the person to know, the state staying what it is."""
        self.show(self.name, words)
