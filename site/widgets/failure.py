"""The failure box: a message, its details, and a button that reloads the page."""

from pyscript import window
from widgets.dom import by_id, listen


class Failure:
    def __init__(self):
        listen(by_id("retry"), "click", lambda event: window.location.reload())

    def show(self, message, details=""):
        by_id("failure-text").textContent = message
        by_id("failure-details").textContent = details or "–"
        by_id("failure").hidden = False

    def hide(self):
        by_id("failure").hidden = True
