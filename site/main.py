"""Gives the widgets, which boot.js has unpacked, the texts in the page's language, and makes the page."""

import json

from pyscript import window
from widgets import catalogue

catalogue.TEXTS.update(json.loads(await window.scnnLanguage.texts)["texts"])

from widgets.page import start  # noqa: E402 # the texts are there from now on

await start()
