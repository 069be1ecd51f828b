"""The user's own images: a folder of pictures or two IDX files, chosen or dropped. They stay in this browser."""

from pyscript import document, window
from widgets.browser import found
from widgets.dom import by_id, listen
from widgets.uploads import TooLarge, read

MAX_SIDE = 160  # pictures are made this small first
INPUTS = ("own-pictures", "own-idx")


class OwnImages:
    def __init__(self, worker, on_images):
        """Calls on_images(answer) when the worker has the images."""
        self.worker, self.on_images = worker, on_images
        self.on = False
        listen(by_id("own-pictures"), "change", self.choose_pictures)
        listen(by_id("own-idx"), "change", self.choose_idx)

    def enable(self, on):
        self.on = on
        for name in INPUTS:
            by_id(name).disabled = not on

    def say(self, words):
        by_id("own-message").textContent = words

    async def choose_idx(self, event):
        await self.take_idx([file for file, _ in listed("own-idx")])

    async def choose_pictures(self, event):
        await self.take_pictures(listed("own-pictures"))

    async def take_dropped(self, found):
        """Takes dropped files, each with its folder's name; two files without a folder are IDX files."""
        by_id("own").open = True
        by_id("own").scrollIntoView()
        if not self.on:
            self.say("Images cannot be changed while a training runs: stop or reset it first.")
        elif len(found) == 2 and not found[0][1] and not found[1][1]:
            await self.take_idx([file for file, _ in found])
        else:
            await self.take_pictures(found)

    async def take_idx(self, files):
        """Takes two IDX files; the larger one has the images."""
        if len(files) != 2:
            self.say("Choose two files: the images and their labels.")
            return
        data = []
        try:
            for file in sorted(files, key=lambda file: -file.size):
                data.append(await read(file))
        except TooLarge as error:
            self.say(str(error))
            return
        self.show(await self.worker.request("idx", data, files=["images", "labels"]))

    async def take_pictures(self, found):
        """A picture's class is the name of its folder, or else the first letter of its own name."""
        refused, count = [], 0
        for file, folder in found:
            words = await self.take_picture(file, folder or file.name[:1])
            if words:
                refused.append(f"{file.name}: {words}")
            else:
                count += 1
                self.say(f"{count} pictures read …")
        self.show(await self.worker.request("pictures"))
        if refused:
            count = "1 file was" if len(refused) == 1 else f"{len(refused)} files were"
            more = f" {count} skipped. The first: {refused[0]}"
            by_id("own-message").append(document.createTextNode(more))

    async def take_picture(self, file, name):
        """Adds the picture; returns "", or why it is skipped."""
        try:
            size = await self.worker.request("picture_size", [await read(file)], files=["data"])
            if "error" in size:
                return size["error"]["message"]
            bitmap = await window.createImageBitmap(file)  # turned upright by the camera's note, as the header is not
            scale = min(1, MAX_SIDE / max(bitmap.width, bitmap.height))
            width, height = max(1, round(bitmap.width * scale)), max(1, round(bitmap.height * scale))
            if not keeps_pixels():
                return "this browser's protection against fingerprinting returns noise for a picture's pixels."
        except TooLarge as error:
            return str(error)
        except Exception:
            return "the browser cannot decode it."
        settings = {"width": width, "height": height, "name": name}
        answer = await self.worker.request("picture", [grey(bitmap, width, height)], files=["pixels"], **settings)
        return answer["error"]["message"] if "error" in answer else ""

    def show(self, answer):
        if "error" in answer:
            self.say(f"{answer['error']['message']}.")
            return
        classes = ", ".join(answer["classes"])
        counts = f"{answer['training_images']} for training, {answer['test_images']} for testing"
        self.say(f"Images of {classes}: {counts}. Press Train to train on them.")
        self.on_images(answer)


def grey(bitmap, width, height):
    """The picture's pixels at this size, grey, on a white background."""
    canvas = canvas_of(width, height)
    context = canvas.getContext("2d")
    context.fillStyle = "#fff"
    context.fillRect(0, 0, width, height)
    context.drawImage(bitmap, 0, 0, width, height)
    context.globalCompositeOperation = "saturation"
    context.fillRect(0, 0, width, height)
    return context.getImageData(0, 0, width, height).data


def canvas_of(width, height):
    """A canvas that nobody sees."""
    if found(window, "OffscreenCanvas"):
        return window.OffscreenCanvas.new(width, height)
    canvas = document.createElement("canvas")
    canvas.width, canvas.height = width, height
    return canvas


def keeps_pixels():
    """Whether a pixel that is drawn comes back as it was; protection against fingerprinting changes what is read."""
    context = canvas_of(8, 8).getContext("2d")
    context.fillStyle = "#123456"
    context.fillRect(0, 0, 8, 8)
    return list(context.getImageData(0, 0, 8, 8).data) == [0x12, 0x34, 0x56, 255] * 64


def listed(name):
    """The files chosen in an input, each as (file, name of its folder or "")."""
    files = by_id(name).files
    chosen = []
    for place in range(files.length):
        file = files.item(place)
        path = file.webkitRelativePath.split("/")
        chosen.append((file, path[-2] if len(path) > 1 else ""))
    return chosen
