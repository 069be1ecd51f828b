"""Picture files for the tests of the page, as the browser's chooser, a drag or the clipboard gives them."""

import base64
import io

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page

__all__ = ["drop_files", "paste_file", "payload"]

# Files made by a script have no entries, just as those that are dragged from the browser's own list of downloads.
TRANSFER = """(target, [kind, files]) => {
    const data = new DataTransfer();
    for (const [name, type, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
    }
    const all = { bubbles: true, cancelable: true };
    const transfer = { dataTransfer: data, ...all };
    const event = kind === "paste" ? new ClipboardEvent("paste", all) : new DragEvent(kind, transfer);
    if (kind === "paste") Object.defineProperty(event, "clipboardData", { value: data });
    target.dispatchEvent(event);
    return event.defaultPrevented;
}"""


def payload(image: Image.Image, name: str, **settings: object) -> FilePayload:
    """The picture as a file, whose format its name says; `settings` as for Pillow's `save`."""
    file = io.BytesIO()
    kind = "JPEG" if name.endswith(".jpg") else "PNG"
    image.save(file, kind, **settings)
    return {"name": name, "mimeType": f"image/{kind.lower()}", "buffer": file.getvalue()}


def encoded(*files: FilePayload) -> list[list[str]]:
    return [[file["name"], file["mimeType"], base64.b64encode(file["buffer"]).decode()] for file in files]


def drop_files(target: Locator, *files: FilePayload) -> bool:
    """Drops files that have no entries; returns whether the page took them."""
    return bool(target.evaluate(TRANSFER, ["drop", encoded(*files)]))


def paste_file(page: Page, file: FilePayload) -> bool:
    return bool(page.locator("body").evaluate(TRANSFER, ["paste", encoded(file)]))
