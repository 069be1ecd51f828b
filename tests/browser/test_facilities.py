"""What browsers lack: every row of the page's table is taken away in turn, in the window or in the worker."""

import re

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import chromium, launch
from tests.browser.person import BARE, PAPER, Maker, button, circle, home, is_chromium, prediction, stroke, wait_for

pytestmark = pytest.mark.browser

# JavaScript that takes a facility away, and what the page says about it ("": nothing).
OPTIONAL = {
    "service worker": ("delete Navigator.prototype.serviceWorker", "It does not work offline."),
    "caches": ("delete globalThis.caches", "It does not work offline."),
    "storage manager": ("delete Navigator.prototype.storage", ""),
    "coalesced events": ("delete PointerEvent.prototype.getCoalescedEvents", ""),
    "ResizeObserver": ("delete globalThis.ResizeObserver", ""),
    "createImageBitmap": ("delete globalThis.createImageBitmap", ""),
    "folder choice": ("delete HTMLInputElement.prototype.webkitdirectory", ""),
    "dropped folders": ("delete DataTransferItem.prototype.webkitGetAsEntry", ""),
    "OffscreenCanvas": ("delete globalThis.OffscreenCanvas", ""),
    "randomUUID": ("delete Crypto.prototype.randomUUID", ""),
    "indexedDB": (
        "Object.defineProperty(globalThis, 'indexedDB', {value: undefined, configurable: true})",
        "",
    ),
}
NEEDED = {
    "WebAssembly": ("delete globalThis.WebAssembly", "no WebAssembly, .* Chrome and Edge 91, .* Lockdown Mode"),
    "SIMD": ("WebAssembly.validate = () => false", "WebAssembly has no SIMD. Chrome and Edge 91"),
    "workers": ("delete globalThis.Worker", "no web workers. Chrome and Edge 91"),
}
ONE_IS_ENOUGH = "what the page does without it is its own Python, the same in every browser"

# PyScript makes its workers from text: what is taken away there stands before it.
IN_WORKER = """(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) =>
        make(blob.type === "text/javascript" ? new Blob([CODE, blob], { type: blob.type }) : blob);
})()"""


def trains_and_draws(page: Page) -> None:
    button(page, "Train").click()
    wait_for(page, "finished")
    stroke(page, circle(0.5, 0.5, 0.25, 0.35))
    prediction(page).to_have_text(re.compile(r"\d"))


@pytest.mark.parametrize("name", OPTIONAL)
def test_without_a_facility_the_page_trains_and_draws(
    browser: Browser, new_page: Maker, site_url: str, name: str
) -> None:
    """In the window: the page starts, trains, reads a drawing, and says what it cannot do."""
    if browser.browser_type.name != "chromium":
        pytest.skip(ONE_IS_ENOUGH)
    code, said = OPTIONAL[name]
    page = new_page(errors_expected=True, shared=True, **({"service_workers": "allow"} if said else {}))
    page.add_init_script(code)
    page.goto(home(page, site_url) + PAPER)
    wait_for(page, "ready")
    if said:
        expect(page.locator("#offline")).to_have_text(re.compile(said))
    trains_and_draws(page)


@pytest.mark.parametrize("name", ["indexedDB", "randomUUID", "OffscreenCanvas", "createImageBitmap"])
def test_without_a_facility_the_worker_trains(browser: Browser, new_page: Maker, site_url: str, name: str) -> None:
    """In the worker."""
    if browser.browser_type.name != "chromium":
        pytest.skip(ONE_IS_ENOUGH)
    page = new_page(errors_expected=True, shared=True)
    page.add_init_script(IN_WORKER.replace("CODE", repr(OPTIONAL[name][0] + ";\n")))
    page.goto(home(page, site_url) + PAPER)
    wait_for(page, "ready")
    trains_and_draws(page)
    if name == "indexedDB":
        expect(page.get_by_role("status", name="Storage")).to_contain_text("refuses storage to this page (TypeError)")


@pytest.mark.parametrize("name", NEEDED)
def test_what_the_page_cannot_do_without_is_named(new_page: Maker, site_url: str, name: str) -> None:
    """With the browsers that have it, at once."""
    code, said = NEEDED[name]
    page = new_page(errors_expected=True)
    page.add_init_script(code)
    page.goto(site_url)
    expect(page.locator("#failure-text")).to_have_text(re.compile(said), timeout=5000)


def test_plain_http_in_a_classroom(browser: Browser, playwright: Playwright, site_url: str) -> None:
    """Under a host name that is not localhost there is no secure context: everything works except offline use, and
    the page says so once."""
    address = site_url.replace("127.0.0.1", "school.test")
    if browser.browser_type.name == "chromium":
        settings = chromium()
        settings["args"] = [*settings["args"], "--host-resolver-rules=MAP school.test 127.0.0.1"]
        started = playwright.chromium.launch(**settings)
    else:
        started = launch(playwright, "firefox", {"network.dns.localDomains": "school.test"})
    page = started.new_page()
    page.goto(address + PAPER)
    wait_for(page, "ready")
    assert page.evaluate("isSecureContext") is False
    expect(page.locator("#offline")).to_have_text(
        "In this browser the page is limited: "
        "The page was opened over plain http, which browsers do not allow to work offline."
    )
    trains_and_draws(page)
    started.close()


def test_a_frame_that_is_shut_off(new_page: Maker, site_url: str) -> None:
    """In a sandboxed frame the page says what is missing, and does not load for ever."""
    page = new_page(errors_expected=True)
    page.goto(site_url + BARE)
    page.evaluate(
        """address => {
            const frame = document.createElement("iframe");
            frame.sandbox = "allow-scripts";
            frame.src = address;
            document.body.append(frame);
        }""",
        site_url,
    )
    frame = page.frame_locator("iframe")
    expect(frame.locator("#state")).to_have_text(re.compile("^failed"), timeout=10_000)


def test_two_builds_on_one_origin(new_page: Maker, site_url: str) -> None:
    """Caches and kept trainings belong to the path: another site's are left alone."""
    page = new_page(service_workers="allow")
    if not is_chromium(page):
        pytest.skip("Playwright shows service workers' caches in Chromium alone")
    page.goto(site_url)
    page.evaluate(
        """async () => {
            await caches.open(`scnn ${new URL("/other/", location)} 0123`);
            await caches.open(`scnn ${new URL("./", location)} 0123`);
        }"""
    )
    wait_for(page, "ready")
    expect(page.locator("#offline")).to_have_text(re.compile("offline"), timeout=30_000)
    names = page.evaluate("caches.keys()")
    assert any("/other/ 0123" in name for name in names)
    assert not any(name.endswith("/user/scnn/ 0123") for name in names)
    databases = page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")
    assert all("/user/scnn/" in name for name in databases if name.startswith("scnn"))
