"""Files of the site that are missing, truncated, of the wrong type or never come: the page says which, with a way on.

What was injected goes into the table of FAULTS.md.
"""

import fnmatch
import functools
import http.server
import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from builder.paths import SITE
from playwright.sync_api import Browser

from tests.browser.conftest import SUB_PATH, SubPathHandler
from tests.browser.person import fails, try_again, wait_for
from tests.browser.watch import Watch
from tests.conftest import Tried

pytestmark = pytest.mark.browser

WHEEL = "wheel/*.whl"
WASM = "vendor/pyodide/pyodide.asm.wasm"
SMALL_WASM = "vendor/micropython/micropython.wasm"
DAMAGED, SILENT = "is damaged", "does not arrive"
NOTHING = "A part of this page could not be loaded"

# What is broken, how, and what the page says; one after another on one page, which is asked to try again each time.
BROKEN = {
    "the wheel is missing": (WHEEL, "missing", "whl is missing"),
    "the wheel is truncated": (WHEEL, "truncated", DAMAGED),
    "micropython.wasm is missing": (SMALL_WASM, "missing", NOTHING),
    "pyodide.asm.wasm is missing": (WASM, "missing", "wasm is missing"),
    "pyodide.asm.wasm is truncated": (WASM, "truncated", DAMAGED),
    "pyodide.asm.wasm has the wrong MIME type": (WASM, "mistyped", "as text/plain; .* application/wasm"),
    "micropython.wasm is truncated": (SMALL_WASM, "truncated", NOTHING),
    "pyodide.asm.wasm never comes": (WASM, "silent", SILENT),
    "micropython.wasm never comes": (SMALL_WASM, "silent", NOTHING),
    "Python's library is missing": ("vendor/pyodide/python_stdlib.zip", "missing", "python_stdlib.zip is missing"),
    "the worker's program is missing": ("scnn/worker.py", "missing", "worker.py is missing"),
    "PyScript is missing": ("vendor/pyscript/core.js", "missing", NOTHING),
    "the charts' library is missing": ("vendor/uplot/uPlot.iife.min.js", "missing", NOTHING),
    "the model that comes with the page is truncated": ("pretrained.safetensors", "truncated", DAMAGED),
}
# The digits are inside the wheel: a whole wheel without them, and one with half of them.
DIGITS: dict[str, Callable[[bytes], bytes]] = {
    "the digits are missing": lambda _: b"",
    "the digits are truncated": lambda content: content[: len(content) // 2],
}


class Faulty(SubPathHandler):
    """A static server on which files can be broken, as they are named in `broken`."""

    broken: ClassVar[dict[str, str]] = {}
    instead: ClassVar[dict[str, bytes]] = {}
    released: ClassVar[threading.Event] = threading.Event()

    def do_GET(self) -> None:  # noqa: N802 - the base class has it so
        path = self.path.split("?")[0]
        how = next((how for name, how in self.broken.items() if fnmatch.fnmatch(path, f"*/{name}")), "")
        if how == "silent":
            self.close_connection = True
            self.released.wait()
        elif how == "missing":
            self.send_error(404)
        elif how:
            content = Path(self.translate_path(path)).read_bytes()
            content = self.instead.get(how, content[: len(content) // 2] if how == "truncated" else content)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain" if how == "mistyped" else self.guess_type(path))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        else:
            super().do_GET()

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # the page was left in the middle of a file
            self.close_connection = True


@pytest.fixture
def faulty() -> Iterator[str]:
    """The address of the site on a server that breaks what `Faulty.broken` names."""
    Faulty.broken.clear()
    Faulty.released.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Faulty, directory=str(SITE)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    Faulty.released.set()
    server.shutdown()


def wheel_with(change: Callable[[bytes], bytes]) -> bytes:
    """The site's wheel with other digits; without any where there are none."""
    (path,) = (SITE / "wheel").iterdir()
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(old.read(name)) if name == "scnn/data/digits.xz" else old.read(name)
            if content:
                new.writestr(name, content)
    return made.getvalue()


def test_files_that_are_broken(browser: Browser, faulty: str, tried: Tried) -> None:
    """Missing, truncated, of the wrong type, never coming: the page says which within its limit, tries again when it
    is asked to, and works once all are whole."""
    page = browser.new_page(service_workers="block")  # one would have kept the files
    watch = Watch(page, faulty)
    for fault, (name, how, words) in BROKEN.items():
        Faulty.broken = {name: how}
        if page.url == "about:blank":
            page.goto(f"{faulty}?patience=2", wait_until="commit")
        else:
            try_again(page)
        tried(fault, fails(page, words))
    Faulty.instead = {fault: wheel_with(change) for fault, change in DIGITS.items()}
    for fault in DIGITS:
        Faulty.broken = {WHEEL: fault}
        page.goto(faulty, wait_until="commit")
        tried(fault, fails(page, r"digits\.xz, cannot be read"))
    Faulty.broken = {WHEEL: "mistyped", SMALL_WASM: "mistyped"}
    try_again(page)
    wait_for(page, "ready")
    tried("the wheel and micropython.wasm have the wrong MIME type", "nothing: the page works")
    page.context.close()
    assert not watch.foreign
