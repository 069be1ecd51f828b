"""The built site behind a plain static server, under a sub-path, and pages of real browsers that watch it.

`python build.py test` builds the site and says in SCNN_CHROMIUM and others where the browsers are. Playwright drives
Chromium and Firefox, selenium drives WebKit.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from builder.paths import NODE_MODULES, SITE
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.webkitgtk.service import Service
from serve import Handler, Server

from scnn.engines.wasm import compiled
from scnn.experiments.experiment import experiment_of
from tests.browser.neighbours import Neighbours
from tests.browser.person import BARE, Maker, home, opened
from tests.browser.watch import Watch
from tests.tools.browsers import PROGRAMS, WEBKIT, look_for_browsers

expect.set_options(timeout=20_000)  # for a busy machine; what must be quick is measured in test_budgets.py

SUB_PATH = "/user/scnn/"
STOCK = "pyodide-as-published/"  # beside it, Pyodide as its makers ship it
SHOTS = SITE.parent / "screenshots"

CHROMIUM_FLAGS = [
    *["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
    *["--disable-sync"],
]

# What V8's optimising compiler leaves out where no time is measured: opening a page then costs 6.7 seconds of a
# processor instead of 7.4 (medians of nine), and most of what a test run does is opening pages. All code is still
# compiled in both of V8's ways, and our own compiler has unrolled ours.
CHEAPLY = "--js-flags=--no-wasm-inlining --no-wasm-loop-unrolling --no-wasm-loop-peeling"

# In Chromium, pages of one context and one host have one process: see neighbours.py.
ONE_PROCESS = "--process-per-site"

# Of a new page. The service worker copies ten megabytes for offline use into each: tests of it allow it.
DEFAULTS = {"viewport": {"width": 1440, "height": 1000}, "service_workers": "block"}

WEBKIT_SETTINGS = {  # runs as root and without a graphics card, in a locale that says no language
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "LC_ALL": "C.UTF-8",
}


BROWSERS = ("chromium", "firefox")
WIDTHS = (360, 1440)  # in pixels, of most tests' pages

ISOLATED = "isolated"  # a cookie; where pages are cross-origin isolated, PyScript talks to its worker in another way
ISOLATION = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}


class SubPathHandler(Handler):
    """Serves the site under SUB_PATH and nothing elsewhere, as GitHub Pages does for a project; with the headers that
    isolate it to those who send the cookie."""

    def end_headers(self) -> None:
        if f"{ISOLATED}=yes" in self.headers.get("Cookie", ""):
            for name, value in ISOLATION.items():
                self.send_header(name, value)
        super().end_headers()

    def translate_path(self, path: str) -> str:
        if not path.startswith(SUB_PATH):
            return str(SITE / "nothing-is-here")
        if path == f"{SUB_PATH}{BARE}":
            return str(Path(__file__).parent / BARE)
        if path.startswith(f"{SUB_PATH}{STOCK}"):
            return str(NODE_MODULES / "pyodide" / path.removeprefix(f"{SUB_PATH}{STOCK}"))
        return super().translate_path("/" + path.removeprefix(SUB_PATH))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Unless --every-width is given, a test of both widths runs at one of them in each browser. Which one that is
    differs from file to file, so that each browser has both."""
    if config.getoption("--every-width"):
        return
    files = sorted({item.path for item in items if item.path.parent == Path(__file__).parent})
    left_out = [item for item in items if item.path in files and is_other_width(item, files.index(item.path))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def is_other_width(item: pytest.Item, file: int) -> bool:
    values = list(item.callspec.params.values()) if hasattr(item, "callspec") else []
    widths = [value for value in values if value in WIDTHS]
    browsers = [value for value in values if value in BROWSERS]
    if not widths or not browsers or item.get_closest_marker("alone"):
        return False
    return bool((WIDTHS.index(widths[0]) + BROWSERS.index(browsers[0]) + file) % 2)


@contextmanager
def serve() -> Iterator[str]:
    """The address of the site's first page, on a port of its own and so at an origin of its own."""
    server = Server(SITE, handler=SubPathHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.url.removesuffix("/") + SUB_PATH
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """The address of the site's first page."""
    assert (SITE / "index.html").exists(), "dist/site is not built: run `python build.py build`"
    with serve() as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def chromium(*flags: str) -> dict[str, Any]:
    """How this machine's Chromium is started."""
    path = os.environ.get("SCNN_CHROMIUM") or shutil.which("chromium")
    sandbox = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    return {"executable_path": path, "args": [*CHROMIUM_FLAGS, *sandbox, *flags]}


def launch(
    playwright: Playwright, name: str, firefox_settings: dict[str, Any] | None = None, flags: Sequence[str] = ()
) -> Browser:
    """One of the machine's browsers, headless; `flags` are Chromium's."""
    if name == "chromium":
        return playwright.chromium.launch(**chromium(*flags))
    path = os.environ.get("SCNN_FIREFOX") or shutil.which("firefox-esr")
    return playwright.firefox.launch(executable_path=path, channel="moz-firefox", firefox_user_prefs=firefox_settings)


@pytest.fixture(scope="session", params=BROWSERS)
def browser(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Each of the two engines, once for all tests; as users have it if any of them measures time."""
    measures = any(item.get_closest_marker("alone") for item in request.session.items)
    started = launch(playwright, request.param, flags=() if measures else [CHEAPLY, ONE_PROCESS])
    yield started
    started.close()


@pytest.fixture(scope="session")
def neighbours(browser: Browser, site_url: str, request: pytest.FixtureRequest) -> Neighbours | None:
    """Where pages share what is compiled: not in Firefox, where an opening costs as much with it, and not where time
    is measured."""
    measures = any(item.get_closest_marker("alone") for item in request.session.items)
    if measures or browser.browser_type.name != "chromium":
        return None
    return Neighbours(browser.new_context(**DEFAULTS), site_url, serve)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def webkit_programs() -> dict[str, str]:
    """Where WebKit's browser, driver and screen are; what asks for them is skipped where one is missing."""
    found = look_for_browsers(WEBKIT)
    missing = [PROGRAMS[name][0][0] for name, path in found.items() if path is None]
    if missing:
        how = "`python build.py test` installs what WebKit needs where it is root and has apt-get"
        pytest.skip(f"no {' and no '.join(missing)} here; {how}")
    return {name: str(path) for name, path in found.items()}


@pytest.fixture(scope="session")
def display(webkit_programs: dict[str, str]) -> Iterator[str]:
    """The name of a screen of our own for WebKit, which cannot do without."""
    command = [webkit_programs["xvfb"], "-displayfd", "1", "-screen", "0", "1440x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    number = server.stdout.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="session")
def webkit(
    webkit_programs: dict[str, str], display: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebKitGTK]:
    """WebKit, once for all tests."""
    options = WebKitGTKOptions()
    options.binary_location = webkit_programs["webkit"]
    options.add_argument("--automation")
    runtime = str(tmp_path_factory.mktemp("runtime"))
    environment = {**os.environ, **WEBKIT_SETTINGS, "DISPLAY": display, "XDG_RUNTIME_DIR": runtime}
    driver = WebKitGTK(options, Service(webkit_programs["webkit_driver"], env=environment))
    driver.set_script_timeout(120)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def new_page(
    browser: Browser, neighbours: Neighbours | None, site_url: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Makes pages with a context of their own; in the end, judges what all of them did. Narrow pages are cross-origin
    isolated, wide ones are not, unless --isolated says otherwise. A failure leaves pictures in dist/screenshots.

    With `shared`, a page may have an origin of its own instead, at whose blank page it then stands: it costs less."""
    asked = request.config.getoption("--isolated")
    pages: list[Page] = []
    watches: list[Watch] = []
    ends = ExitStack()

    def make(errors_expected: bool = False, shared: bool = False, **settings: object) -> Page:
        narrow = settings.get("viewport", DEFAULTS["viewport"])["width"] < 768  # type: ignore[index]
        isolated = asked == "all" or (asked == "narrow" and narrow)
        if shared and neighbours and not isolated and neighbours.can_have(settings):
            page = ends.enter_context(neighbours.page(**settings))
        else:
            context = browser.new_context(**{**DEFAULTS, **settings})  # type: ignore[arg-type]
            ends.callback(context.close)
            if isolated:
                context.add_cookies([{"name": ISOLATED, "value": "yes", "url": site_url}])
            page = context.new_page()
        pages.append(page)
        watches.append(Watch(page, home(page, site_url)))
        watches[-1].expected, watches[-1].isolated = errors_expected, isolated
        return page

    failed = request.session.testsfailed
    with ends:
        yield make
        seen = [(watch.errors[:], watch.foreign[:]) for watch in watches]  # the screenshots' own styles do not count
        place = SHOTS / Path(str(request.node.path)).stem
        for number, page in enumerate(pages) if request.session.testsfailed > failed else ():
            if not page.is_closed():
                place.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=place / f"{browser.browser_type.name}-{number}.png", full_page=True)
    for watch, (errors, foreign) in zip(watches, seen, strict=True):
        assert not foreign, f"requests left the origin: {foreign}"
        assert watch.expected or not errors, f"errors on the console: {errors}"


@pytest.fixture(scope="module")
def page(new_page: Maker, site_url: str) -> Page:
    """A page that several tests use, one after another, from whatever state it is in."""
    return opened(new_page, site_url)


def fingerprint_of(**message: object) -> str:
    """The same experiment, trained here under wasmtime."""
    experiment = experiment_of(message)
    network = experiment.network()
    trainer = experiment.trainer(network, compiled)
    for _ in trainer.run():
        pass
    return network.fingerprint()
