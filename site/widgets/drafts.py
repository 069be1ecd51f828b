"""Edited kernels that are kept on this device, so that a reload loses none of them."""

import json

from pyscript import window

KEPT = "scnn drafts " + window.location.pathname  # each copy of the site has its own


def kept_drafts():
    """Texts by kernel; empty if there are none or the browser refuses storage."""
    try:
        found = json.loads(window.localStorage.getItem(KEPT) or "{}")
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}


def keep_drafts(drafts):
    """Whether the browser keeps them."""
    try:
        window.localStorage.setItem(KEPT, json.dumps(drafts))
    except Exception:
        return not drafts
    return True
