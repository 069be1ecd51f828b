"""The built site behind a plain static server, under a sub-path, and pages of real browsers that watch it.

`python build.py test` builds the site and says in SCNN_CHROMIUM and SCNN_FIREFOX where the browsers are.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from build import SITE, Handler

SUB_PATH = "/user/scnn/"
BARE = "bare.html"  # a page of the site's origin with nothing on it, for what is measured and compared
SHOTS = SITE.parent / "screenshots"

CHROMIUM_FLAGS = [
    *["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
    *["--disable-sync"],
]


class SubPathHandler(Handler):
    """Serves the site under SUB_PATH and nothing elsewhere, as GitHub Pages does for a project."""

    def translate_path(self, path: str) -> str:
        if not path.startswith(SUB_PATH):
            return str(SITE / "nothing-is-here")
        if path == f"{SUB_PATH}{BARE}":
            return str(Path(__file__).parent / BARE)
        return super().translate_path("/" + path.removeprefix(SUB_PATH))


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """The address of the site's first page."""
    assert (SITE / "index.html").exists(), "dist/site is not built: run `python build.py build`"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(SubPathHandler, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    server.shutdown()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def launch(playwright: Playwright, name: str) -> Browser:
    """One of the machine's browsers, headless."""
    if name == "chromium":
        path = os.environ.get("SCNN_CHROMIUM") or shutil.which("chromium")
        sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        return playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_FLAGS, *sandbox])
    path = os.environ.get("SCNN_FIREFOX") or shutil.which("firefox-esr")
    return playwright.firefox.launch(executable_path=path, channel="moz-firefox")


@pytest.fixture(scope="session", params=["chromium", "firefox"])
def browser(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Each of the two engines, once for all tests."""
    started = launch(playwright, request.param)
    yield started
    started.close()


class Watch:
    """What a page should not do: log errors, or ask another origin for anything."""

    def __init__(self, page: Page, site_url: str) -> None:
        self.origin = site_url.split("/user/")[0]
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.expected = False  # whether errors are what the test is about
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.look(request.url))

    def look(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(url)


@pytest.fixture(scope="module")
def new_page(browser: Browser, site_url: str) -> Iterator[Callable[..., Page]]:
    """Makes pages with a context of their own; in the end, judges what all of them did."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def make(errors_expected: bool = False, **settings: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **settings})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, site_url))
        watches[-1].expected = errors_expected
        return page

    yield make
    seen = [(watch.errors[:], watch.foreign[:]) for watch in watches]  # the screenshots' own styles do not count
    for number, context in enumerate(contexts):
        for page in context.pages:
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{browser.browser_type.name}-{number}.png", full_page=True)
        context.close()
    for watch, (errors, foreign) in zip(watches, seen, strict=True):
        assert not foreign, f"requests left the origin: {foreign}"
        assert watch.expected or not errors, f"errors on the console: {errors}"
