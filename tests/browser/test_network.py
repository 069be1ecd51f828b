"""The page on a slow network: a server that sends slowly."""

import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from io import BufferedIOBase
from typing import ClassVar

import pytest
from builder.paths import SITE
from playwright.sync_api import Browser, expect
from serve import Server

from tests.browser.conftest import SUB_PATH, SubPathHandler
from tests.browser.person import wait_for
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

# The page is 7 MB compressed and 14 MB as this server sends it. At 120 kB/s and with 150 ms until an answer begins it
# takes a minute; here, everything is eight times faster, but for what Python itself needs to start.
FASTER = 8
SPEED = 120_000 * FASTER  # bytes per second
DELAY = 0.15 / FASTER  # seconds
PATIENCE = 14  # seconds without any data: less than the page takes to arrive
PIECE = 16_384  # bytes


class Slow(SubPathHandler):
    """Sends all files over one line of this speed, each after the delay."""

    line: ClassVar[threading.Lock] = threading.Lock()
    sent: ClassVar[Counter[str]] = Counter()  # bytes by file

    def do_GET(self) -> None:  # noqa: N802 - the base class has it so
        time.sleep(DELAY)
        super().do_GET()

    def copyfile(self, source: BufferedIOBase, outputfile: BufferedIOBase) -> None:  # type: ignore[override]
        while piece := source.read(PIECE):
            with self.line:
                time.sleep(len(piece) / SPEED)
                self.sent[self.path.removeprefix(SUB_PATH)] += len(piece)
            outputfile.write(piece)


@pytest.fixture
def slow() -> Iterator[str]:
    """The address of the site on a slow network."""
    Slow.sent.clear()
    server = Server(SITE, handler=Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.url.removesuffix("/") + SUB_PATH
    server.shutdown()


def test_a_slow_network(browser: Browser, slow: str) -> None:
    """The progress bar shows how much of Python has arrived, the page does not give up as long as something arrives,
    and it starts with what has come, without fetching it a second time."""
    page = browser.new_page()
    watch = Watch(page, slow)
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
            globalThis.seen = [];
            const state = document.querySelector("#state"), bar = document.querySelector("#progress");
            const failure = document.querySelector("#failure");
            const look = () => seen.push([state.textContent, bar.value, failure.hidden]);
            new MutationObserver(look).observe(state, { childList: true, characterData: true, subtree: true });
        })"""
    )
    begun = time.monotonic()
    page.goto(f"{slow}?patience={PATIENCE}", wait_until="commit")
    wait_for(page, "ready")
    assert time.monotonic() - begun > PATIENCE
    seen = page.evaluate("seen")
    shares = [int(found[1]) for words, *_ in seen if (found := re.search(r"(\d+)\s% of Python has arrived", words))]
    assert shares == sorted(shares) and len(set(shares)) > 20 and shares[-1] == 100
    values = [value for words, value, _ in seen if "has arrived" in words]
    assert all(round(100 * value) == share for value, share in zip(values, shares, strict=True))
    assert max(after - before for before, after in itertools.pairwise(values)) < 0.2
    assert all(hidden for *_, hidden in seen), "nothing failed"
    expect(page.locator("#failure")).to_be_hidden()
    sizes = json.loads((SITE / "python.json").read_text())
    assert sum(sizes.values()) > 10_000_000
    assert {name: Slow.sent[name] for name in sizes} == sizes
    assert not watch.errors
    page.context.close()
