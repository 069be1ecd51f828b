"""Adds pictures to a class by its name: chosen, taken with the camera, or dropped without a folder. For devices that
cannot choose folders, and for loose pictures."""

from pyscript import window
from widgets.browser import found
from widgets.dom import by_id, listen
from widgets.texts import text

INPUTS = ("own-class", "own-add", "own-shoot")


class OwnClass:
    def __init__(self, say, take):
        """Calls the coroutine take(pairs, add) with pairs of (file, class), to add to the classes before."""
        self.say, self.take = say, take
        self.loose = []  # pictures that wait for the name of their class
        listen(by_id("own-class"), "keydown", self.key)
        listen(by_id("own-add"), "click", lambda event: self.add("own-files"))
        listen(by_id("own-shoot"), "click", lambda event: self.add("own-camera"))
        listen(by_id("own-discard"), "click", self.discard)
        for chooser in ("own-files", "own-camera"):
            listen(by_id(chooser), "change", lambda event, chooser=chooser: self.chosen(chooser))
        by_id("own-shoot").hidden = not window.matchMedia("(pointer: coarse)").matches
        by_id("own-folder").hidden = found(by_id("own-pictures"), "webkitdirectory") is None

    def enable(self, on):
        for name in INPUTS:
            by_id(name).disabled = not on

    def focus(self):
        by_id("own-class").focus()

    def name(self):
        return by_id("own-class").value.strip()

    def ask(self, files):
        """Asks for the class of these pictures."""
        self.loose = files
        self.show_loose()
        self.say(text("own.no_folder", count=len(files)))
        self.focus()

    def show_loose(self):
        by_id("own-discard").hidden = not self.loose

    def discard(self, event):
        self.loose = []
        self.show_loose()
        self.say("")

    def key(self, event):
        if event.key == "Enter":
            event.preventDefault()  # it would submit the form of settings
            return self.add("own-files")
        return None

    def add(self, chooser):
        """Adds the waiting pictures to the class, or opens a chooser for more."""
        if not self.name():
            self.say(text("own.type_name"))
            self.focus()
            return None
        if not self.loose:
            by_id(chooser).click()
            return None
        files, self.loose = self.loose, []
        self.show_loose()
        return self.take([(file, self.name()) for file in files], True)

    def chosen(self, chooser):
        files = by_id(chooser).files
        pairs = [(files.item(index), self.name()) for index in range(files.length)]
        by_id(chooser).value = ""
        return self.take(pairs, True) if pairs else None
