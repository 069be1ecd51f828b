"""The fingerprint of a finished training: its weights' SHA-256, and a link to the run if that reproduces them."""

from widgets.dom import by_id, run


class Fingerprint:
    def __init__(self, request, settings):
        """request(action, **message) is the worker's answer; the settings are the form's."""
        self.request, self.settings = request, settings
        self.newest = True  # whether the weights are the newest, which the link reproduces

    def hide(self):
        by_id("fingerprint").hidden = True

    def show(self, sha256):
        by_id("fingerprint").hidden = False
        self.view(sha256, True)

    def view(self, sha256, newest):
        """The weights that are looked at, which Save model saves, too; they may be those of an earlier epoch."""
        self.newest = newest
        by_id("sha256").textContent = sha256
        by_id("link-words").hidden = True
        if newest:
            run(self.offer_link())

    async def offer_link(self):
        """Shows a link to the run, if it reproduces these weights."""
        answer = await self.request("reproduces", **self.settings.message())
        if answer and answer["reproduces"] and self.newest:
            by_id("link").setAttribute("href", self.settings.address())
            by_id("link-words").hidden = False
