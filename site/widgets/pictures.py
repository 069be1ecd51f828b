"""Decodes pictures that the user has chosen: upright, scaled down, as red, green, blue and alpha.

One picture is decoded at a time, and its memory is released at once: a photo of 48 megapixels takes 192 MB.
"""

from pyscript import document, window
from pyscript.ffi import create_proxy, to_js
from widgets.browser import found
from widgets.texts import error_text, text

HEADER = 1 << 20  # bytes: a picture's size is in the first megabyte of its file
LARGE = 4_000_000  # pixels: larger pictures are scaled while they are decoded
LONG = 2  # times as long as wide: such pictures are scaled afterwards


class Unreadable(Exception):
    """A picture that cannot be read; its argument says why."""


class Picture:
    """`pixels` for the worker, and the `canvas` they are from, which nobody sees."""

    def __init__(self, pixels, width, height, canvas):
        self.pixels, self.width, self.height, self.canvas = pixels, width, height, canvas


async def decode(worker, file, side):
    """The picture in a file, scaled to at most `side` pixels; raises Unreadable."""
    try:
        head = window.Uint8Array.new(await file.slice(0, HEADER).arrayBuffer())
    except Exception:
        raise Unreadable(text("picture.gone")) from None
    size = await worker.request("picture_size", [head], files=["data"])
    if "error" in size:
        raise Unreadable(error_text(size["error"]))
    if not keeps_pixels():
        raise Unreadable(text("picture.noise"))
    try:
        bitmap = await bitmap_of(file, size["width"], size["height"], side)
    except Exception:
        key = "picture.type" if file.type else "picture.unknown"
        raise Unreadable(text(key, type=file.type)) from None
    width, height = scaled(bitmap.width, bitmap.height, side)
    canvas = canvas_of(width, height)
    context = canvas.getContext("2d")
    context.imageSmoothingQuality = "high"
    context.drawImage(bitmap, 0, 0, width, height)
    if found(bitmap, "close"):
        bitmap.close()
    return Picture(context.getImageData(0, 0, width, height).data, width, height, canvas)


def scaled(width, height, side):
    """Width and height that fit into a square of this side, at least 1; small pictures stay as they are."""
    scale = min(1, side / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))


async def bitmap_of(file, width, height, side):
    """The decoded picture, turned upright by the camera's note (EXIF). `width` and `height` are those in its header,
    which are before that turn."""
    if not found(window, "createImageBitmap"):
        return await image_of(file)
    options = {"imageOrientation": "from-image"}
    if width * height > LARGE and max(width, height) <= LONG * min(width, height):
        options["resizeWidth"] = scaled(width, height, 2 * side)[0]  # the height follows, whichever is the longer
        options["resizeQuality"] = "high"
    return await window.createImageBitmap(file, to_js(options))


async def image_of(file):
    """The decoded picture as an <img>, for browsers without createImageBitmap; it is turned upright, too."""
    reader = window.FileReader.new()

    def start(resolve, reject):
        reader.onload, reader.onerror = resolve, reject
        reader.readAsDataURL(file)

    await window.Promise.new(create_proxy(start))
    image = document.createElement("img")
    image.src = reader.result
    await image.decode()
    return image


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
