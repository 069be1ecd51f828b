"""What people do with a training: change the network and the settings, step, stop, compare, look inside."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import fingerprint_of
from tests.browser.person import (
    TRAINED,
    Maker,
    begin_again,
    button,
    coloured_pixels,
    needs_chromium,
    numbers,
    open_all,
    opened,
    prediction,
    set_field,
    sha256,
    state,
    train_to_the_end,
    wait_for,
)

pytestmark = pytest.mark.browser


def test_the_network_is_edited(page: Page) -> None:
    """Layers are added, changed, moved and removed; shapes and counts follow; what does not fit is explained."""
    begin_again(page)
    open_all(page)
    summary = page.locator("#network-summary")
    expect(summary).to_have_text("9 layers, 6,423 weights")
    set_field(page.get_by_role("spinbutton", name="filters of layer 1, Conv2D"), "4")
    expect(summary).not_to_have_text("9 layers, 6,423 weights")
    stride = page.get_by_role("spinbutton", name="stride of layer 5, MaxPool2D")
    set_field(page.get_by_role("spinbutton", name="size of layer 5, MaxPool2D"), "3")
    expect(stride).to_have_value("3")  # it goes along until it is set
    set_field(stride, "2")
    expect(page.get_by_role("row", name="MaxPool2D")).to_contain_text("1 × 13 × 13")
    assert "pool-3-2" in page.url
    set_field(page.get_by_role("spinbutton", name="size of layer 5, MaxPool2D"), "2")
    button(page, "Remove: layer 3, Conv2D").click()
    button(page, "Remove: layer 3, ReLU").click()
    expect(summary).to_have_text("7 layers, 25,259 weights")
    expect(page.get_by_role("row", name="Flatten")).to_contain_text("784")
    button(page, "Move up: layer 4, Flatten").click()
    message = page.get_by_role("status", name="Network check")
    expect(message).to_have_text(re.compile(r"Invalid network: maxpool2d_1 cannot follow .*\(3136,\)"))
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("ready – maxpool2d_1 cannot follow"))
    button(page, "Move down: layer 3, Flatten").click()
    expect(message).to_have_text("")
    page.get_by_role("combobox", name="Layer to add").select_option("Dropout")
    button(page, "Add layer").click()
    expect(page.get_by_role("spinbutton", name="rate of layer 7, Dropout")).to_have_value("0.5")
    page.get_by_role("combobox", name="Layer to add").select_option("Add")
    button(page, "Add layer").click()
    read = page.get_by_role("combobox", name="layer of layer 8, Add")
    expect(read).to_have_value("dropout_1")
    read.select_option("input")
    expect(message).to_have_text(
        re.compile(r"Invalid network: add_1 cannot .* got \(32,\) and \(1, 28, 28\) from input")
    )
    read.select_option("dropout_1")
    expect(message).to_have_text("")
    assert "conv-4-3-1-1_relu_pool-2_flat_dense-32_relu_drop-0.5_add-7_dense-3" in page.url
    button(page, "Remove: layer 7, Dropout").click()  # then it reads the layer before
    expect(page.get_by_role("combobox", name="layer of layer 7, Add")).to_have_value("relu_2")
    train_to_the_end(page)
    assert "conv-4-3-1-1_relu_pool-2_flat_dense-32_relu_add-6_dense-3" in page.url
    expect(page.locator(".layer.add figcaption")).to_contain_text("← ReLU 2, ReLU 2")


def test_step_stop_and_a_changed_learning_rate(page: Page) -> None:
    """One batch at a time; the rate changes in the middle; stopping keeps what was learned."""
    begin_again(page, batch_size="10")
    bar = page.get_by_role("progressbar", name="Training progress")
    button(page, "Step").click()
    wait_for(page, "paused")
    expect(bar).to_have_js_property("value", 10)
    button(page, "Step").click()
    expect(bar).to_have_js_property("value", 20)
    open_all(page)
    set_field(page.get_by_role("spinbutton", name="Learning rate", exact=True), "0.5")
    for done in (30, 40, 50, 60, 70, 75):
        button(page, "Step").click()
        expect(bar).to_have_js_property("value", done)
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"))
    button(page, "Stop").click()
    wait_for(page, "finished")
    expect(button(page, "Train")).to_be_enabled()
    expect(button(page, "Resume")).to_have_count(0)
    assert sha256(page)


def test_looking_inside(page: Page) -> None:
    """A cell shows its images, an image its way through every layer; counts become percentages.
    A training on other images forgets the one that was looked at."""
    begin_again(page, "mnist", epochs="1")
    train_to_the_end(page)
    cells = page.get_by_role("table", name="Confusion matrix").get_by_role("button")
    counts = [int(text) for text in cells.all_inner_texts()]
    assert sum(counts) == 1000 and len(counts) == 100
    cells.nth(0).click()
    images = page.get_by_role("list", name="Images").get_by_role("button")
    expect(images).to_have_count(min(24, counts[0]))
    expect(page.locator("#gallery-title")).to_contain_text(f"classified as 0: {counts[0]}.")
    expect(images.first).to_have_accessible_name(re.compile(r"0 → 0 [\d.]+\s% confidence: look inside"))
    images.first.click()
    prediction(page).to_have_text(re.compile("^This 0 is read as 0"))
    expect(page.locator("#bars meter")).to_have_count(10)
    button(page, "Most confident mistakes").click()
    expect(page.locator("#gallery-title")).to_contain_text(
        f"classified wrongly, the most confident first: {wrong(counts)}."
    )
    page.get_by_role("switch", name="Show row percentages").check()
    expect(cells.nth(0)).to_have_text(re.compile(r"^\d+(\.\d)?\s%$"))
    page.get_by_role("switch", name="Show row percentages").uncheck()
    begin_again(page, epochs="1")
    train_to_the_end(page)  # on other images, among which there is no such number
    prediction(page).to_have_text(re.compile("^Draw a digit"))


def test_what_is_looked_at_follows_the_training(page: Page) -> None:
    """The mistakes and an image's way through the network are those of the newest epoch."""
    begin_again(page, "mnist", epochs="3")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    button(page, "Most confident mistakes").click()
    images = page.get_by_role("list", name="Images").get_by_role("button")
    images.first.click()
    bars = page.locator("#bars")
    expect(bars.locator("meter")).to_have_count(10)
    before = bars.inner_text()
    wait_for(page, "finished", timeout=TRAINED)
    cells = page.get_by_role("table", name="Confusion matrix").get_by_role("button")
    count = wrong([int(text) for text in cells.all_inner_texts()])
    expect(page.locator("#gallery-title")).to_contain_text(f"the most confident first: {count}.")
    expect(images).to_have_count(min(24, count))
    expect(bars).not_to_have_text(before, use_inner_text=True)


def wrong(counts: list[int]) -> int:
    return sum(count for place, count in enumerate(counts) if place % 11)


def test_curves_are_compared_and_saved(new_page: Maker, site_url: str) -> None:
    """Earlier runs are drawn beside the next one; log scale and smoothing redraw; curves come as CSV and PNG."""
    page = opened(new_page, site_url, "?experiment=paper&epochs=10#/train")  # with an empty notebook
    needs_chromium(page, "downloads")
    open_all(page)
    runs = page.get_by_role("list", name="Runs").get_by_role("checkbox")
    train_to_the_end(page)
    expect(runs).to_have_count(1)
    set_field(page.get_by_role("spinbutton", name="Seed"), "2")
    train_to_the_end(page)
    expect(runs).to_have_count(2)
    before = coloured_pixels(page, "Loss", "--run-1")
    runs.nth(1).check()
    assert coloured_pixels(page, "Loss", "--run-1") > before + 20
    page.get_by_role("switch", name="Log scale").check()
    set_field(page.get_by_role("slider", name="Smoothing"), "0.5")
    assert coloured_pixels(page, "Loss", "--training") > 50
    with page.expect_download() as download:
        button(page, "Save as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()
    assert rows[0].startswith("epoch,training loss") and len(rows) == 11
    assert [float(rows[-1].split(",")[k]) for k in (1, 2)] == pytest.approx(numbers(page, "Loss")[1:], abs=1e-3)
    with page.expect_download() as download:
        button(page, "Save as PNG").click()
    picture = Image.open(download.value.path())
    colours = picture.convert("RGB").getcolors(1 << 20)
    assert picture.size[0] >= 900 and colours and len(colours) > 50


def test_train_pressed_twice_is_pressed_once(page: Page) -> None:
    """Every epoch has its place in the curves."""
    needs_chromium(page, "downloads")
    begin_again(page, epochs="20")
    open_all(page)
    button(page, "Train").dblclick()
    wait_for(page, "finished", timeout=TRAINED)
    with page.expect_download() as download:
        button(page, "Save as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()[1:]
    assert [int(row.split(",")[0]) for row in rows] == list(range(1, 21))


@pytest.mark.parametrize(("then", "words"), [("act", "paused – epoch 1"), ("reset", "ready – press Train to start")])
def test_what_is_pressed_while_a_training_begins(page: Page, then: str, words: str) -> None:
    """It counts, though the worker has not answered yet."""
    begin_again(page, "mnist")
    page.evaluate(
        """then => {
            document.getElementById("act").click();  // Train, and then it is Pause
            const wait = () => document.getElementById(then).disabled
                ? setTimeout(wait, 0) : document.getElementById(then).click();
            wait();
        }""",
        then,
    )
    expect(state(page)).to_have_text(re.compile(words))
    page.wait_for_timeout(500)
    expect(state(page)).to_have_text(re.compile(words))


def test_a_single_epoch_is_seen(page: Page) -> None:
    """As a point, where there is no line yet."""
    begin_again(page, epochs="1")
    train_to_the_end(page)
    assert coloured_pixels(page, "Loss", "--training") > 5


def test_a_wrong_setting_is_refused_where_it_stands(page: Page) -> None:
    """In words that the form has, also while the network is folded up; what is put right leaves nothing behind."""
    begin_again(page)
    page.locator("#more").evaluate("more => { more.open = true; }")
    epochs = page.get_by_label("Epochs")
    set_field(epochs, "0")
    message = page.get_by_role("status", name="Network check")
    expect(message).to_be_visible()
    expect(message).to_have_text(re.compile("epochs must be an integer from 1 to 100000, got 0"))
    expect(epochs).to_have_attribute("aria-invalid", "true")
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("ready – epochs must be "))
    button(page, "Reset to default settings").click()
    expect(epochs).to_have_value("50")
    expect(epochs).not_to_have_attribute("aria-invalid", "true")
    expect(message).to_have_text("")
    expect(state(page)).to_have_text("ready – you have not trained a network yet.")


def test_a_learning_rate_that_cannot_be(page: Page) -> None:
    """While it trains: the rate in force comes back into its field, and the words stay."""
    begin_again(page, "mnist")
    page.locator("#more").evaluate("more => { more.open = true; }")
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("training – epoch 1"))
    rate = page.get_by_role("spinbutton", name="Learning rate", exact=True)
    before = rate.input_value()
    set_field(rate, "-3")
    expect(page.get_by_role("status", name="Network check")).to_have_text(re.compile("learning rate stays .* got -3"))
    expect(rate).to_have_value(before)
    button(page, "Stop").click()


def test_each_step_changes_at_least_four_things(page: Page) -> None:
    """A point of the curve and its words, the progress, the sizes of every layer, and what the network reads."""
    begin_again(page, "mnist", epochs="1")
    button(page, "Step").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile(r"^Last batch: \d"))
    expect(page.get_by_role("table", name="Sizes by layer").get_by_role("row")).to_have_count(4)
    seen = what_is_seen(page)
    for batch in (2, 3):
        button(page, "Step").click()
        expect(state(page)).to_have_text(re.compile(f"batch {batch} of 125"))
        page.wait_for_timeout(200)  # the chart is drawn in a frame
        now = what_is_seen(page)
        changed = [name for name in now if now[name] != seen[name]]
        assert len(changed) >= 4 and {"summary", "state", "sizes", "bars"} <= set(changed), changed
        seen = now


def what_is_seen(page: Page) -> dict[str, str]:
    seen: dict[str, str] = page.evaluate(
        """() => ({
            summary: document.getElementById("loss-summary").textContent,
            curve: document.querySelector("#loss-chart canvas").toDataURL(),
            state: document.getElementById("state").textContent,
            sizes: document.getElementById("size-rows").textContent,
            bars: document.getElementById("bars").textContent,
        })"""
    )
    return seen


def test_the_number_of_workers_changes_no_bit(page: Page) -> None:
    """One worker or two, chosen on the page, train to the weights of this machine's wasmtime. The page says how many
    train, and the address does not: nothing depends on it."""
    settings = {"experiment": "mnist", "seed": 3, "per_class": 20, "epochs": 6}
    begin_again(page, **{name: str(value) for name, value in settings.items()})
    page.locator("#more > summary").click()
    workers = page.get_by_role("combobox", name="Workers")
    expected = fingerprint_of(**settings)
    for count in ("1", "2") if workers.locator("option").count() > 1 else ("1",):
        workers.select_option(count)
        train_to_the_end(page)
        assert sha256(page) == expected, f"{count} workers"
        expect(page.locator("#workers-now")).to_have_text(
            "One worker trains." if count == "1" else re.compile(r"^(2 workers train|One worker trains)\.$")
        )
        assert "workers" not in page.url
        button(page, "Reset").click()
        wait_for(page, "ready")
