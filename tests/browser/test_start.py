"""The place Start: a digit is read at once, and a network of one's own learns while one looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import (
    READY,
    Maker,
    button,
    circle,
    go,
    numbers,
    opened,
    prediction,
    state,
    stroke,
    wait_for,
)

pytestmark = pytest.mark.browser

WORDS = 40  # before the first button
SECONDS = 10  # in which one's own network is to be of use, on a quiet machine; five times as many are allowed
NAMES = [
    *["Image", "Convolution 1", "ReLU 1", "Max pooling 1", "Convolution 2", "ReLU 2", "Max pooling 2", "Flatten 1"],
    "Dense 1",
]


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """The first page, as somebody sees it who has only its address."""
    return opened(new_page, site_url, "", viewport={"width": request.param, "height": 640})


def pictures(page: Page) -> list[str]:
    """What the diagram shows of each layer."""
    expect(page.locator(".layers img")).to_have_count(8)
    found: list[str] = page.locator(".layers img").evaluate_all("all => all.map(one => one.src)")
    return found


def test_the_first_screen(page: Page) -> None:
    """It has the canvas and the first button, after few words, and says which network reads."""
    trains = button(page, "Train your own")
    height = page.viewport_size["height"] if page.viewport_size else 0
    for seen in (page.locator("#canvas"), trains):
        box = seen.bounding_box()
        assert box and box["y"] + box["height"] <= height
    before = page.evaluate("() => document.body.innerText.split('Train your own')[0]")
    assert len(before.split()) < WORDS, before
    expect(page.get_by_role("status", name="Reader")).to_have_text("Read by the network that came with this page.")
    expect(page.locator(".layers img")).to_have_count(8)


def test_a_sample_is_read_with_one_tap(page: Page) -> None:
    """Each of the ten; the diagram changes with it."""
    before = pictures(page)
    for digit in (7, 0):
        button(page, f"Sample digit {digit}").click()
        prediction(page).to_have_text(re.compile(f"^This {digit} is read as {digit}, with a probability of"))
    expect(page.locator(".bar.chosen")).to_contain_text("0")
    assert all(one != other for one, other in zip(before, pictures(page), strict=True))


def test_the_diagram_is_lit_by_each_stroke(page: Page) -> None:
    """A drawing is read, and every layer's picture shows it; clearing it and drawing again works."""
    before = pictures(page)
    stroke(page, circle(0.5, 0.5, 0.2, 0.32))
    prediction(page).to_have_text(re.compile("^0, "))
    expect(page.locator(".bar.chosen")).to_contain_text("0")
    page.wait_for_timeout(200)
    assert all(one != other for one, other in zip(before, pictures(page), strict=True))


def test_every_picture_answers_a_tap_and_the_keys(page: Page) -> None:
    """Each layer says the number that was chosen, and what it is."""
    said = page.get_by_role("status", name="Selected number")
    sheets = page.locator(".sheet")
    expect(sheets).to_have_count(len(NAMES))
    for at, name in enumerate(NAMES):
        sheets.nth(at).click()
        expect(said).to_have_text(re.compile(rf"^{name}: (map \d+, row \d+, column \d+|unit \d+) = -?[\d.e-]+$"))
    sheets.nth(1).focus()
    for key in ("Enter", "ArrowRight", "PageDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(said).to_have_text(re.compile(r"^Convolution 1: map 1, row 13, column 15 = "))


def test_the_depths(page: Page) -> None:
    """The same diagram with its sizes, and with the layers as they are written in Python."""
    sizes, code = page.get_by_text("208 weights"), page.get_by_text("Conv2D(filters=8")
    expect(sizes).to_be_hidden()
    page.get_by_role("radio", name="Numbers").check(force=True)
    expect(sizes).to_be_visible()
    page.get_by_role("radio", name="Code").check(force=True)
    expect(code).to_be_visible()
    page.get_by_role("radio", name="Picture").check(force=True)
    expect(code).to_be_hidden()


def test_training_ones_own(page: Page) -> None:
    """It begins untrained, on ten digits; the drawing is read again all the time; soon it reads 95 %."""
    reader = page.get_by_role("status", name="Reader")
    before = pictures(page)
    button(page, "Train your own").click()
    expect(reader).to_have_text(re.compile("^Read by your own network, trained on"))
    button(page, "Pause training").click()
    wait_for(page, "paused")
    page.wait_for_timeout(300)
    paused = pictures(page)
    assert len(paused) == 8 and paused[0] != before[0]
    button(page, "Resume training").click()
    page.wait_for_function(
        "() => Number(/test ([0-9.]+)\\s%/.exec(document.querySelector('#accuracy-summary').textContent)?.[1]) >= 95",
        timeout=5000 * SECONDS,
        polling=100,
    )
    assert pictures(page)[0] != paused[0]
    expect(reader).to_have_text(re.compile(r"images\. Test: [\d.]+\s% right\.$"))
    page.evaluate("scrollTo(0, 0)")
    box = reader.bounding_box()
    assert box and page.viewport_size and box["y"] + box["height"] <= page.viewport_size["height"]
    go(page, "Train")
    assert numbers(page, "Accuracy")[2] >= 95
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("mnist")
    button(page, "Stop").click()
    wait_for(page, "finished")
    go(page, "Start")
    expect(reader).to_have_text(re.compile(r"^Read by your own network, trained on [\d,]+ images"))
    prediction(page).to_have_text(re.compile("^0, "))  # the drawing has outlived it all


def test_terms_are_defined_in_place(page: Page) -> None:
    """A term opens its definition behind it, and closes it."""
    go(page, "Learn")
    term = button(page, "loss").first
    term.click()
    expect(page.get_by_text("how wrong the network is for an image")).to_be_visible()
    expect(term).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_text("how wrong the network is for an image")).to_be_hidden()
    go(page, "Start")


@pytest.mark.parametrize(
    ("place", "there"),
    [("see", "#see-layer"), ("learn", "#learn-truth"), ("code", "#code-place"), ("exercises", "#exercises-place h2")],
)
def test_other_places_say_that_the_page_loads(new_page: Maker, site_url: str, place: str, there: str) -> None:
    """An address may lead to them, and they are empty until Python runs; then they have a status of their own."""
    page = new_page(viewport={"width": 360, "height": 640})
    page.goto(f"{site_url}#/{place}")
    loading = state(page)
    expect(loading).to_have_text(re.compile("^loading"))
    expect(page.get_by_role("progressbar", name="Training progress")).to_be_visible()
    expect(page.locator(there).first).to_be_visible(timeout=READY)
    expect(loading).to_have_count(0, timeout=READY)
    go(page, "Start")
    expect(loading).to_have_text(re.compile("^ready"))
