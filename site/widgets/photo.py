"""Read a photo: a picture that is chosen, dropped, pasted or taken with the device's camera, with a box around each
digit."""

from pyscript import window
from widgets.dom import by_id, element, listen, replace, run
from widgets.pictures import Unreadable, decode
from widgets.texts import error_text, text
from widgets.worker import WorkerFailed

MAX_SIDE = 640  # pixels: what the search for digits looks at


class Photo:
    def __init__(self, worker, state, message, on_read, on_choose, fail):
        """Calls on_read(answer) when a photo was read, on_choose(index) when a digit on it is chosen, and fail(words,
        details) if the worker has stopped."""
        self.worker, self.state, self.message = worker, state, message
        self.on_read, self.on_choose, self.fail = on_read, on_choose, fail
        self.shown = False
        self.waiting = None  # a file that is opened when Python has started
        self.turn = 0  # counts the photos, to recognise answers about an earlier one
        for button, chooser in (("read-photo", "photo-file"), ("take-photo", "photo-camera")):
            listen(by_id(button), "click", lambda event, chooser=chooser: by_id(chooser).click())
            listen(by_id(chooser), "change", lambda event, chooser=chooser: self.chosen(chooser))
        listen(by_id("photo-boxes"), "click", self.click)
        by_id("take-photo").hidden = not window.matchMedia("(pointer: coarse)").matches

    def say(self, message):
        by_id("photo-message").textContent = message

    async def chosen(self, chooser):
        file = by_id(chooser).files.item(0)
        by_id(chooser).value = ""  # the same file can be chosen again
        if file:
            await self.open(file)

    def open_waiting(self):
        """Opens the photo that was chosen before Python had started."""
        file, self.waiting = self.waiting, None
        if file:
            run(self.open(file))

    async def open(self, file):
        """Reads the digits of a picture file."""
        if self.state.name == "loading":
            self.waiting = file
            self.say(text("photo.starting"))
        if self.state.name in ("loading", "failed"):
            return
        self.turn += 1
        mine, name = self.turn, file.name or text("photo.unnamed")
        self.say(text("photo.looking"))
        try:
            picture = await decode(self.worker, file, MAX_SIDE)
            settings = dict(self.message(), files=["pixels"], width=picture.width, height=picture.height)
            answer = await self.worker.request("photo", [picture.pixels], **settings)
        except Unreadable as error:
            self.say(text("photo.unreadable", name=name, reason=error))
            return
        except WorkerFailed as error:
            self.fail(*error.args)
            return
        if mine != self.turn:
            return
        if "error" in answer:
            self.say(text("photo.none", name=name, reason=error_text(answer["error"])))
            return
        self.show(picture, answer["digits"])
        self.on_read(answer)
        self.say(text("photo.found", count=len(answer["digits"]), name=name, digits=answer["number"]))

    def show(self, picture, digits):
        canvas = by_id("photo-picture")
        canvas.width, canvas.height = picture.width, picture.height
        canvas.getContext("2d").drawImage(picture.canvas, 0, 0)
        boxes = [box(digit, index, picture) for index, digit in enumerate(digits)]
        replace(by_id("photo-boxes"), boxes)
        by_id("photo").hidden = False
        self.shown = True

    def click(self, event):
        target = event.target.closest("[data-index]")
        if target:
            self.on_choose(int(target.dataset.index))

    def mark(self, index):
        """Marks the box of the chosen digit."""
        boxes = by_id("photo-boxes").children
        for at in range(boxes.length):
            boxes[at].classList.toggle("chosen", at == index)

    def close(self):
        """Removes the photo."""
        self.turn += 1
        if self.shown:
            self.shown = False
            by_id("photo").hidden = True
            self.say(text("photo.invitation"))


def box(digit, index, picture):
    """A frame around a digit, for pointers; the list of digits is there for the keyboard."""
    left, top, width, height = digit["box"]
    made = element("span", data_index=index)
    made.append(element("b", digit["digit"]))
    for name, value, whole in (
        ("left", left, picture.width),
        ("top", top, picture.height),
        ("width", width, picture.width),
        ("height", height, picture.height),
    ):
        made.style.setProperty(name, f"{100 * value / whole:.2f}%")
    return made
