"""Saves and opens model and checkpoint files, and offers to continue a saved training."""

import json

from pyscript.ffi import to_js
from widgets.dom import by_id, listen
from widgets.downloads import save_link
from widgets.edited_offer import EditedOffer
from widgets.texts import error_text, listed, text
from widgets.uploads import TooLarge, read

KIND = ".safetensors"


class Files:
    def __init__(self, worker, on_open):
        """Calls on_open(answer) for a file or saved training."""
        self.worker, self.on_open = worker, on_open
        self.key = None
        self.edited = EditedOffer(by_id("files-offer"), worker.request)
        listen(by_id("save-model"), "click", lambda event: self.save("model"))
        listen(by_id("save-checkpoint"), "click", lambda event: self.save("checkpoint"))
        listen(by_id("open-file"), "click", lambda event: by_id("file").click())
        listen(by_id("file"), "change", self.choose)
        listen(by_id("continue"), "click", self.continue_saved)
        listen(by_id("discard"), "click", self.discard)

    def enable(self, model, checkpoint):
        by_id("save-model").disabled = not model
        by_id("save-checkpoint").disabled = not checkpoint
        by_id("open-file").disabled = False

    async def save(self, kind):
        try:
            save_link(await self.worker.proxy.file_url(kind), f"scnn-{kind}{KIND}")
        except Exception as error:
            self.say(text(f"files.no_{kind}", reason=last_line(error)))

    async def choose(self, event):
        file = by_id("file").files.item(0)
        if file:
            await self.open(file)
            by_id("file").value = ""

    async def open(self, file, accept_edits=False):
        """Opens the file. If that fails, the current training continues. Edited kernels in it are shown first."""
        self.say("")
        try:
            engine = by_id("engine").value
            message = {"files": ["data"], "engine": engine, "accept_edits": accept_edits}
            answer = await self.worker.request("open", [await read(file)], **message)
        except TooLarge as error:
            self.say(str(error))
            return
        if "error" in answer and "edits" in answer["error"]:
            message, accept = text("code.file_edited", name=file.name), text("code.open_edited")
            edits = answer["error"]["edits"]
            self.say(await self.edited.show(message, edits, accept, lambda: self.open(file, accept_edits=True)))
        elif "error" in answer:
            self.say(text("files.cannot_open", name=file.name, reason=error_text(answer["error"])))
        else:
            self.on_open(answer)

    def say(self, message):
        """Shown beside the buttons: a training overwrites the state's line many times a second."""
        by_id("files-message").textContent = message
        if message:
            by_id("files-message").scrollIntoView(to_js({"block": "nearest"}))

    # ---------------------------------------------------------------------------------- saved training

    async def offer(self):
        """Offers to continue or open the saved training, as soon as the storage answers."""
        saved = json.loads(await self.worker.proxy.newest_saved())
        if saved and "error" in saved:
            self.say(text("storage.unreadable", reason=saved["error"]))
        elif saved and saved.get("finished"):
            self.key = saved["key"]
            by_id("offer-text").textContent = text("saved.finished", experiment=title_of(saved))
            by_id("continue").textContent = text("saved.open")
            by_id("offer").hidden = False
        elif saved:
            self.key = saved["key"]
            progress = saved["progress"]
            epochs = {"epoch": progress["epoch"], "epochs": progress["epochs"]}
            message = text("saved.unfinished", experiment=title_of(saved), **epochs)
            by_id("offer-text").textContent = message
            by_id("offer").hidden = False
        if saved and saved.get("edited"):
            by_id("offer-text").textContent += " " + text("code.saved_edited", names=listed(saved["edited"]))

    async def continue_saved(self, event):
        by_id("offer").hidden = True
        answer = json.loads(await self.worker.proxy.continue_saved(self.key))
        self.on_open(answer)

    async def discard(self, event):
        by_id("offer").hidden = True
        await self.worker.proxy.delete_saved(self.key)


def title_of(saved):
    """The experiment of a saved training in words."""
    return text(f"experiment.{saved['experiment']}.title")


def last_line(error):
    return str(error.args[-1] if error.args else error).strip().split("\n")[-1]
