"""Reading a file that a person chose, into memory and no further."""

from pyscript import window

LARGEST = 64 << 20  # bytes


class TooLarge(Exception):
    """A file that no model, checkpoint or picture needs to be."""


async def read(file):
    """The file's bytes; raises TooLarge before any is read."""
    if file.size > LARGEST:
        raise TooLarge(f"{file.name} has {file.size} bytes, and at most {LARGEST} are read.")
    return window.Uint8Array.new(await file.arrayBuffer())
