"""Copies texts."""

from pyscript import window


async def copy(content):
    """Copies a text; returns whether the browser allowed it, which it does not over plain http."""
    try:
        await window.navigator.clipboard.writeText(content)
    except Exception:
        return False
    return True
