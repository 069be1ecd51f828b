"""Reads many pictures, one after another, with a progress bar and a way to cancel."""

from pyscript import window
from widgets.dom import by_id, listen
from widgets.dropped import is_picture
from widgets.pictures import Unreadable, decode
from widgets.texts import error_text, text, whole

MAX_SIDE = 160  # pixels: pictures are made this small first
MOST = 5000  # pictures that are read; of more, the worker chooses
SHOWN = 100  # milliseconds between two changes of the progress bar


class Cancelled(Exception):
    """The reading was cancelled; the images are as they were before."""


class OwnPictures:
    def __init__(self, worker):
        self.worker = worker
        self.reading = self.cancelled = False
        listen(by_id("own-cancel"), "click", lambda event: self.cancel())

    def cancel(self):
        self.cancelled = True

    async def read(self, pairs, add):
        """Reads the pictures in pairs of (file, class). Returns the worker's answer to `pictures`, a line for each
        file that was skipped, and the number of files that were read. Raises Cancelled."""
        self.reading, self.cancelled = True, False
        by_id("own-reading").hidden = False
        try:
            return await self.read_all(pairs, add)
        finally:
            self.reading = False
            by_id("own-reading").hidden = True

    async def read_all(self, pairs, add):
        self.show(0, len(pairs))
        wanted, refused = [], []
        for file, name in pairs:
            if file.type == "" or is_picture(file.name, file.type):
                wanted.append((file, name))
            else:
                refused.append(text("own.refused", name=file.name, reason=text("own.no_picture")))
        chosen = wanted
        if len(wanted) > MOST:
            answer = await self.worker.request("choose", names=[name for _, name in wanted])
            chosen = [wanted[index] for index in answer["indices"]]
        await self.worker.request("new_pictures")
        shown = 0
        for done, (file, name) in enumerate(chosen):
            reason = await self.read_one(file, name)
            if reason:
                refused.append(text("own.refused", name=file.name, reason=reason))
            if self.cancelled:
                await self.worker.request("new_pictures")
                raise Cancelled
            if window.performance.now() - shown > SHOWN:
                shown = window.performance.now()
                self.show(done + 1, len(chosen))
        return await self.worker.request("pictures", add=add), refused, len(chosen)

    async def read_one(self, file, name):
        """Adds the picture; returns "", or why it is skipped."""
        try:
            picture = await decode(self.worker, file, MAX_SIDE)
        except Unreadable as error:
            return str(error)
        settings = {"width": picture.width, "height": picture.height, "name": name}
        answer = await self.worker.request("picture", [picture.pixels], files=["pixels"], **settings)
        return error_text(answer["error"]) if "error" in answer else ""

    def show(self, done, count):
        by_id("own-progress").max, by_id("own-progress").value = count, done
        by_id("own-count").textContent = text("own.read", done=whole(done), pictures=whole(count))
