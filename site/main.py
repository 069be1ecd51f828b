"""Unpacks the widgets, which come as one file, gives them the texts in the page's language, and makes the page."""

import json
import os

from pyscript import window

os.mkdir("widgets")
for name, source in json.loads(await window.scnnLanguage.widgets).items():
    with open(f"widgets/{name}", "w") as file:
        file.write(source)

from widgets import catalogue  # noqa: E402 # they are there from now on

catalogue.TEXTS.update(json.loads(await window.scnnLanguage.texts)["texts"])

from widgets.page import start  # noqa: E402

await start()
