"""The place Learn: every gradient, loss and step that it shows is the engine's."""

import re
from pathlib import Path

import pytest
from builder.paths import SITE
from playwright.sync_api import Locator, Page, expect

from scnn import Network, load_digits
from scnn.page.elements import Elements
from scnn.page.lessons import Lessons
from scnn.training.gradient_check import check_gradients
from tests.browser.figures import cells_of, exact, float32, number, shown, titled
from tests.browser.person import (
    READY,
    Maker,
    button,
    choose_depth,
    go,
    home,
    line,
    opened,
    prediction,
    set_field,
    stroke,
)

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

DIGITS = load_digits()[1]
IMAGES = [DIGITS.image(DIGITS.labels.index(digit)) for digit in range(10)]


def network() -> Network:
    """The network that comes with the page."""
    return Network.load(SITE / "pretrained.safetensors")


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    """What the engine computes on a desktop; `sample` is the digit."""
    reader = network()
    return Lessons(
        lambda message: reader, lambda message: (IMAGES[message["sample"]], message["sample"]), lambda: 0.0
    )


@pytest.fixture(scope="module")
def sample(lessons: Lessons) -> int:
    """The digit that the place takes if nothing was drawn."""
    found: int = lessons.hardest_sample({})["sample"]
    return found


@pytest.fixture(scope="module")
def elements(sample: int) -> Elements:
    reader = network()
    return Elements(lambda message: reader, lambda message: (IMAGES[sample], sample))


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """The place on a phone and on a desk, once it shows a loss."""
    scheme = "dark" if request.param == 1440 else "light"
    page = new_page(shared=True, viewport={"width": request.param, "height": 900}, color_scheme=scheme)
    page.goto(home(page, site_url) + "#/learn")
    expect(page.locator("#learn-slope")).to_contain_text("slope", timeout=READY)
    expect(page.locator("#step-words")).to_contain_text("Loss", timeout=READY)
    return page


def explanation(page: Page) -> Locator:
    return page.get_by_role("region", name="How one gradient is made", exact=True)


def title(page: Page) -> Locator:
    return explanation(page).get_by_role("heading")


def sheet(page: Page, layer: str) -> Locator:
    return page.get_by_role("application", name=re.compile(f"^Gradient of {titled(layer)},"))


def test_the_loss_is_the_engines(page: Page, lessons: Lessons, sample: int) -> None:
    """Of the sample that the network is least sure of, whose class is known."""
    answer = lessons.gradients({"sample": sample})
    said = page.get_by_role("status", name="Loss of this image")
    expect(said).to_contain_text(f"Loss {exact(answer['loss'])}: the probability of {sample} is")
    expect(page.get_by_label("This image is a")).to_have_value(str(sample))
    for layer in answer["layers"]:
        assert sheet(page, layer["name"]).locator("img").get_attribute("src") == layer["picture"]


def test_dragging_a_weight_moves_along_the_curve(
    page: Page, lessons: Lessons, elements: Elements, sample: int
) -> None:
    """Each stop of the slider says the weight, the loss and the slope there; the tangent has that slope."""
    page.locator("#learn-layer").select_option("dense_1")
    steepest = elements.element({"layer": "dense_1", "role": "weights", "backward": True})["index"]
    for name, at in zip(("Unit", "Input"), steepest, strict=True):
        set_field(page.get_by_label(name, exact=True), str(at))
    message = {"sample": sample, "layer": "dense_1", "role": "weights", "element": steepest}
    curve = lessons.loss_curve(message)
    slider = page.get_by_role("slider", name="Value of the weight")
    said = page.get_by_role("status", name="Loss and slope")

    def words(at: int) -> str:
        value, loss, slope = (number(curve[key][at]) for key in ("values", "losses", "gradients"))
        return f"Weight {value}: loss {loss}, slope {slope}."

    middle = curve["middle"]
    expect(said).to_have_text(words(middle))
    before = page.locator("#learn-curve .point").get_attribute("cx")
    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(said).to_have_text(words(middle + 2))
    assert page.locator("#learn-curve .point").get_attribute("cx") != before
    slider.press("Home")
    expect(said).to_have_text(words(0))
    points = page.locator("#learn-curve polyline").get_attribute("points")
    assert points and len(points.split()) == len(curve["values"])
    page.locator("#learn-span").select_option("10")
    curve = lessons.loss_curve({**message, "span": 10.0})
    expect(said).to_have_text(words(middle))
    page.locator("#learn-span").select_option("1")


def test_the_chosen_weights_gradient_is_the_sum_that_makes_it(page: Page, elements: Elements) -> None:
    """Through a convolution: pixels times gradients; the total has the engine's bits."""
    choose_depth(page, "Numbers")
    page.locator("#learn-layer").select_option("conv2d_2")
    expect(title(page)).to_have_text("Gradient of weight 2, 2 of filter 0 for channel 0 of Convolution 2")
    answer = elements.element({"layer": "conv2d_2", "role": "weights", "element": [0, 0, 2, 2], "backward": True})
    table = explanation(page).get_by_role("table", name="Sum", exact=True)
    expect(table.locator("tfoot td").last).to_have_text(exact(answer["value"]))
    rows = cells_of(table.locator("tbody tr"))
    assert [row[1:] for row in rows] == [
        [number(value) for value in (*row["values"], row["product"])] for row in answer["rows"]
    ]
    assert float32(table.locator("tfoot td").last.inner_text()) == answer["value"]


@pytest.mark.parametrize(
    ("layer", "form", "words"),
    [
        ("image", "sum", "products of Convolution 1"),
        ("conv2d_1", "gate", "ReLU"),
        ("relu_1", "sum", "it won in 1 window of Max pooling 1"),
        ("maxpool2d_2", "sum", "products of Dense 1"),
        ("dense_1", "difference", "minus"),
    ],
)
def test_any_gradient_is_explained(page: Page, elements: Elements, layer: str, form: str, words: str) -> None:
    """A number of a sheet, chosen by keyboard: through convolution, ReLU, pooling, dense and softmax."""
    choose_depth(page, "Picture")
    chosen = sheet(page, layer)
    chosen.focus()
    chosen.press("Enter")
    expect(title(page)).to_contain_text("pixel" if layer == "image" else titled(layer))
    index = [int(part) for part in re.findall(r"(?:map|row|column|unit) (\d+)", title(page).inner_text())]
    best = elements.element({"layer": layer, "backward": True})["index"]
    steps = [(best[-2] - index[-2], "Down", "Up"), (best[-1] - index[-1], "Right", "Left")] if len(best) > 1 else []
    if steps:
        for _ in range(best[0]):
            chosen.press("PageDown")
    else:
        steps = [(best[0] - index[0], "Down", "Up")]
    for distance, ahead, back in steps:
        for _ in range(abs(distance)):
            chosen.press(f"Arrow{ahead if distance > 0 else back}")
    place = f"row {best[-2]}, column {best[-1]}" if len(best) > 1 else f"unit {best[0]}"
    expect(title(page)).to_contain_text(place)
    answer = elements.element({"layer": layer, "element": best, "backward": True})
    assert answer["form"] == form
    said = explanation(page).get_by_role("status")
    expect(said).to_contain_text(f"{shown(answer['value'])}: ")
    expect(said).to_contain_text(words)


def test_one_step_moves_every_number_against_its_gradient(page: Page, lessons: Lessons, sample: int) -> None:
    """Before, gradient and after of each number, page by page; the loss before and after; another learning rate."""
    choose_depth(page, "Numbers")
    section = page.get_by_role("region", name="One whole step")
    page.locator("#step-layer").select_option("conv2d_1")
    rate = section.get_by_role("slider", name=re.compile("^Learning rate"))
    rate.press("ArrowLeft")
    rate.press("ArrowLeft")
    answer = lessons.one_step({"sample": sample, "layer": "conv2d_1", "learning_rate": 0.063})
    before, after = exact(answer["before"]["loss"]), exact(answer["after"]["loss"])
    said = page.get_by_role("status", name="Loss before and after the step")
    expect(said).to_contain_text(f"Loss {before} → {after};")
    table = section.get_by_role("table", name="Step", exact=True)
    expect(section).to_contain_text(f"1 to 25 of {answer['moved']}")
    expect(table.locator("tbody tr").first).to_contain_text(exact(answer["rows"][0]["after"]))  # it follows the words
    rows = cells_of(table.locator("tbody tr"))
    section.get_by_role("button", name="Later").click()
    expect(section).to_contain_text(f"26 to 50 of {answer['moved']}")
    expect(table.locator("tbody tr").first).to_contain_text(exact(answer["rows"][25]["after"]))
    rows += cells_of(table.locator("tbody tr"))
    assert [row[1:] for row in rows] == [
        [exact(row["before"]), number(row["gradient"]), exact(row["after"])] for row in answer["rows"][:50]
    ]
    choose_depth(page, "Picture")
    pictures = section.locator(".pictures img")
    expect(pictures).to_have_count(6)
    chosen = section.get_by_role("application", name=re.compile("^weights of Convolution 1 before the step"))
    chosen.focus()
    chosen.press("Enter")
    expect(title(page)).to_have_text("Gradient of weight 2, 2 of filter 0 for channel 0 of Convolution 1")
    chosen.press("PageDown")
    expect(title(page)).to_have_text("Gradient of weight 2, 2 of filter 1 for channel 0 of Convolution 1")
    expect(page.get_by_label("Filter", exact=True)).to_have_value("1")
    assert pictures.first.get_attribute("src") == answer["pictures"][0]["before"]["picture"]
    after_gradient = lessons.gradients({"sample": sample})["loss"]
    assert exact(after_gradient) == before, "the network itself has not moved"


def test_the_gradient_check(page: Page, sample: int) -> None:
    """A row for each tensor with the library's verdict, in words; the page answers meanwhile."""
    button(page, "Check gradients").click()
    table = page.get_by_role("table", name="Gradient check", exact=True)
    expect(table.locator("tbody tr").first).to_be_visible(timeout=READY)
    expect(page.get_by_role("status", name="Result of the check")).to_contain_text("passed", timeout=READY)
    report = check_gradients(network(), IMAGES[sample], sample)
    names = {"right": "passed", "wrong": "failed", "not checked": "not checked"}
    rows = cells_of(table.locator("tbody tr"))
    assert [(row[0], row[1]) for row in rows] == [(titled(one.name), names[one.verdict]) for one in report.checks]
    colours = table.locator(".verdict.passed").first.evaluate("one => getComputedStyle(one).color")
    assert colours != table.locator("th").first.evaluate("one => getComputedStyle(one).color")


def test_the_code_is_the_backward_kernels(page: Page) -> None:
    """The lines that compute the gradient, and the one that runs."""
    page.locator("#learn-layer").select_option("conv2d_1")
    expect(title(page)).to_contain_text("of Convolution 1")
    choose_depth(page, "Code")
    listing = explanation(page).get_by_label("conv2d_backward_weights", exact=True)
    expect(listing.locator("code.running")).to_have_count(1)
    choose_depth(page, "Picture")


def test_a_drawing_needs_its_class(page: Page) -> None:
    """Nobody has said what was drawn: until the person does, there is no loss."""
    stroke(page, line(0.5, 0.2, 0.5, 0.8))
    said = page.get_by_role("status", name="Loss of this image")
    expect(said).to_have_text("Say which digit this is: the loss depends on it.")
    expect(button(page, "Check gradients")).to_be_hidden()
    page.get_by_label("This image is a").select_option("7")
    expect(said).to_contain_text("the probability of 7 is")
    expect(button(page, "Check gradients")).to_be_visible()


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


def test_after_the_first_place_gradients_can_be_read_too(new_page: Maker, site_url: str, sample: int) -> None:
    """The digit that the page itself showed at Start gives way to the one that the network is least sure of; one that
    the person has chosen stays, even the same one."""
    page = opened(new_page, site_url, "")
    expect(page.locator(".bar.chosen")).to_contain_text("2")
    go(page, "Learn")
    said = page.get_by_role("status", name="Loss of this image")
    expect(said).to_contain_text(f"the probability of {sample} is", timeout=READY)
    assert float(re.findall(r"[\d.]+", said.inner_text())[0]) > 0.1
    go(page, "Start")
    button(page, "Sample digit 2").click()
    prediction(page).to_have_text(re.compile("^This 2 is read as 2"))
    go(page, "Learn")
    expect(said).to_contain_text("the probability of 2 is")
