"""Pages of Chromium that share a context and a process, and with them the compiled code of Pyodide.

V8 keeps what it compiled of a WebAssembly module for its whole process, as long as any page there has the module. A
page whose neighbours have it costs a third less of a processor than one in a process of its own. Each page has an
origin of its own, a port that nobody else uses: so it finds nothing of the others in any kind of storage.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from playwright.sync_api import BrowserContext, Page

from tests.browser.person import BARE

MODULES = ["vendor/pyodide/pyodide.asm.wasm", "vendor/micropython/micropython.wasm"]
COMPILE = """async (names) => {
    globalThis.kept = await Promise.all(names.map((name) => WebAssembly.compileStreaming(fetch(name))));
}"""


class Neighbours:
    """Pages in one context, at addresses that `serve` makes."""

    def __init__(self, context: BrowserContext, site_url: str, serve: Callable[[], AbstractContextManager[str]]):
        self.context, self.serve = context, serve
        first = context.new_page()  # it stays, and so does what is compiled
        first.goto(site_url + BARE)
        first.evaluate(COMPILE, MODULES)

    def can_have(self, settings: dict[str, object]) -> bool:
        """Whether all of a page's settings are the page's; others are its context's."""
        return settings.keys() <= {"viewport", "color_scheme"}

    @contextmanager
    def page(self, **settings: object) -> Iterator[Page]:
        """A page at a blank page of its origin."""
        with self.serve() as address:
            page = self.context.new_page()
            if "viewport" in settings:
                page.set_viewport_size(settings["viewport"])  # type: ignore[arg-type]
            if "color_scheme" in settings:
                page.emulate_media(color_scheme=settings["color_scheme"])  # type: ignore[arg-type]
            page.goto(address + BARE)
            yield page
            page.close()
