"""The page in a tab that nobody sees: another one, of the same window, is in front of it for real."""

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import chromium
from tests.browser.person import TRAINED, button, coloured_pixels, wait_for

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def tab_of_a_window(browser: Browser, playwright: Playwright) -> Iterator[Page]:
    """A tab that can be hidden. A Chromium that Playwright starts treats every tab as focused, so that none
    is ever hidden; one that it is only connected to is left as people have it."""
    if browser.browser_type.name == "firefox":
        context = browser.new_context()
        yield context.new_page()
        context.close()
        return
    how = chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ["--headless=new", f"--user-data-dir={profile}", "--remote-debugging-port=0", *how["args"]]
        process = subprocess.Popen([how["executable_path"], *flags, "about:blank"], stderr=subprocess.PIPE, text=True)
        try:
            assert process.stderr
            address = next(filter(None, (re.search(r"ws://\S+", line) for line in process.stderr)))
            connected = playwright.chromium.connect_over_cdp(address[0], no_defaults=True)
            yield connected.contexts[0].pages[0]
            connected.close()
        finally:
            process.terminate()
            process.wait(20)


def test_training_goes_on_in_a_hidden_tab(browser: Browser, playwright: Playwright, site_url: str) -> None:
    """It trains to its end; shown again, the curves are there."""
    with tab_of_a_window(browser, playwright) as page:
        page.goto(f"{site_url}?experiment=mnist&epochs=2&seed=7")
        wait_for(page, "ready")
        button(page, "Train").click()
        wait_for(page, "training")
        with page.expect_popup() as other:
            page.evaluate("() => { open('licences.html'); }")
        other.value.bring_to_front()
        page.wait_for_function("() => document.hidden", polling=100)
        wait_for(page, "finished", timeout=TRAINED)
        assert page.evaluate("document.visibilityState") == "hidden"
        page.bring_to_front()
        page.wait_for_function("() => !document.hidden", polling=100)
        expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 2:"))
        assert coloured_pixels(page, "Loss", "--test") > 30
