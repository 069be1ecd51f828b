"""The whole page on a phone, a tablet and a desk, light and dark: one walk through everything, step by step."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from tests.browser.person import (
    TRAINED,
    Maker,
    button,
    circle,
    line,
    open_all,
    opened,
    set_field,
    state,
    stroke,
    wait_for,
)

pytestmark = pytest.mark.browser

WIDTHS = [(360, "dark"), (768, "light"), (1440, "dark")]


@pytest.fixture(scope="module", params=WIDTHS, ids=lambda one: f"{one[0]}-{one[1]}")
def page(new_page: Maker, browser: Browser, site_url: str, request: pytest.FixtureRequest) -> Page:
    """One page for all steps, everything unfolded."""
    width, scheme = request.param
    if width != 360 and browser.browser_type.name == "firefox":
        pytest.skip("each place has its own tests in both browsers and widths; the walk repeats what may not fit")
    page = opened(new_page, site_url, "#/train", viewport={"width": width, "height": 800}, color_scheme=scheme)
    open_all(page)
    return page


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    size = page.viewport_size
    assert size
    return bool(page.evaluate("document.documentElement.scrollWidth") <= size["width"])


def test_drawing_before_anybody_trains(page: Page) -> None:
    """The network that comes with the page reads; strokes are taken back and brought again."""
    prediction = page.get_by_role("status", name="Prediction")
    stroke(page, circle(0.3, 0.3, 0.15, 0.2))
    expect(prediction).to_have_text(re.compile("^0, .*comes with the page"), timeout=10_000)
    expect(page.locator("#bars meter")).to_have_count(10)
    assert fits(page)
    button(page, "Undo").click()
    expect(prediction).to_have_text(re.compile("^Draw a digit"))
    button(page, "Redo").click()
    expect(prediction).to_have_text(re.compile("^0,"))
    button(page, "Clear drawing").click()
    assert page.locator("#canvas").evaluate("canvas => getComputedStyle(canvas).touchAction") == "none"


def test_all_places_are_in_sight(page: Page) -> None:
    """In English, on a phone, too: a place that has to be looked for by moving the row is not found."""
    row = page.get_by_role("navigation", name="Places")
    expect(row.get_by_role("link")).to_have_count(7)
    assert row.evaluate("row => row.scrollWidth - row.clientWidth") <= 0


def test_changing_the_experiment_and_the_network(page: Page) -> None:
    """Fields, layers, and what does not fit, in words."""
    page.get_by_role("combobox", name="Experiment").select_option("mnist")
    expect(page.locator("#network-summary")).to_have_text("8 layers, 11,274 weights")
    editor = page.locator("#editor > .scroll")
    assert editor.evaluate("part => part.scrollWidth <= part.clientWidth"), "shapes and weights are in sight"
    assert page.locator("#layers :is(th, td)").evaluate_all(
        """all => all.every(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            const inOneLine = one.matches("td") || range.getClientRects().length === 1;
            return inOneLine && one.scrollWidth <= one.clientWidth + 1;
        })"""
    ), "a layer's name is broken, or its output is cut off"
    assert (
        page.get_by_role("table", name="Sizes by layer")
        .get_by_role("columnheader")
        .evaluate_all(
            """all => all.length === 4 && all.every(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            return range.getClientRects().length === 1;
        })"""
        )
    ), "a heading is broken"
    expect(page.get_by_role("table", name="Layers").get_by_role("row", name="Conv2D")).to_have_count(2)
    page.get_by_role("combobox", name="Experiment").select_option("paper")
    set_field(page.get_by_role("spinbutton", name="units of layer 7, Dense"), "16")
    expect(page.locator("#network-summary")).to_have_text("9 layers, 3,223 weights")
    button(page, "Remove: layer 6, Flatten").click()
    expect(page.get_by_role("status", name="Network check")).to_have_text(re.compile("Invalid network: dense_1"))
    assert fits(page)
    page.get_by_role("combobox", name="Layer to add").select_option("Flatten")
    button(page, "Add layer").click()
    for _ in range(2):
        place = page.get_by_role("rowheader", name="Flatten")
        place.locator("xpath=..").get_by_role("button", name=re.compile("^Move up")).click()
    expect(page.locator("#network-summary")).to_have_text("9 layers, 3,223 weights")


def test_training_in_steps_paused_and_to_the_end(page: Page) -> None:
    """Step, resume, pause, resume, finished: curves, matrix and figures are there."""
    set_field(page.get_by_label("Epochs"), "60")
    button(page, "Step").click()
    wait_for(page, "paused")
    button(page, "Resume").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch"), timeout=TRAINED)
    button(page, "Pause").click()
    wait_for(page, "paused")
    set_field(page.get_by_role("spinbutton", name="Learning rate", exact=True), "0.002")
    button(page, "Resume").click()
    wait_for(page, "finished", timeout=TRAINED)
    expect(page.locator("#link")).to_be_hidden()  # the rate was changed on the way
    expect(page.get_by_role("table", name="Figures")).to_contain_text("weighted mean")
    page.get_by_role("switch", name="Show row percentages").check()
    assert fits(page)


def test_comparing_runs(page: Page) -> None:
    """A second run beside the first, on a log scale; the link is the run."""
    set_field(page.get_by_label("Epochs"), "10")
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)
    runs = page.get_by_role("list", name="Runs").get_by_role("checkbox")
    expect(runs).to_have_count(2)  # the state said "finished" before, too
    runs.nth(1).check()  # the older one: the list begins with the newest
    page.get_by_role("switch", name="Log scale").check()
    expect(page.locator("#link")).to_have_attribute("href", re.compile("layers=.*dense-16"))
    assert fits(page)


def test_looking_inside(page: Page) -> None:
    """A cell, the mistakes, an image's way."""
    page.get_by_role("table", name="Confusion matrix").get_by_role("button").first.click()
    expect(page.locator("#gallery-title")).to_contain_text("Images of class 0")
    page.get_by_role("list", name="Images").get_by_role("button").first.click()
    expect(page.get_by_role("status", name="Prediction")).to_have_text(re.compile("^This 0 is"))
    expect(page.locator("#bars meter")).to_have_count(3)
    assert fits(page)


def test_teaching_and_keeping(page: Page, tmp_path: Path) -> None:
    """A correction continues the training; a file opens; reset starts over."""
    stroke(page, line(0.2, 0.2, 0.8, 0.2))
    page.get_by_role("combobox", name="That was a").select_option("2")
    button(page, "Teach it").click()
    expect(page.get_by_role("status", name="Prediction")).to_have_text(re.compile("^2,"), timeout=TRAINED)
    wait_for(page, "finished", timeout=TRAINED)
    Network(PAPER.input_shape, PAPER.layers, seed=1).save(tmp_path / "m.safetensors")
    page.locator("#file").set_input_files(tmp_path / "m.safetensors")
    expect(page.locator("#network-summary")).to_have_text("9 layers, 6,423 weights")
    button(page, "Reset").click()
    expect(state(page)).to_have_text(re.compile("^ready"))
    assert fits(page)


def test_ten_classes_are_in_sight(page: Page) -> None:
    """The confusion matrix of ten digits, counts and percentages, on a phone too."""
    page.get_by_role("combobox", name="Experiment").select_option("mnist")
    set_field(page.get_by_label("Epochs"), "1")
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)
    matrix = page.get_by_role("table", name="Confusion matrix")
    expect(matrix.get_by_role("button")).to_have_count(100)
    shares = page.get_by_role("switch", name="Show row percentages")
    for shown in (False, True):
        shares.set_checked(shown)
        assert matrix.evaluate("table => table.parentElement.scrollWidth <= table.parentElement.clientWidth")
