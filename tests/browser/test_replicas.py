"""The workers that share a training in Firefox, where the page starts them for the engine's worker."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import DEFAULTS, fingerprint_of, launch
from tests.browser.person import sha256, train_to_the_end, wait_for
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser

# A computer of two cores, whose page counts the replicas that it starts. BEFORE is done before each, and AFTER to it.
COUNT = """
Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2 });
window.replicas = 0;
window.Worker = class extends Worker {
  constructor(url, options) {
    if (options?.name === "scnn replica") { window.replicas++; BEFORE }
    super(url, options);
    if (options?.name === "scnn replica") { AFTER }
  }
};
"""

SETTINGS = {"experiment": "mnist", "seed": 3, "per_class": 20, "epochs": 6}


@pytest.fixture(scope="module")
def firefox(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright, "firefox")
    yield browser
    browser.close()


def trained(firefox: Browser, site_url: str, before: str = "", after: str = "") -> Page:
    """A page that has trained with what it takes by default, to the bits of wasmtime."""
    page = firefox.new_page(**DEFAULTS)  # type: ignore[arg-type]
    watch = Watch(page, site_url)
    page.add_init_script(COUNT.replace("BEFORE", before).replace("AFTER", after))
    page.goto(site_url + "?" + "&".join(f"{name}={value}" for name, value in SETTINGS.items()) + "#/train")
    wait_for(page, "ready")
    assert page.locator("#workers").input_value() == "2"
    train_to_the_end(page)
    assert sha256(page) == fingerprint_of(**SETTINGS)
    assert page.evaluate("replicas") == 1
    assert not watch.errors and not watch.foreign
    return page


def test_the_page_starts_them(firefox: Browser, site_url: str) -> None:
    """`new Worker` in a worker sometimes never returns there. On the page it does."""
    page = trained(firefox, site_url)
    expect(page.locator("#workers-now")).to_have_text(re.compile(r"^(2 workers train|One worker trains)\.$"))
    page.close()


def test_one_that_is_refused(firefox: Browser, site_url: str) -> None:
    """One worker trains, and the page says why."""
    page = trained(firefox, site_url, before='throw new Error("no more workers");')
    expect(page.locator("#workers-now")).to_have_text(re.compile("no more workers"))
    page.close()


def test_one_that_dies(firefox: Browser, site_url: str) -> None:
    """The training waits for it for five seconds, and continues in one worker."""
    page = trained(firefox, site_url, after="this.terminate();")
    expect(page.locator("#workers-now")).to_have_text(re.compile("a worker was silent for 5 seconds"))
    page.close()
