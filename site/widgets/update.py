"""The service worker's part of the page: whether it works offline, and a new version that waits for consent."""

import asyncio

from pyscript import window
from widgets.browser import found, limits
from widgets.dom import by_id, listen


class Update:
    def __init__(self):
        self.agreed = False
        listen(by_id("update-now"), "click", self.take_over)
        self.container = found(window.navigator, "serviceWorker")
        by_id("offline").textContent = (
            " ".join(["In this browser the page is limited:"] + limits()) if limits() else ""
        )
        if self.container:
            listen(self.container, "controllerchange", self.changed)
            asyncio.create_task(self.watch())

    async def keep(self):
        """Has the whole site kept for offline, once the page has started: its own start comes first."""
        try:
            if self.container:
                await self.container.register("sw.js")
        except Exception:
            pass  # without it the page works, only not offline

    async def watch(self):
        """Shows the offer as soon as a new version is there whole."""
        self.registration = await self.container.ready
        by_id("offline").textContent = "This page now works without a network, too."
        self.registration.active.postMessage("keep the documentation")
        if self.registration.waiting:
            self.offer()
        listen(self.registration, "updatefound", self.found)

    def found(self, event):
        coming = self.registration.installing
        if coming:
            listen(coming, "statechange", lambda event: coming.state == "installed" and self.offer())

    def offer(self):
        if window.navigator.serviceWorker.controller:
            by_id("update").hidden = False

    def take_over(self, event):
        self.agreed = True
        self.registration.waiting.postMessage("take over")

    def changed(self, event):
        """Only after consent is the page loaded anew; the first worker's arrival changes nothing."""
        if self.agreed:
            window.location.reload()
