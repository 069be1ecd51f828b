"""The place See: every number that it shows is the engine's, by mouse and by keyboard, at all depths."""

import re
from pathlib import Path
from typing import Any

import pytest
from builder.paths import SITE
from playwright.sync_api import Locator, Page, expect

from scnn import Network, load_digits
from scnn.network.trace import NetworkTracer
from scnn.page.elements import Elements
from scnn.page.filters import PRESETS, Filters
from tests.browser.figures import cell, cells_of, exact, float32, number, shown, titled
from tests.browser.person import READY, Maker, button, choose_depth, home, set_field

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

SAMPLE = 2  # the digit that the place takes if nothing was drawn
DIGITS = load_digits()[1]
IMAGE = DIGITS.image(DIGITS.labels.index(SAMPLE))


def network() -> Network:
    """The network that comes with the page."""
    return Network.load(SITE / "pretrained.safetensors")


@pytest.fixture(scope="module")
def elements() -> Elements:
    """What the engine computes for the page's image, on a desktop."""
    reader = network()
    return Elements(lambda message: reader, lambda message: (IMAGE, SAMPLE))


@pytest.fixture(scope="module")
def tracer() -> NetworkTracer:
    made = NetworkTracer(network())
    made.run([level / 255 for level in IMAGE], SAMPLE)
    return made


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """The place on a phone and on a desk, once it explains a number."""
    scheme = "dark" if request.param == 360 else "light"
    page = new_page(shared=True, viewport={"width": request.param, "height": 900}, color_scheme=scheme)
    page.goto(home(page, site_url) + "#/see")
    expect(title(page)).to_contain_text("Convolution 1", timeout=READY)
    expect(page.locator("#filter-size")).to_contain_text("pixels", timeout=READY)
    return page


def explanation(page: Page) -> Locator:
    return page.get_by_role("region", name="How one number is made", exact=True)


def title(page: Page) -> Locator:
    return explanation(page).get_by_role("heading")


def words(page: Page) -> Locator:
    return explanation(page).get_by_role("status")


def choose(page: Page, elements: Elements, layer: str) -> None:
    """The largest number of a layer, by the chooser. Another number of it may be explained until the answer comes."""
    page.get_by_label("Explain the largest number of").select_option(label=titled(layer))
    index = elements.element({"layer": layer})["index"]
    parts = "".join(rf"\D+{part}" for part in index)
    expect(title(page)).to_have_text(re.compile(rf"^{parts} of {titled(layer)}$"))


def choose_probability(page: Page, digit: int) -> None:
    page.get_by_label("Explain the largest number of").select_option(label=f"probability of {digit}")
    expect(title(page)).to_have_text(f"unit {digit} of Softmax")


def table(page: Page, name: str = "Sum") -> Locator:
    return explanation(page).get_by_role("table", name=name, exact=True)


def body(rows: Locator) -> list[list[str]]:
    return cells_of(rows.locator("tbody tr"))


def foot(rows: Locator) -> dict[str, str]:
    return {row[0]: row[1] for row in cells_of(rows.locator("tfoot tr"))}


def element_shown(page: Page) -> list[int]:
    """The index in the title."""
    return [int(part) for part in re.findall(r"(?:map|row|column|unit) (\d+)", title(page).inner_text())]


def answer_of(elements: Elements, page: Page, layer: str, **more: object) -> dict[str, Any]:
    return elements.element({"layer": layer, "element": element_shown(page), **more})


def test_a_convolution_is_a_window_times_a_filter(page: Page, elements: Elements) -> None:
    """Chosen by keyboard in the diagram: the window, the filter and their products as cells, then as the table Sum,
    whose foot has the engine's bits."""
    choose_depth(page, "Picture")
    choose(page, elements, "conv2d_1")
    one, row, column = element_shown(page)
    sheet = page.locator(".layer.conv2d .sheet").first
    sheet.focus()
    sheet.press("ArrowUp")
    sheet.press("ArrowLeft")
    expect(title(page)).to_have_text(f"map {one}, row {row - 1}, column {column - 1} of Convolution 1")
    answer = answer_of(elements, page, "conv2d_1")
    value = answer["value"]
    expect(words(page)).to_contain_text(f"{shown(value)}: the window times the filter, 25 products")
    for name, key in (("Window", "input"), ("Filter", "weights"), ("Products", "products")):
        cells = explanation(page).get_by_role("img", name=re.compile(f"^{name}:")).locator("span")
        assert cells.all_inner_texts() == [cell(number_) for number_ in answer["grid"][key]]
    choose_depth(page, "Numbers")
    rows = body(table(page))
    assert len(rows) == 25
    for (where, *numbers), product in zip(rows, answer["rows"], strict=True):
        assert where == ("padding" if product["padding"] else ", ".join(map(str, product["at"][0][1:])))
        assert numbers == [number(value) for value in (*product["values"], product["product"])]
    assert foot(table(page)) == {"bias": number(answer["bias"]["value"]), "total": exact(value)}
    assert float32(foot(table(page))["total"]) == value


def test_a_sum_is_made_step_by_step(page: Page, elements: Elements) -> None:
    """Next and Previous mark one product, in the table and in the picture; Play goes through them."""
    choose_depth(page, "Numbers")
    choose(page, elements, "conv2d_1")
    answer = answer_of(elements, page, "conv2d_1")
    readout = explanation(page).locator(".readout")
    for step, back in ((0, False), (1, False), (2, False), (1, True)):
        explanation(page).get_by_role("button", name="Previous" if back else "Next").click()
        row = answer["rows"][step]
        expect(readout).to_contain_text(f"Step {step + 1} of 25")
        expect(readout).to_contain_text(number(row["running"]))
        marked = table(page).locator("tbody tr.running")
        expect(marked).to_have_count(1)
        assert marked.locator("td").last.inner_text() == number(row["product"])
    choose_depth(page, "Picture")
    explanation(page).get_by_role("slider", name="Step").focus()
    explanation(page).get_by_role("slider", name="Step").press("End")
    expect(readout).to_contain_text("Step 25 of 25")
    expect(explanation(page).locator(".cells .running")).to_have_count(3)
    explanation(page).get_by_role("button", name="Play").click()
    expect(explanation(page).get_by_role("button", name="Pause")).to_be_visible()
    expect(readout).to_contain_text("Step 2 of 25")
    explanation(page).get_by_role("button", name="Pause").click()
    expect(explanation(page).get_by_role("button", name="Play")).to_be_visible()


def test_every_kind_of_layer_is_explained(page: Page, elements: Elements) -> None:
    """ReLU, max pooling, flatten, dense, softmax: with the engine's numbers."""
    choose_depth(page, "Numbers")
    choose(page, elements, "relu_1")
    answer = answer_of(elements, page, "relu_1")
    expect(words(page)).to_contain_text(f"{shown(answer['value'])}: ReLU keeps")
    assert [row[1] for row in body(table(page, "Maximum"))] == [number(answer["rows"][0]["values"][0])]
    choose(page, elements, "maxpool2d_1")
    answer = answer_of(elements, page, "maxpool2d_1")
    assert [row[1] for row in body(table(page, "Maximum"))] == [number(row["values"][0]) for row in answer["rows"]]
    won = [row["won"] for row in answer["rows"]].index(True)
    expect(table(page, "Maximum").locator("tbody tr").nth(won)).to_have_class("won")
    assert foot(table(page, "Maximum")) == {"result": exact(answer["value"])}
    choose(page, elements, "flatten_1")
    expect(words(page)).to_contain_text("passed on unchanged from map")
    choose_probability(page, 3)
    answer = elements.element({"layer": "softmaxcrossentropy_1", "element": [3]})
    rows = body(table(page))
    assert [row[1:] for row in rows] == [
        [number(one) for one in (*row["values"], row["product"])] for row in answer["rows"]
    ]
    total, share = foot(table(page)).values()
    assert (total, share) == (exact(answer["total"]), exact(answer["value"]))


def test_a_long_sum_is_shortened_and_shown_whole(page: Page, elements: Elements) -> None:
    """The largest of 784 products and one row for the rest; then all of them, whose total has the engine's bits."""
    choose_depth(page, "Numbers")
    choose(page, elements, "dense_1")
    answer = answer_of(elements, page, "dense_1")
    assert [row[3] for row in body(table(page))] == [number(row["product"]) for row in answer["rows"]]
    rest = answer["rest"]
    assert foot(table(page))[f"the other {rest['count']} products"] == number(rest["value"])
    button(page, "Show all products").click()
    expect(table(page).locator("tbody tr")).to_have_count(784)
    everything = answer_of(elements, page, "dense_1", everything=True)
    assert [row[3] for row in body(table(page))] == [number(row["product"]) for row in everything["rows"]]
    assert float32(foot(table(page))["total"]) == answer["value"]
    explanation(page).get_by_role("slider", name="Step").press("End")
    expect(explanation(page).locator(".readout")).to_contain_text("Step 784 of 784")


def test_numbers_lead_back_to_the_image(page: Page, elements: Elements) -> None:
    """Each step back explains a number that the one before was made from; a row of the table leads there, too."""
    choose_depth(page, "Picture")
    choose_probability(page, 7)
    for layer in (
        "dense_1",
        "maxpool2d_2",
        "relu_2",
        "conv2d_2",
        "maxpool2d_1",
        "relu_1",
        "conv2d_1",
        "image",
    ):
        explanation(page).get_by_role("button", name="Go back one layer").click()
        expect(title(page)).to_contain_text("pixel in row" if layer == "image" else titled(layer))
    expect(explanation(page).get_by_role("button", name="Go back one layer")).to_be_disabled()
    choose_depth(page, "Numbers")
    choose(page, elements, "maxpool2d_1")
    table(page, "Maximum").get_by_role("button").first.click()
    expect(title(page)).to_contain_text("ReLU 1")


def test_the_code_is_the_kernels(page: Page, elements: Elements, tracer: NetworkTracer) -> None:
    """The lines of the source, the one that runs, and the values of its names, from the first step to the last."""
    choose(page, elements, "conv2d_1")
    choose_depth(page, "Code")
    trace = tracer.trace("conv2d_1", element_shown(page))
    listing = explanation(page).get_by_label("conv2d_forward", exact=True)
    running = listing.locator("code.running")
    expect(running).to_have_attribute("data-line", str(trace.steps[0].line))
    source = tracer.tracer.programs.function(
        next(call.kernel for *_, call in tracer.calls if call.kernel.__name__ == trace.kernel)
    ).source
    assert [line.rstrip() for line in listing.locator("code").all_text_contents()] == [
        line.rstrip() for line in source.lines
    ]
    explanation(page).get_by_role("button", name="Next").click()
    expect(running).to_have_attribute("data-line", str(trace.steps[1].line))
    for _ in range(2):
        explanation(page).get_by_role("button", name="Previous").click()
    last = trace.steps[-1]
    expect(running).to_have_attribute("data-line", str(last.line))
    names = explanation(page).locator(".names")
    expect(names.locator("dd").first).to_have_text(exact(trace.value).replace("−", "-"))  # as Python writes it
    expect(explanation(page).locator(".readout")).to_have_text(re.compile(rf"Line {last.line}: output\["))


def test_a_filter_made_by_hand(page: Page) -> None:
    """Presets, own weights, stride and padding: the map and its size follow, and each pixel is explained."""
    choose_depth(page, "Numbers")
    reader = network()
    of = Filters(lambda message: reader, lambda message: (IMAGE, None))
    size, hand = page.get_by_role("status", name="Size of the map"), page.locator("#filter-element")
    page.get_by_role("radio", name="Blur", exact=True).check()
    page.get_by_role("slider", name=re.compile("^Stride")).press("ArrowRight")
    page.get_by_role("slider", name=re.compile("^Padding")).press("ArrowRight")
    expect(size).to_contain_text("28 pixels with 1 of padding on each side are 30")
    expect(size).to_contain_text("(30 − 3) / 2 + 1 = 14 times, rounded down: the map is 14 × 14.")
    answer = of.filter({"weights": PRESETS["blur"], "stride": 2, "padding": 1})
    expect(hand.locator("tfoot td").last).to_have_text(exact(answer["element"]["value"]))
    expect(page.locator("#filter-map img")).to_have_attribute("src", answer["picture"])
    set_field(page.get_by_label("Weight in row 1, column 1"), "-2.5")
    expect(page.get_by_role("radio", name="Yours", exact=True)).to_be_checked()
    weights = [list(row) for row in PRESETS["blur"]]
    weights[1][1] = -2.5
    answer = of.filter({"weights": weights, "stride": 2, "padding": 1})
    expect(page.locator("#filter-map img")).to_have_attribute("src", answer["picture"])
    pixels = page.get_by_role("application", name=re.compile("^Map that the filter makes"))
    pixels.focus()
    pixels.press("ArrowDown")
    row, column = answer["element"]["index"][1:]
    answer = of.filter({"weights": weights, "stride": 2, "padding": 1, "element": [row + 1, column]})
    expect(hand.locator("h2")).to_have_text(f"row {row + 1}, column {column} of your map")
    expect(hand.locator("tfoot td").last).to_have_text(exact(answer["element"]["value"]))
    field = page.get_by_label("Weight in row 0, column 0")
    set_field(field, "5000")
    expect(page.locator("#filter-refusal")).to_contain_text("expected a weight from -1000 to 1000, got 5000")
    set_field(field, "1")
    expect(page.locator("#filter-refusal")).to_have_text("")


def test_it_fits_the_screen_and_axe_finds_nothing(page: Page) -> None:
    """At every depth."""
    page.evaluate(AXE.read_text())
    for depth in ("Picture", "Numbers", "Code"):
        choose_depth(page, depth)
        page.mouse.move(0, 600)
        page.wait_for_timeout(500)  # colours fade
        width = page.viewport_size["width"]  # type: ignore[index]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, depth
        found = page.evaluate("async () => (await axe.run('main')).violations")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], depth
