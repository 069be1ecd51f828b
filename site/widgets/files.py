"""Models and checkpoints as files, and a kept training to continue. Files may be dropped anywhere on the page."""

import json

from pyscript.ffi import to_js
from widgets.dom import by_id, listen
from widgets.drop import on_drop
from widgets.runs import save_link
from widgets.uploads import TooLarge, read

KIND = ".safetensors"


class Files:
    def __init__(self, worker, opened, take_images):
        """Calls opened(answer) with a file or kept training, take_images(found) with other files dropped."""
        self.worker, self.opened, self.take_images = worker, opened, take_images
        self.key = None
        listen(by_id("save-model"), "click", lambda event: self.save("model"))
        listen(by_id("save-checkpoint"), "click", lambda event: self.save("checkpoint"))
        listen(by_id("open-file"), "click", lambda event: by_id("file").click())
        listen(by_id("file"), "change", self.choose)
        listen(by_id("continue"), "click", self.go_on)
        listen(by_id("discard"), "click", self.discard)
        on_drop(self.drop)

    def enable(self, model, checkpoint):
        by_id("save-model").disabled = not model
        by_id("save-checkpoint").disabled = not checkpoint
        by_id("open-file").disabled = False

    async def save(self, kind):
        try:
            save_link(await self.worker.proxy.file_link(kind), f"scnn-{kind}{KIND}")
        except Exception as error:
            self.say(f"The {kind} could not be saved: {last_line(error)}")

    async def choose(self, event):
        file = by_id("file").files.item(0)
        if file:
            await self.open(file)
            by_id("file").value = ""

    async def open(self, file):
        """Shows what is in the file; where that cannot be, whatever is under way goes on."""
        self.say("")
        try:
            answer = await self.worker.ask("open", [await read(file)], files=["data"], engine=by_id("engine").value)
        except TooLarge as error:
            self.say(str(error))
            return
        if "error" in answer:
            self.say(f"{file.name} cannot be opened: {answer['error']['message']}.")
        else:
            self.opened(answer)

    async def drop(self, found):
        if by_id("open-file").disabled:
            self.say("Files can be taken once Python has started.")
        elif len(found) == 1 and found[0][0].name.endswith(KIND):
            await self.open(found[0][0])
        elif found:
            await self.take_images(found)

    def say(self, words):
        """Beside the buttons, and not in the state's line, which a training writes anew many times a second."""
        by_id("files-message").textContent = words
        if words:
            by_id("files-message").scrollIntoView(to_js({"block": "nearest"}))

    # ---------------------------------------------------------------------------------- a kept training

    async def offer(self):
        """Offers to continue what this browser kept, whenever its storage answers."""
        kept = json.loads(await self.worker.proxy.kept())
        if kept and "error" in kept:
            self.say(kept["error"])
        elif kept and kept.get("finished"):
            self.key = kept["key"]
            by_id(
                "offer-text"
            ).textContent = f"This browser kept a finished training: experiment {kept['experiment']}."
            by_id("continue").textContent = "Open it"
            by_id("offer").hidden = False
        elif kept:
            self.key = kept["key"]
            progress = kept["progress"]
            by_id("offer-text").textContent = (
                f"This browser kept a training that was not finished: experiment {kept['experiment']}, "
                f"epoch {progress['epoch']} of {progress['epochs']}."
            )
            by_id("offer").hidden = False

    async def go_on(self, event):
        by_id("offer").hidden = True
        answer = json.loads(await self.worker.proxy.continue_kept(self.key))
        self.opened(answer)

    async def discard(self, event):
        by_id("offer").hidden = True
        await self.worker.proxy.forget_kept(self.key)


def last_line(error):
    return str(error.args[-1] if error.args else error).strip().split("\n")[-1]
