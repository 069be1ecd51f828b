"""Reads files that the user has chosen into memory. They are not sent anywhere."""

from pyscript import window
from widgets.texts import text, whole

MAX_FILE = 64 << 20  # bytes


class TooLarge(Exception):
    """A file larger than MAX_FILE."""


async def read(file):
    """The file's bytes; raises TooLarge before reading."""
    if file.size > MAX_FILE:
        raise TooLarge(text("files.too_large", name=file.name, size=whole(file.size), most=whole(MAX_FILE)))
    return window.Uint8Array.new(await file.arrayBuffer())
