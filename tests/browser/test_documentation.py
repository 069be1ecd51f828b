"""The documentation in browsers: found, searched, offline, and for everybody."""

import pytest
from builder.paths import SITE
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.person import Maker, opened
from tests.browser.test_access import AXE, violations
from tests.browser.test_offline import TWO_CACHES, Served, visited

pytestmark = pytest.mark.browser


def search(page: Page, words: str, result: str) -> None:
    """Searches as a reader does, and follows a result once all of them have their summaries."""
    page.get_by_role("searchbox", name="Search").or_(page.get_by_placeholder("Search")).first.fill(words)
    page.keyboard.press("Enter")
    found = page.get_by_role("link", name=result, exact=True).first
    expect(found).to_be_visible()
    page.wait_for_load_state("networkidle")  # leaving earlier aborts them, which Firefox reports as an error
    found.click()


def test_from_the_page_to_a_class_and_back(new_page: Maker, site_url: str) -> None:
    """The page's footer leads to it; a search finds a class; its source is one link away, and so is the page."""
    page = opened(new_page, site_url)
    page.get_by_role("link", name="Documentation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("scnn")
    search(page, "Conv2D", "scnn.layers.convolution.Conv2D")
    page.locator("dt[id='scnn.layers.convolution.Conv2D']").get_by_text("[source]").click()
    expect(page.get_by_text("class Conv2D").first).to_be_visible()
    page.get_by_role("link", name="Train in your browser").first.click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()


def test_with_the_server_stopped(browser: Browser) -> None:
    """After one visit of the page, the documentation opens and is searched without a network."""
    context: BrowserContext = browser.new_context()
    served = Served(SITE)
    page = visited(context, served.url)
    page.evaluate(TWO_CACHES)
    page.evaluate(KEPT)
    served.stop()
    page.goto(served.url + "docs/")
    search(page, "Conv2D", "scnn.layers.convolution.Conv2D")
    expect(page.locator("dt[id='scnn.layers.convolution.Conv2D']")).to_be_visible()
    context.close()


# Until the cache of the documentation is filled, which happens at once for all of its files.
KEPT = """async () => {
    while (!(await caches.match("docs/index.html"))) await new Promise(resolve => setTimeout(resolve, 100));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "explanation/mathematics.html", "reference/layers.html"])
def test_nothing_that_axe_finds(new_page: Maker, site_url: str, scheme: str, name: str) -> None:
    """axe-core finds no violation."""
    page = new_page(color_scheme=scheme)
    page.goto(f"{site_url}docs/{name}")
    page.evaluate(AXE())
    assert violations(page) == []
