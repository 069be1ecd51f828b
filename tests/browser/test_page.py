"""The page in real browsers: somebody presses Train, watches, and draws."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

READY = 60_000  # milliseconds for the worker to come up
TRAINED = 60_000  # milliseconds for a training, or the interpreter's first epochs

Maker = Callable[..., Page]


def state(page: Page) -> Locator:
    return page.get_by_role("status", name="State")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def wait_for(page: Page, word: str, timeout: float = READY) -> None:
    expect(state(page)).to_have_text(re.compile(f"^{word}"), timeout=timeout)


def opened(new_page: Maker, site_url: str, **settings: object) -> Page:
    page = new_page(**settings)
    page.goto(site_url)
    wait_for(page, "ready")
    return page


def numbers(page: Page, chart: str) -> list[float]:
    """The figures in the chart's own summary: epoch, training, test."""
    words = page.locator(f"#{chart.lower()}-summary").inner_text()
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", words)]


def coloured_pixels(page: Page, chart: str, colour: str) -> int:
    """How many pixels of the chart's canvas are of the series' colour (a CSS variable), nearly."""
    return page.get_by_role("img", name=chart, exact=True).evaluate(
        """(host, variable) => {
            const canvas = host.querySelector("canvas");
            const wanted = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
            const rgb = [1, 3, 5].map(at => parseInt(wanted.slice(at, at + 2), 16));
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            for (let at = 0; at < data.length; at += 4)
                if (data[at + 3] > 200 && rgb.every((level, k) => Math.abs(level - data[at + k]) < 24)) count++;
            return count;
        }""",
        colour,
    )


def stroke(page: Page, points: list[tuple[float, float]]) -> None:
    """One stroke with the mouse; points are shares of the canvas."""
    canvas = page.get_by_role("img", name="Draw a digit", exact=True)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def circle(cx: float, cy: float, rx: float, ry: float) -> list[tuple[float, float]]:
    turns = [step / 40 * 2 * math.pi for step in range(41)]
    return [(cx + rx * math.sin(turn), cy - ry * math.cos(turn)) for turn in turns]


def line(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0 + (x1 - x0) * step / 20, y0 + (y1 - y0) * step / 20) for step in range(21)]


def set_field(field: Locator, value: str) -> None:
    """Fills a field and leaves it, as a person does; over BiDi, `fill` adds to what a number field holds."""
    field.evaluate(
        """(field, value) => {
            field.value = value;
            for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
        }""",
        value,
    )


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


def test_the_page_says_the_same_before_python_comes(trained: Page) -> None:
    """What index.html says of the first experiment is what the worker then says of it."""
    written, shown = trained.evaluate(
        """async () => {
            const written = new DOMParser().parseFromString(await (await fetch("index.html")).text(), "text/html");
            const words = where => ["experiment-about", "network-summary"].map(
                id => where.getElementById(id).textContent.trim().replace(/\\s+/g, " ").replace(/’/g, "'"));
            return [words(written), words(document)];
        }"""
    )
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
    """The bar stands at its end: 50 epochs of 75 images."""
    bar = trained.get_by_role("progressbar", name="Training progress")
    assert bar.evaluate("bar => [bar.value, bar.max]") == [3750, 3750]


def test_the_confusion_matrix(trained: Page) -> None:
    """A row for each true class, each summing to its 10 test images, at least 80 % on the diagonal."""
    rows = trained.get_by_role("table", name="Confusion matrix").locator("tbody tr")
    counts = [[int(cell) for cell in row.locator("td").all_inner_texts()] for row in rows.all()]
    assert [sum(row) for row in counts] == [10, 10, 10]
    assert sum(counts[k][k] for k in range(3)) >= 24
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


def test_pause_resume_reset(new_page: Maker, site_url: str) -> None:
    """A pause stops the samples, drawing works in it, resuming goes on, and reset begins anew at any moment."""
    page = opened(new_page, site_url)
    page.get_by_role("combobox", name="Engine").select_option("interpreted")
    for name in ("Pause", "Resume", "Reset"):
        expect(button(page, name)).to_be_disabled()
    button(page, "Train").click()
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


def test_a_seed_that_is_none_is_refused_in_words(new_page: Maker, site_url: str) -> None:
    """The state says what a seed is, and training with a good one still works."""
    page = opened(new_page, site_url)
    page.get_by_role("combobox", name="Engine").select_option("interpreted")
    set_field(page.get_by_role("spinbutton", name="Seed"), "-3")
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("ready – seed is a whole number"))
    set_field(page.get_by_role("spinbutton", name="Seed"), "2")
    button(page, "Train").click()
    wait_for(page, "training")
    button(page, "Reset").click()
    wait_for(page, "ready")
