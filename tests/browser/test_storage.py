"""The browser's storage at fault: full, silent, refused, shared. What the person sees is in FAULTS.md."""

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import SUB_PATH, chromium, launch
from tests.browser.person import (
    PAPER,
    TRAINED,
    Maker,
    button,
    epoch_shown,
    is_chromium,
    wait_for,
    wait_until_kept,
)
from tests.conftest import Tried

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def chromium_with(playwright: Playwright, profile: Path, settings: dict[str, object]) -> Iterator[Page]:
    """A page of a Chromium with a profile on disk, and settings as a person makes them."""
    preferences = profile / "Default" / "Preferences"
    if not preferences.exists():
        preferences.parent.mkdir(parents=True)
        preferences.write_text(json.dumps({"profile": settings}))
    context = playwright.chromium.launch_persistent_context(profile, **chromium())
    yield context.pages[0]
    context.close()


@contextlib.contextmanager
def firefox_with(playwright: Playwright, settings: dict[str, object]) -> Iterator[Page]:
    started = launch(playwright, "firefox", settings)
    yield started.new_page()
    started.close()


def storage_words(page: Page, timeout: float) -> str:
    """What the page says once the storage is full; it may be gone a moment later, when there was room again."""
    found = page.wait_for_function(
        "() => { const words = document.getElementById('not-kept').textContent; return /full/.test(words) && words }",
        timeout=timeout,
    )
    return str(found.json_value())


def trains_unkept(page: Page) -> str:
    """The page trains where the browser keeps nothing; what it says about that."""
    wait_for(page, "ready")
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)
    said = page.get_by_role("status", name="Storage")
    expect(said).to_have_text(re.compile("This training is not saved: this browser refuses storage to this page"))
    return said.inner_text()


def test_storage_that_is_full(
    browser: Browser, playwright: Playwright, site_url: str, tmp_path: Path, tried: Tried
) -> None:
    """During training: it continues, and the page says that it is not saved. From the start: the page says
    that it needs room."""
    if browser.browser_type.name == "firefox":
        with firefox_with(playwright, {"dom.quotaManager.temporaryStorage.fixedLimit": 30}) as page:
            page.goto(site_url + PAPER)
            tried("storage is full from the start", trains_unkept(page))
        return
    with chromium_with(playwright, tmp_path, {}) as page:
        page.goto(f"{site_url}?experiment=mnist&epochs=100")
        wait_for(page, "ready")
        session = page.context.new_cdp_session(page)
        origin = site_url.removesuffix(SUB_PATH)
        session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1000})
        button(page, "Train").click()
        try:
            words = storage_words(page, 15_000)
        except PlaywrightTimeoutError:  # Chromium may go by the room there was, until nothing is written for 30 s
            button(page, "Pause").click()
            page.wait_for_timeout(31_000)
            button(page, "Resume").click()
            words = storage_words(page, TRAINED)
        tried("storage is full", words)
        epoch = epoch_shown(page)
        expect(page.locator("#loss-summary")).not_to_have_text(re.compile(f"After epoch {epoch}:"), timeout=20_000)
        button(page, "Stop").click()
        wait_for(page, "finished")


SAVING_NEVER_ENDS = """() => {
    IDBObjectStore.prototype.put = function () {
        const again = () => { this.count().onsuccess = again; };
        again();
    };
}"""


def test_storage_that_does_not_answer(new_page: Maker, site_url: str, tried: Tried) -> None:
    """The page says so, and the training does not wait for it after every epoch."""
    page = new_page()
    if not is_chromium(page):
        pytest.skip("only Chromium lets a test into the worker")
    page.goto(f"{site_url}?experiment=paper&seed=6&epochs=50")
    wait_for(page, "ready")
    for worker in page.workers:
        worker.evaluate(SAVING_NEVER_ENDS)
    began = time.monotonic()
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)
    assert 5 < time.monotonic() - began < 20
    said = page.get_by_role("status", name="Storage")
    expect(said).to_have_text("This training is not saved: the browser's storage does not answer.")
    tried("storage does not answer", said.inner_text())


def test_storage_that_is_refused(
    browser: Browser, playwright: Playwright, site_url: str, tmp_path: Path, tried: Tried
) -> None:
    """In a browser that lets no site keep anything, the page trains, and says that nothing is kept."""
    with (
        firefox_with(playwright, {"network.cookie.cookieBehavior": 2})
        if browser.browser_type.name == "firefox"
        else chromium_with(playwright, tmp_path, {"default_content_setting_values": {"cookies": 2}})
    ) as page:
        page.goto(site_url + PAPER)
        tried("storage is refused", trains_unkept(page))


def test_two_tabs_on_one_store(new_page: Maker, site_url: str, tried: Tried) -> None:
    """Each keeps its own; what one continues or discards leaves the other's alone."""
    first = new_page()
    second = first.context.new_page()
    for seed, page in enumerate((first, second), 1):
        page.goto(f"{site_url}?experiment=mnist&epochs=50&seed={seed}")
        wait_for(page, "ready")
    for page in (first, second):
        page.bring_to_front()
        button(page, "Train").click()
        wait_until_kept(page)
    for page in (first, second):
        page.bring_to_front()
        page.goto(site_url)
        wait_for(page, "ready")
        expect(page.get_by_role("region", name="Saved training")).to_be_visible()
    button(first, "Discard it").click()
    second.reload()
    wait_for(second, "ready")
    expect(second.get_by_role("region", name="Saved training")).to_be_visible()
    button(second, "Continue it").click()
    wait_for(second, "paused")
    tried("two tabs use one store", "each has its own saved training; one is discarded, the other continues")
