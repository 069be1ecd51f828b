"""Files and folders that are dropped anywhere on the page."""

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.dom import listen, run


def on_drop(take):
    """Calls the coroutine take(found) with the dropped files, each as (file, name of its folder or "")."""

    def drop(event):
        event.preventDefault()  # or the browser opens the file instead of the page
        items = event.dataTransfer.items  # valid only until this function returns
        entries = [items[place].webkitGetAsEntry() for place in range(items.length) if items[place].kind == "file"]
        run(take_all(entries, take))

    listen(document.body, "dragover", lambda event: event.preventDefault())
    listen(document.body, "drop", drop)


async def take_all(entries, take):
    found = []
    for entry in entries:
        found += await files_in(entry)
    await take(found)


async def files_in(entry, folder=""):
    """The file, or all files in the folder and its subfolders."""
    if entry.isFile:
        return [(await called(lambda resolve, reject: entry.file(resolve, reject)), folder)]
    found, reader = [], entry.createReader()
    while True:  # a reader returns up to 100 entries at a time, and none at the end
        some = await called(lambda resolve, reject: reader.readEntries(resolve, reject))
        if some.length == 0:
            return found
        for place in range(some.length):
            found += await files_in(some[place], entry.name)


async def called(call):
    """The result of a function that takes callbacks."""
    return await window.Promise.new(create_proxy(call))
