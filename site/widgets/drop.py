"""Files and folders that are dropped anywhere on the page."""

import asyncio

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.dom import listen


def on_drop(take):
    """Calls take(found), a coroutine, with what was dropped: each file with the name of its folder, or ""."""

    def drop(event):
        event.preventDefault()  # or the browser would leave the page and show the file
        items = event.dataTransfer.items  # they are gone once this function has returned
        entries = [items[place].webkitGetAsEntry() for place in range(items.length) if items[place].kind == "file"]
        asyncio.create_task(take_all(entries, take))

    listen(document.body, "dragover", lambda event: event.preventDefault())
    listen(document.body, "drop", drop)


async def take_all(entries, take):
    found = []
    for entry in entries:
        found += await files_in(entry)
    await take(found)


async def files_in(entry, folder=""):
    """The file, or the files of the folder and of those in it."""
    if entry.isFile:
        return [(await called(lambda resolve, reject: entry.file(resolve, reject)), folder)]
    found, reader = [], entry.createReader()
    while True:  # a reader gives a hundred at a time, and none when it is through
        some = await called(lambda resolve, reject: reader.readEntries(resolve, reject))
        if some.length == 0:
            return found
        for place in range(some.length):
            found += await files_in(some[place], entry.name)


async def called(call):
    """What a function gives that answers by a callback."""
    return await window.Promise.new(create_proxy(call))
