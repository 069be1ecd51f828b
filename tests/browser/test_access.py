"""The page for everybody: by keyboard alone, by a screen reader, and opened the wrong way."""

import re
from pathlib import Path

import pytest
from builder.paths import SITE
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import (
    PAPER,
    TRAINED,
    Maker,
    button,
    circle,
    fresh,
    go,
    open_all,
    opened,
    prediction,
    state,
    stroke,
    train_to_the_end,
    wait_for,
)

pytestmark = pytest.mark.browser

PLACES = {"Start": "Numbers", "See": "Code", "Learn": "Numbers", "Train": "Code"}  # each with a depth
AXE = (Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js").read_text


def test_the_whole_page_by_keyboard(page: Page) -> None:
    """From the top by Tab: change the network, train, draw a 1, take it back, look inside; every step shows where the
    focus is."""
    fresh(page)
    page.locator("body").evaluate("body => { document.activeElement.blur(); body.focus(); }")

    def go_to(selector: str, key: str = "Tab") -> None:
        for _ in range(80):
            page.keyboard.press(key)
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                page.wait_for_timeout(300)  # the ring fades in
                style = "getComputedStyle(document.activeElement)"
                shown = page.evaluate(f"[{style}.outlineStyle, {style}.boxShadow]")
                assert shown != ["none", "none"], f"nothing shows the focus on {selector}"
                return
        raise AssertionError(f"{key} does not lead to {selector}")

    go_to("#seed")
    page.keyboard.press("Control+A")
    page.keyboard.type("4")
    go_to("#editor summary")
    page.keyboard.press("Enter")
    go_to("#layers input")
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    expect(page.locator("#network-summary")).not_to_have_text("9 layers, 6,423 weights")
    assert page.evaluate("document.activeElement.matches('#layers input')"), "the focus was lost by a change"
    go_to("#act", "Shift+Tab")  # before the network's layers; Firefox leaves the page behind its last element
    page.keyboard.press("Enter")
    wait_for(page, "finished", timeout=TRAINED)
    go_to("#canvas")
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    prediction(page).to_have_text(re.compile("^1,"), timeout=10_000)
    go_to("#undo")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^Draw a digit"))
    go_to("#redo")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^1,"))
    go_to("#clear")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^Draw a digit"))
    go_to("#confusion button")
    page.keyboard.press("Enter")
    expect(page.locator("#gallery-title")).to_contain_text("Images of class 0")
    go_to("#gallery button")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^This 0 is "))
    go_to(".sheet", "Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status", name="Selected number")).to_have_text(
        re.compile(r"^[A-Z][\w ]+: (map|unit) .* = ")
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_axe_finds(new_page: Maker, site_url: str, scheme: str) -> None:
    """axe-core finds no violation in any place and depth: at the start, and with everything unfolded and filled."""
    page = opened(new_page, site_url, f"{PAPER}#/", color_scheme=scheme)
    page.evaluate(AXE())
    for place in PLACES:
        go(page, place)
        assert violations(page) == [], place
    open_all(page)
    stroke(page, circle(0.5, 0.5, 0.22, 0.32))
    train_to_the_end(page)
    button(page, "Most confident mistakes").click()
    page.get_by_role("list", name="Images").get_by_role("button").first.click()
    prediction(page).to_have_text(re.compile("^This . is misread as"))
    for place in PLACES:
        go(page, place)
        page.get_by_role("radio", name=PLACES[place]).check(force=True)
        assert violations(page) == [], place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_axe_finds_on_the_other_pages(new_page: Maker, site_url: str, scheme: str) -> None:
    """The same for the licences, and for the page that unknown addresses show."""
    page = new_page(color_scheme=scheme)
    for name, heading in (("licences.html", "Third-party software and licences"), ("404.html", "Page not found")):
        page.goto(site_url + name)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        page.evaluate(AXE())
        assert violations(page) == []


def violations(page: Page) -> list[str]:
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def test_the_page_opened_as_a_file(browser: Browser) -> None:
    """Browsers start nothing then; the page says what to do instead."""
    if browser.browser_type.name != "chromium":
        pytest.skip("Playwright opens no files in Firefox over WebDriver BiDi")
    page = browser.new_page()
    page.goto((SITE / "index.html").as_uri())
    expect(state(page)).to_have_text(re.compile("^failed – this page was opened as a file.*serve.py"))
    page.context.close()
