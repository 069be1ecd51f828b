"""The page in real browsers: somebody presses Train, watches, and draws."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import (
    TRAINED,
    Maker,
    begin_again,
    button,
    circle,
    coloured_pixels,
    line,
    numbers,
    opened,
    set_field,
    state,
    stroke,
    wait_for,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trained(new_page: Maker, site_url: str) -> Page:
    """A page on which the paper's preset was trained to its end, curves watched on the way."""
    page = opened(new_page, site_url)
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("paper")
    expect(page.get_by_role("combobox", name="Engine")).to_have_value("compiled")
    set_field(page.get_by_role("spinbutton", name="Seed"), "1")
    page.evaluate(
        """() => {
            window.seen = [];
            for (const id of ["state", "loss-summary"])
                new MutationObserver(changes => {
                    for (const change of changes)
                        for (const node of change.addedNodes) window.seen.push(node.data);
                }).observe(document.getElementById(id), { childList: true });
        }"""
    )
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)
    return page


def test_the_page_says_the_same_before_python_comes(new_page: Maker, site_url: str) -> None:
    """index.html describes the default experiment, the ten digits, with the worker's own words."""
    page = opened(new_page, site_url, "#/train")
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("mnist")
    written, shown = page.evaluate(
        """async () => {
            const written = new DOMParser().parseFromString(await (await fetch("index.html")).text(), "text/html");
            const words = where => where.getElementById("experiment-about").textContent
                .trim().replace(/\\s+/g, " ").replace(/’/g, "'");
            return [words(written), words(document)];
        }"""
    )
    assert "11,274 weights" in written
    assert written == shown


def test_the_loss_falls(trained: Page) -> None:
    """Epoch by epoch, as the page said it: after fifty, the training loss is less than half of what it was."""
    seen = [line for line in trained.evaluate("window.seen") if line]
    told = [line for line in seen if "After epoch" in line]
    epochs = [[float(found) for found in re.findall(r"\d+(?:\.\d+)?", line)] for line in told]
    assert [int(epoch) for epoch, *_ in epochs] == list(range(1, 51))
    assert epochs[-1][1] < 0.5 * epochs[0][1] and epochs[-1][2] < 1.0
    assert any(line.startswith("training") for line in seen)
    assert numbers(trained, "Loss") == epochs[-1]


def test_compiled_training_takes_a_fraction_of_a_second(trained: Page) -> None:
    """The paper's 3,750 steps took it 41 s; the page says how long they took here."""
    seconds = re.search(r"after (?:less than )?([\d.]+) s", state(trained).inner_text())
    assert seconds and float(seconds[1]) < 2.0


@pytest.mark.parametrize("chart", ["Loss", "Accuracy"])
def test_the_curves_are_drawn(trained: Page, chart: str) -> None:
    """Both series have ink of their colours, across the chart."""
    for colour in ("--training", "--test"):
        assert coloured_pixels(trained, chart, colour) > 100


def test_progress_is_full(trained: Page) -> None:
    """The progress bar is full: 50 epochs of 75 images."""
    bar = trained.get_by_role("progressbar", name="Training progress")
    assert bar.evaluate("bar => [bar.value, bar.max]") == [3750, 3750]


def test_the_confusion_matrix(trained: Page) -> None:
    """A row for each true class, each summing to its 10 test images, at least 80 % on the diagonal."""
    rows = trained.get_by_role("table", name="Confusion matrix").locator("tbody tr")
    counts = [[int(cell) for cell in row.locator("td").all_inner_texts()] for row in rows.all()]
    assert [sum(row) for row in counts] == [10, 10, 10]
    assert sum(counts[k][k] for k in range(3)) >= 24
    trained.get_by_text("Scores by class", exact=True).click()
    figures = trained.get_by_role("table", name="Figures")
    expect(figures).to_contain_text("The paper: precision")
    expect(figures).to_contain_text("70 % after 41 s")


@pytest.mark.parametrize(
    ("digit", "points"),
    [
        ("0", circle(0.5, 0.5, 0.22, 0.32)),
        ("0", circle(0.25, 0.3, 0.1, 0.14)),
        ("1", line(0.5, 0.15, 0.5, 0.85)),
        ("1", line(0.8, 0.6, 0.78, 0.9)),
    ],
)
def test_drawn_digits_are_read(trained: Page, digit: str, points: list[tuple[float, float]]) -> None:
    """A 0 and a 1, large in the middle and small in a corner."""
    button(trained, "Clear drawing").click()
    stroke(trained, points)
    expect(trained.get_by_role("status", name="Prediction")).to_have_text(re.compile(f"^{digit}"), timeout=10_000)
    expect(trained.locator("#bars meter")).to_have_count(3)
    seen = trained.locator("#seen").evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, at) => at % 4 == 3)"
    )
    assert max(seen.values() if isinstance(seen, dict) else seen) > 200


def test_a_dot_gets_no_prediction(trained: Page) -> None:
    """What is no digit is not guessed at."""
    button(trained, "Clear drawing").click()
    stroke(trained, [(0.5, 0.5), (0.5, 0.5)])
    expect(trained.get_by_role("status", name="Prediction")).to_have_text(re.compile("^Draw a digit: .* dot"))


def test_strokes_can_be_taken_back(trained: Page) -> None:
    """Undo takes the last stroke, redo brings it again, and a new one forgets what was undone."""
    button(trained, "Clear drawing").click()
    for name in ("Undo", "Redo"):
        expect(button(trained, name)).to_be_disabled()
    prediction = trained.get_by_role("status", name="Prediction")
    stroke(trained, line(0.5, 0.15, 0.5, 0.85))
    expect(prediction).to_have_text(re.compile("^1"), timeout=10_000)
    button(trained, "Undo").click()
    expect(prediction).to_have_text(re.compile("^Draw a digit"))
    button(trained, "Redo").click()
    expect(prediction).to_have_text(re.compile("^1"), timeout=10_000)
    button(trained, "Undo").click()
    stroke(trained, circle(0.5, 0.5, 0.22, 0.32))
    expect(button(trained, "Redo")).to_be_disabled()
    expect(prediction).to_have_text(re.compile("^0"), timeout=10_000)


def test_an_empty_canvas_gets_no_prediction(trained: Page) -> None:
    """After clearing there is an invitation, and no bar."""
    button(trained, "Clear drawing").click()
    expect(trained.get_by_role("status", name="Prediction")).to_have_text(re.compile("^Draw a digit"))
    expect(trained.locator("#bars meter")).to_have_count(0)


def test_pause_resume_reset(page: Page) -> None:
    """A pause stops the samples, drawing works during it, resuming continues, and reset starts over at any time."""
    begin_again(page, engine="interpreted", per_class="10")
    expect(button(page, "Reset")).to_be_disabled()
    for name in ("Pause", "Resume"):  # one button, whose name is what it does
        expect(button(page, name)).to_have_count(0)
    button(page, "Train").click()
    expect(button(page, "Train")).to_have_count(0)
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    button(page, "Pause").click()
    wait_for(page, "paused")
    stroke(page, line(0.5, 0.2, 0.5, 0.8))
    expect(page.get_by_role("status", name="Prediction")).to_have_text(re.compile("^[012]"), timeout=10_000)
    bar = page.get_by_role("progressbar", name="Training progress")
    paused_at = bar.evaluate("bar => bar.value")
    stroke(page, line(0.4, 0.2, 0.4, 0.8))
    expect(page.locator("#bars meter")).to_have_count(3)
    assert bar.evaluate("bar => bar.value") == paused_at > 0
    button(page, "Resume").click()
    wait_for(page, "training")
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch [2-9]:"), timeout=TRAINED)
    button(page, "Reset").click()
    wait_for(page, "ready")
    assert bar.evaluate("bar => bar.value") == 0
    expect(page.locator("#loss-summary")).to_have_text("")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    button(page, "Reset").click()
    wait_for(page, "ready")


def test_a_seed_that_is_none_is_refused_in_words(page: Page) -> None:
    """The state says what a seed is, and training with a good one still works."""
    begin_again(page, engine="interpreted")
    set_field(page.get_by_role("spinbutton", name="Seed"), "-3")
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("ready – seed must be an integer"))
    set_field(page.get_by_role("spinbutton", name="Seed"), "2")
    button(page, "Train").click()
    wait_for(page, "training")
    button(page, "Reset").click()
    wait_for(page, "ready")
