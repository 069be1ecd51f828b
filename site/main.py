"""Unpacks the widgets, which come as one file, and makes the page of them."""

import json
import os

os.mkdir("widgets")
with open("widgets.json") as packed:
    for name, source in json.load(packed).items():
        with open(f"widgets/{name}", "w") as file:
            file.write(source)

from widgets.page import start  # noqa: E402 # it is there from now on

await start()
