"""The user's own images: folders of pictures, two IDX files, or pictures class by class. They stay on this device."""

from pyscript import document
from widgets.dom import by_id, element, listen, replace
from widgets.dropped import is_hidden
from widgets.own_class import OwnClass
from widgets.own_pictures import Cancelled, OwnPictures
from widgets.texts import error_text, text
from widgets.uploads import TooLarge, read
from widgets.worker import WorkerFailed

CHOOSERS = ("own-pictures", "own-idx")
NAMED = 12  # classes that are named one by one


class OwnImages:
    def __init__(self, worker, on_images, fail):
        """Calls on_images(answer) when the worker has the images, and fail(words, details) if it has stopped."""
        self.worker, self.on_images, self.fail = worker, on_images, fail
        self.on = False
        self.pictures = OwnPictures(worker)
        self.own_class = OwnClass(self.say, self.take_pictures)
        listen(by_id("own-pictures"), "change", self.choose_pictures)
        listen(by_id("own-idx"), "change", self.choose_idx)
        listen(by_id("own-classes"), "click", self.remove)

    def enable(self, on):
        self.on = on
        for name in CHOOSERS:
            by_id(name).disabled = not on
        self.own_class.enable(on)
        if not on:
            self.pictures.cancel()

    def say(self, message):
        by_id("own-message").textContent = message

    async def choose_idx(self, event):
        await self.take_idx([file for file, _ in listed("own-idx")])

    async def choose_pictures(self, event):
        await self.take_found(listed("own-pictures"))

    async def take_dropped(self, kind, files):
        """Takes dropped files, each with its folder's name or ""; `kind` as in `dropped`."""
        by_id("own").open = True
        by_id("own").scrollIntoView()
        if not self.on:
            self.say(text("own.training"))
        elif kind == "idx":
            await self.take_idx([file for file, _ in files])
        else:
            await self.take_found(files)

    async def take_idx(self, files):
        """Takes two IDX files; the larger one has the images."""
        if len(files) != 2:
            self.say(text("own.two_files"))
            return
        data = []
        try:
            for file in sorted(files, key=lambda file: -file.size):
                data.append(await read(file))
            self.show(await self.worker.request("idx", data, files=["images", "labels"]))
        except TooLarge as error:
            self.say(str(error))
        except WorkerFailed as error:
            self.fail(*error.args)

    async def take_found(self, files):
        """Takes pictures of one or more folders. Those of several replace the pictures before; those of one are added
        to them. Pictures without a folder get a class by asking."""
        files = [(file, folder) for file, folder in files if not is_hidden(file.name)]
        loose = [file for file, folder in files if not folder]
        if len(loose) == len(files):
            self.own_class.ask(loose)
            return
        classes = {folder for _, folder in files}
        await self.take_pictures([pair for pair in files if pair[1]], len(classes - {""}) == 1)
        if loose:
            self.own_class.ask(loose)

    async def take_pictures(self, pairs, add):
        """Reads pictures, each with its class. `add`: whether to keep those before."""
        if self.pictures.reading:
            self.say(text("own.busy"))
            return
        try:
            answer, refused, chosen = await self.pictures.read(pairs, add)
        except Cancelled:
            self.say(text("own.cancelled"))
            return
        except WorkerFailed as error:
            self.fail(*error.args)
            return
        self.show(answer)
        more = ""
        if chosen < len(pairs):
            more += " " + text("own.chosen", chosen=chosen, files=len(pairs))
        if refused:
            more += " " + text("own.skipped", count=len(refused), first=refused[0])
        by_id("own-message").append(document.createTextNode(more))

    async def remove(self, event):
        """Removes a class."""
        button = event.target.closest("button")
        if button and self.on:
            self.show(await self.worker.request("remove_class", name=button.dataset.name))
            self.own_class.focus()

    def show(self, answer):
        if "error" in answer:
            self.say(error_text(answer["error"]) + ".")
            return
        counts = answer["counts"]
        replace(by_id("own-classes"), [class_item(name, count) for name, count in counts])
        by_id("own-classes").hidden = not counts
        if "classes" not in answer:
            self.say(text("own.few"))
            return
        counts = {"training": answer["training_images"], "test": answer["test_images"]}
        message = text("own.ready", names=listed_names(answer["classes"]), **counts)
        if answer["left_out"]:
            message += " " + text("own.left_out", names=listed_names(answer["left_out"]))
        self.say(message)
        self.on_images(answer)


def listed_names(names):
    if len(names) <= NAMED:
        return ", ".join(names)
    return text("own.many", number=len(names), names=", ".join(names[:3]), last=names[-1])


def class_item(name, count):
    """A class, its number of pictures, and a button that removes it."""
    item = element("li")
    item.append(element("span", text("own.count", name=name, count=count) + " "))
    button = element("button", text("own.remove"), type="button", class_="small secondary outline", data_name=name)
    button.setAttribute("aria-label", text("own.remove_class", name=name))
    item.append(button)
    return item


def listed(name):
    """The files chosen in an input, each as (file, name of its folder or "")."""
    files = by_id(name).files
    chosen = []
    for index in range(files.length):
        file = files.item(index)
        path = file.webkitRelativePath.split("/")
        chosen.append((file, path[-2] if len(path) > 1 else ""))
    by_id(name).value = ""  # the same files can be chosen again
    return chosen
