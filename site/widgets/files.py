"""Models and checkpoints as files, a kept training to continue, and a person's own images."""

import json

from pyscript import document, window
from widgets.dom import by_id, listen
from widgets.runs import save_link

LARGEST = 64 << 20  # bytes of a file
LARGEST_SIDE = 160  # own pictures are made this small first


class Files:
    def __init__(self, worker, opened, taken, failed):
        """Calls opened(answer) with a file or kept training, taken(answer) with own images, failed(words)."""
        self.worker, self.opened, self.taken, self.failed = worker, opened, taken, failed
        self.key = None
        listen(by_id("save-model"), "click", lambda event: self.save("model"))
        listen(by_id("save-checkpoint"), "click", lambda event: self.save("checkpoint"))
        listen(by_id("open-file"), "click", lambda event: by_id("file").click())
        listen(by_id("file"), "change", self.choose)
        listen(by_id("continue"), "click", self.go_on)
        listen(by_id("discard"), "click", self.discard)
        listen(by_id("own-pictures"), "change", self.take_pictures)
        listen(by_id("own-idx"), "change", self.take_idx)

    def enable(self, model, checkpoint):
        by_id("save-model").disabled = not model
        by_id("save-checkpoint").disabled = not checkpoint
        by_id("open-file").disabled = False

    async def save(self, kind):
        try:
            save_link(await self.worker.proxy.file_link(kind), f"scnn-{kind}.safetensors")
        except Exception as error:
            self.failed(f"the {kind} could not be saved: {last_line(error)}")

    async def choose(self, event):
        file = by_id("file").files.item(0)
        if not file:
            return
        try:
            answer = await self.worker.ask("open", [await read(file)], files=["data"], engine=by_id("engine").value)
        except TooLarge as error:
            self.failed(str(error))
        else:
            self.opened(answer)
        by_id("file").value = ""

    # ---------------------------------------------------------------------------------- a kept training

    async def offer(self):
        """Offers to continue what this browser kept."""
        kept = json.loads(await self.worker.proxy.kept())
        if kept:
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

    # ---------------------------------------------------------------------------------------- own images

    async def take_idx(self, event):
        """Two files: the images' is the larger one."""
        files = sorted(listed("own-idx"), key=lambda file: -file.size)
        if len(files) != 2:
            self.say("Choose two files: the images and their labels.")
            return
        try:
            data = []
            for file in files:
                data.append(await read(file))
        except TooLarge as error:
            self.say(str(error))
            return
        self.took(await self.worker.ask("idx", data, files=["images", "labels"]))

    async def take_pictures(self, event):
        """Each picture's class is the folder it lies in."""
        refused, count = [], 0
        for file in listed("own-pictures"):
            words = await self.take_picture(file)
            if words:
                refused.append(f"{file.name}: {words}")
            else:
                count += 1
                self.say(f"{count} pictures taken …")
        answer = await self.worker.ask("pictures")
        self.took(answer)
        if refused:
            more = f" {len(refused)} files were left out, the first because of {refused[0]}"
            by_id("own-message").append(document.createTextNode(more))

    async def take_picture(self, file):
        """Why it was not taken, or nothing."""
        try:
            size = await self.worker.ask("picture_size", [await read(file)], files=["data"])
            if "error" in size:
                return size["error"]["message"]
            scale = min(1, LARGEST_SIDE / max(size["width"], size["height"]))
            width, height = max(1, round(size["width"] * scale)), max(1, round(size["height"] * scale))
            bitmap = await window.createImageBitmap(file)
        except TooLarge as error:
            return str(error)
        except Exception:
            return "it could not be unpacked."
        canvas = window.OffscreenCanvas.new(width, height)
        context = canvas.getContext("2d")
        context.fillStyle = "#fff"
        context.fillRect(0, 0, width, height)
        context.drawImage(bitmap, 0, 0, width, height)
        context.globalCompositeOperation = "saturation"
        context.fillRect(0, 0, width, height)  # grey: all three colours are alike
        colours = context.getImageData(0, 0, width, height).data
        name = file.webkitRelativePath.split("/")[-2] if "/" in file.webkitRelativePath else file.name[:1]
        settings = {"width": width, "height": height, "name": name}
        answer = await self.worker.ask("picture", [colours], files=["pixels"], **settings)
        return answer["error"]["message"] if "error" in answer else ""

    def took(self, answer):
        if "error" in answer:
            self.say(answer["error"]["message"])
            return
        classes = ", ".join(answer["classes"])
        counts = f"{answer['training_images']} for training, {answer['test_images']} for testing"
        self.say(f"Images of {classes}: {counts}. Choose the experiment Your own images.")
        self.taken(answer)

    def say(self, words):
        by_id("own-message").textContent = words


class TooLarge(Exception):
    """A file that no model, checkpoint or picture needs to be."""


async def read(file):
    if file.size > LARGEST:
        raise TooLarge(f"{file.name} has {file.size} bytes, and at most {LARGEST} are read.")
    return window.Uint8Array.new(await file.arrayBuffer())


def listed(name):
    files = by_id(name).files
    return [files.item(place) for place in range(files.length)]


def last_line(error):
    return str(error.args[-1] if error.args else error).strip().split("\n")[-1]
