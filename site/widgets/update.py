"""The service worker: offline use, and new versions, which are loaded only when the user agrees."""

from pyscript import window
from widgets.browser import found, limits
from widgets.dom import by_id, listen, run
from widgets.texts import text


class Update:
    def __init__(self):
        self.agreed = False
        listen(by_id("update-now"), "click", self.take_over)
        self.container = found(window.navigator, "serviceWorker")
        said = [text(key) for key in limits()]
        by_id("offline").textContent = " ".join([text("limits.title")] + said) if said else ""
        if self.container:
            listen(self.container, "controllerchange", self.changed)
            run(self.watch())

    async def register(self):
        """Caches the whole site for offline use. Called after the start, which it would slow down."""
        try:
            if self.container:
                await self.container.register("sw.js")
        except Exception:
            pass  # the page works without it, but not offline

    async def watch(self):
        """Offers a new version as soon as it is completely loaded."""
        self.registration = await self.container.ready
        by_id("offline").textContent = text("update.offline")
        self.registration.active.postMessage("keep the documentation")
        if self.registration.waiting:
            self.offer()
        listen(self.registration, "updatefound", self.found)

    def found(self, event):
        installing = self.registration.installing
        if installing:
            listen(installing, "statechange", lambda event: installing.state == "installed" and self.offer())

    def offer(self):
        if window.navigator.serviceWorker.controller:
            by_id("update").hidden = False

    def take_over(self, event):
        self.agreed = True
        self.registration.waiting.postMessage("take over")

    def changed(self, event):
        """Reloads the page if the user agreed; the first service worker needs no reload."""
        if self.agreed:
            window.location.reload()
