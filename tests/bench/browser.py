"""A page of a browser with scnn in Pyodide and ConvNetJS, for the benchmarks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.paths import SITE
from playwright.sync_api import sync_playwright
from serve import Handler, Server

from tests.browser.conftest import launch

HERE = Path(__file__).parent


class BenchHandler(Handler):
    """The built site, ConvNetJS and the benchmark's own files under one origin."""

    roots = {  # noqa: RUF012 - the base class has it so
        "site": SITE,
        "convnetjs": HERE / "node_modules" / "convnetjs" / "build",
        "bench": HERE,
    }

    def translate_path(self, path: str) -> str:
        root, _, rest = path.split("?")[0].lstrip("/").partition("/")
        return str(self.roots.get(root, SITE / "nothing") / rest)


@contextmanager
def browser_page(name: str = "chromium") -> Iterator[Any]:
    """A page of a browser with both peers loaded."""
    server = Server(SITE, handler=BenchHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = launch(playwright, name)
        page = browser.new_page()
        page.goto(f"{server.url}bench/page.html")
        page.wait_for_function("window.loaded")
        (wheel,) = (SITE / "wheel").glob("*.whl")
        page.evaluate("wheel => start(wheel)", f"/site/wheel/{wheel.name}")
        yield page
        browser.close()
    server.shutdown()
