"""What a training says about itself, going back in time, and the notebook of runs, which stays after a reload."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from scnn import Network
from tests.browser.person import (
    Maker,
    button,
    coloured_pixels,
    fresh,
    is_chromium,
    line,
    needs_chromium,
    open_all,
    opened,
    prediction,
    set_field,
    settled,
    sha256,
    stroke,
    train_to_the_end,
    wait_for,
)

pytestmark = pytest.mark.browser

SHORT = "?experiment=paper&epochs=3&seed=4"


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """A page on a phone and on a desktop; it has trained one short run."""
    page = opened(new_page, site_url, f"{SHORT}#/train", viewport={"width": request.param, "height": 900})
    expect(page.get_by_role("status", name="Shared run")).to_have_text(
        re.compile("This link describes a run: The paper's three digits, seed 4, epochs 3. Press Train")
    )
    train_to_the_end(page)
    expect(runs(page)).to_have_count(1)
    return page


def runs(page: Page) -> Locator:
    return page.get_by_role("list", name="Runs").get_by_role("checkbox")


def message(page: Page) -> Locator:
    return page.get_by_role("status", name="Notebook")


def test_what_the_results_belong_to(page: Page) -> None:
    """The results name their run, and say when the form describes another one; the verdict is in words."""
    results = page.locator("#results-of")
    expect(results).to_have_text("Results of: The paper's three digits, seed 4, epochs 3.")
    set_field(page.get_by_role("spinbutton", name="Seed"), "5")
    expect(results).to_have_text(re.compile("seed 4, epochs 3. The form now describes another run: .* seed 5"))
    set_field(page.get_by_role("spinbutton", name="Seed"), "4")
    expect(results).to_have_text("Results of: The paper's three digits, seed 4, epochs 3.")
    verdict = page.get_by_role("status", name="What happened")
    expect(verdict).to_have_text(re.compile("^(Still falling|Chance|Settled|Good)"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_time_travel(page: Page, tmp_path: Path) -> None:
    """The slider shows the network after an earlier epoch: it reads, and the results are its own; then the newest."""
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    expect(slider).to_have_js_property("max", "3")
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    prediction(page).not_to_have_text(re.compile("^Draw"))
    bars, cells = page.locator("#bars"), page.get_by_role("table", name="Confusion matrix")
    newest, weights = (settled(bars), settled(cells)), sha256(page)
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("status", name="Time travel")).to_have_text(re.compile("before its first epoch"))
    expect(bars).not_to_have_text(newest[0], use_inner_text=True)
    expect(cells).not_to_have_text(newest[1], use_inner_text=True)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status", name="Time travel")).to_have_text(re.compile("after epoch 1:"))
    expect(slider).to_have_attribute("aria-valuetext", "1")
    scores = page.get_by_role("status", name="Time travel")
    expect(scores).to_have_text(re.compile(r"On the test images: loss \d\.\d{3}, [\d.]+\s% right\.$"))
    earlier = page.locator("#sha256")
    expect(earlier).not_to_have_text(weights)
    expect(page.locator("#link-words")).to_be_hidden()
    if is_chromium(page):  # with Firefox over WebDriver BiDi, Playwright gets no downloads
        with page.expect_download() as download:
            button(page, "Save model").click()
        model = tmp_path / "earlier.safetensors"
        download.value.save_as(model)
        assert Network.load(model).fingerprint() == sha256(page)
    button(page, "Newest").click()
    expect(earlier).to_have_text(weights)
    expect(page.locator("#link-words")).to_be_visible()
    expect(bars).to_have_text(newest[0], use_inner_text=True)
    expect(cells).to_have_text(newest[1], use_inner_text=True)
    expect(button(page, "Newest")).to_be_disabled()


def test_dragging_along_the_curve(page: Page) -> None:
    """The middle of the chart is the middle of the training."""
    needs_chromium(page, "the pointer's buttons while it moves")
    chart = page.get_by_role("img", name="Loss", exact=True)
    chart.scroll_into_view_if_needed()
    box = chart.locator(".u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.36, box["y"] + 50)
    page.mouse.up()
    expect(page.get_by_role("status", name="Time travel")).to_have_text(re.compile("after epoch 1:"))
    button(page, "Newest").click()
    expect(button(page, "Newest")).to_be_disabled()


def test_teaching_shows_before_and_after(page: Page) -> None:
    """The test accuracy and the drawing's probability, before and after; the run is noted as corrected."""
    page.get_by_label("That was a").select_option("2")
    button(page, "Teach it").click()
    taught = page.get_by_role("status", name="Before and after teaching")
    expect(taught).to_be_visible(timeout=30_000)
    expect(taught.get_by_role("row")).to_have_count(3)
    shares = [
        float(cell.removesuffix("\N{NO-BREAK SPACE}%"))
        for cell in taught.get_by_role("row").nth(2).get_by_role("cell").all_inner_texts()
    ]
    assert shares[1] > shares[0]
    expect(runs(page)).to_have_count(2)
    expect(page.get_by_role("list", name="Runs")).to_contain_text("changed by hand")


def test_five_seeds(page: Page) -> None:
    """They are trained one after another, and grouped with mean and spread."""
    fresh(page, SHORT)
    expect(runs(page)).to_have_count(2)
    button(page, "Train 5 seeds").click()
    group = page.locator("#runs .seeds strong")
    expect(group).to_have_text(re.compile(r"5 seeds: \d+\.\d\s% ± \d+\.\d\s%"), timeout=60_000)
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("8")
    expect(runs(page)).to_have_count(7)


def test_runs_stay_and_are_opened_again(page: Page) -> None:
    """After a reload: the curves in colours, the weights, new names; what is deleted is gone."""
    fresh(page, SHORT)
    expect(runs(page)).to_have_count(7)
    expect(message(page)).to_have_text("7 runs are kept in this browser.")
    before = coloured_pixels(page, "Loss", "--run-1")
    runs(page).first.check()
    assert coloured_pixels(page, "Loss", "--run-1") > before + 20
    digest = page.locator("#runs .run code").first.get_attribute("title")
    button(page, "Open: run 7").click()
    wait_for(page, "finished")
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 3:"))
    assert sha256(page) == digest
    button(page, "Rename: run 7").click()
    page.get_by_role("textbox", name="Name of the run").fill("The best of all")
    page.keyboard.press("Enter")
    expect(page.locator("#runs .name").first).to_have_text("7. The best of all")
    button(page, "Delete: run 6").click()
    expect(runs(page)).to_have_count(6)
    fresh(page, SHORT)
    expect(runs(page)).to_have_count(6)
    expect(page.locator("#runs .name").first).to_have_text("6. The best of all")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_exports_and_a_script(page: Page) -> None:
    """JSON and CSV have all runs with their settings; the script, run here, makes the same weights."""
    needs_chromium(page, "downloads and the clipboard")
    if page.viewport_size and page.viewport_size["width"] == 360:
        pytest.skip("once is enough: it does not depend on the width")
    with page.expect_download() as download:
        button(page, "Export all as JSON").click()
    records = json.loads(Path(download.value.path()).read_text())["runs"]
    assert len(records) == 6 and records[-1]["name"] == "The best of all"
    with page.expect_download() as download:
        button(page, "Export all as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert {row["sha256"] for row in rows} == {record["sha256"] for record in records}
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(page, "Copy as Python: run 6").click()
    expect(message(page)).to_have_text("Copied: a script that makes the same weights.")
    script = page.evaluate("navigator.clipboard.readText()")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == records[-1]["sha256"]


def test_a_training_that_diverges(page: Page) -> None:
    """The page says so in words, beside the error."""
    fresh(page, "?experiment=paper&epochs=3&learning_rate=1000")
    train_to_the_end(page)
    open_all(page)
    expect(page.get_by_role("status", name="What happened")).to_have_text(re.compile("^Diverged"))
