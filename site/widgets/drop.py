"""Files and folders that are dropped anywhere on the page, or pasted."""

from pyscript import document, window
from pyscript.ffi import create_proxy
from widgets.browser import found
from widgets.dom import by_id, listen
from widgets.dropped import sort_dropped
from widgets.texts import text


def on_drop(page):
    """Gives the dropped files to the part of the page that can use them."""

    def drop(event):
        if not has_files(event):  # text that is dragged into a field, say
            return None
        event.preventDefault()  # or the browser opens the file instead of the page
        transfer = event.dataTransfer
        dropped = dropped_items(transfer)  # valid only until this function returns
        return take_all(page, dropped, by_id("own").contains(event.target))

    listen(document.body, "dragover", lambda event: has_files(event) and event.preventDefault())
    listen(document.body, "drop", drop)


def has_files(event):
    """Whether files are dragged, or a picture or link of another page, which the browser would open."""
    kinds = event.dataTransfer.types
    return kinds.includes("Files") or kinds.includes("text/uri-list")


def dropped_items(transfer):
    """Each dropped file or folder as (entry or None, file or None). The browser's own downloads have no entries."""
    dropped = []
    items = found(transfer, "items")
    for index in range(items.length if items else 0):
        item = items[index]
        if item.kind == "file":
            entry = item.webkitGetAsEntry() if found(item, "webkitGetAsEntry") else None
            dropped.append((entry, item.getAsFile()))
    if not dropped:
        dropped = [(None, transfer.files.item(index)) for index in range(transfer.files.length)]
    return dropped


async def take_all(page, dropped, onto_own):
    """`onto_own`: whether they were dropped on the part for own images."""
    files = []
    for entry, file in dropped:
        if entry and entry.isDirectory:
            files += await files_in(entry)
        elif file:
            files.append((file, ""))
    await take_files(page, files, onto_own)


async def take_files(page, files, onto_own):
    """Opens the files, each as (file, its folder or ""), or says why that is not possible."""
    kind, refusal, name = sort_dropped([(file.name, file.type, folder) for file, folder in files], onto_own)
    if kind == "photo":
        await page.photo.open(files[0][0])
    elif kind and page.state.name == "loading":
        page.files.say(text("files.loading"))
    elif kind == "model":
        await page.files.open(files[0][0])
    elif kind:
        await page.own_images.take_dropped(kind, files)
    else:
        page.files.say(text(refusal, name=name))


async def files_in(entry, folder=""):
    """The file, or all files in the folder and its subfolders."""
    if entry.isFile:
        return [(await called(lambda resolve, reject: entry.file(resolve, reject)), folder)]
    files, reader = [], entry.createReader()
    while True:  # a reader returns up to 100 entries at a time, and none at the end
        some = await called(lambda resolve, reject: reader.readEntries(resolve, reject))
        if some.length == 0:
            return files
        for index in range(some.length):
            files += await files_in(some[index], entry.name)


async def called(call):
    """The result of a function that takes callbacks."""
    return await window.Promise.new(create_proxy(call))


def on_paste(take):
    """Calls take(file) with a picture that is pasted anywhere on the page."""

    def paste(event):
        files = event.clipboardData.files
        for index in range(files.length):
            if files.item(index).type.startswith("image/"):
                event.preventDefault()
                return take(files.item(index))
        return None

    listen(document, "paste", paste)
