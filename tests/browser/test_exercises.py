"""The place Exercises: answers are graded by the engine in the tab, kept on the device, and handed in as receipts."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Playwright, expect

from scnn.engines.wasm import compiled
from scnn.labs import bundled_lab, grade, pack_lab, verify
from tests.browser.conftest import launch
from tests.browser.person import READY, Maker, home, is_chromium, set_field
from tests.labs.answers import RIGHT, WRONG, start
from tests.labs.files import NUMBERS

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """The place on a phone and on a desk, once its first exercise is shown."""
    scheme = "dark" if request.param == 1440 else "light"
    page = new_page(shared=True, viewport={"width": request.param, "height": 900}, color_scheme=scheme)
    page.goto(home(page, site_url) + "#/exercises")
    expect(exercise(page, "Find vertical edges")).to_be_visible(timeout=READY)
    return page


def exercise(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def choose(page: Page, title: str) -> Locator:
    """Opens an exercise by its link in the list."""
    if page.locator("#exercise-choice:not([open])").count():
        page.locator("#exercise-count").click()
    page.get_by_role("list", name="Exercises").get_by_role("link", name=title, exact=True).click()
    opened = exercise(page, title)
    expect(opened).to_be_visible()
    return opened


def verdict(opened: Locator) -> Locator:
    return opened.get_by_role("status", name="Verdict")


def check(opened: Locator, begins: str) -> Locator:
    """Checks the answer; the verdict, which begins so."""
    opened.get_by_role("button", name="Check answer").click()
    said = verdict(opened)
    expect(said).to_have_text(re.compile(f"^{begins}"), timeout=READY)
    return said


def write(page: Page, opened: Locator, text: str) -> None:
    """Replaces the kernel's text, as a person who pastes does."""
    editor = opened.get_by_role("textbox", name="Kernel source")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def is_fine(page: Page, title: str) -> None:
    """axe-core finds nothing, and nothing is wider than the screen."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)  # colours fade
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, title
    found = page.evaluate("async () => (await axe.run('main')).violations")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], title


def test_a_filter(page: Page) -> None:
    """Its map is the engine's; a wrong filter is refused with the library's words, a right one solves it."""
    opened = exercise(page, "Find vertical edges")
    wrong, _ = WRONG["vertical-edges"]["diagonal"]
    right = RIGHT["vertical-edges"]["Sobel's"]
    for weights, begins in ((wrong, "Not yet."), (right, "Solved.")):
        for row in range(3):
            for column in range(3):
                field = opened.get_by_label(f"Row {row}, column {column}", exact=True)
                set_field(field, str(weights[row][column]))
        expected = bundled_lab("vertical-edges").task.attempt({"trial": weights}, compiled)
        expect(opened.locator(".pictures-of-filter img").last).to_have_attribute("src", expected["map"])
        said = check(opened, begins)
        for remark in grade(bundled_lab("vertical-edges"), weights).remarks:
            expect(said).to_contain_text(str(remark))
    expect(page.locator("#exercise-count")).to_have_text("1 of 14 solved")
    is_fine(page, "filter")


def test_hints_come_in_steps(page: Page) -> None:
    opened = exercise(page, "Find vertical edges")
    hints = opened.get_by_role("list", name="Hints")
    for number in range(3):
        opened.get_by_role("button", name=f"Hint {number + 1} of 3").click()
        expect(hints.get_by_role("listitem")).to_have_count(number + 1)
    expect(opened.get_by_role("button", name=re.compile("^Hint"))).to_have_count(0)


def test_a_pixel_by_keyboard(page: Page) -> None:
    """The arrow keys choose it, Enter checks it."""
    opened = choose(page, "Which pixel won?")
    opened.get_by_label("Row 2, column 0: 1", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(opened.get_by_label("Row 2, column 1: 7", exact=True)).to_be_checked()
    opened.get_by_role("button", name="Check answer").focus()
    page.keyboard.press("Enter")
    expect(verdict(opened)).to_have_text(re.compile("^Solved."))
    is_fine(page, "pixel")


def test_numbers_and_signs(page: Page) -> None:
    """A wrong number has its author's remark; a nudge shows the engine's losses."""
    opened = choose(page, "How large is the output?")
    fields = opened.get_by_role("spinbutton")
    opened.get_by_role("button", name="Check answer").click()
    expect(verdict(opened)).to_have_text("Your answer is incomplete.")
    for place, value in enumerate(("26", "14", "14")):
        set_field(fields.nth(place), value)
    expect(check(opened, "Not yet.")).to_contain_text("The stride halves the number of places")
    set_field(fields.nth(1), "13")
    check(opened, "Solved.")
    opened = choose(page, "The sign of a gradient")
    group = opened.get_by_role("group", name=re.compile("^bias 7"))
    group.first.get_by_role("button", name="Up by 0.01").click()
    expect(group.first.locator("output")).to_contain_text("5.40504 →")
    for place, sign in enumerate(RIGHT["gradient-signs"]["nudged"]):
        opened.get_by_role("group").nth(place).get_by_label(sign, exact=True).check()
    check(opened, "Solved.")
    is_fine(page, "signs")


def test_a_kernel(page: Page) -> None:
    """The start is refused, hostile texts are refused with the page alive, a different right one solves it."""
    opened = choose(page, "Write LeakyReLU")
    expect(opened.get_by_role("textbox", name="Kernel source")).to_be_visible()
    said = check(opened, "Not yet.")
    expect(said).to_contain_text(str(grade(bundled_lab("leaky-relu"), start("leaky-relu")).remarks[0]))
    head = start("leaky-relu").partition("\n")[0]
    for body, words in (
        (
            "    for i in range(size):\n        for j in range(2000000000):\n            output[i] = 1.0\n",
            "steps allowed",
        ),
        ("    import os\n", "The compiler refuses this"),
        (f"    output[0] = {'(' * 190}1.0{')' * 190}\n", "Not yet."),
        (f"    output[0] = {'1.0 + ' * 480}1.0\n", "Not yet."),
        ("    leakyrelu_forward(output, input, slope, size)\n", "Write the computation yourself."),
    ):
        write(page, opened, f"{head}\n{body}")
        expect(check(opened, "Not yet.")).to_contain_text(words)
    write(page, opened, RIGHT["leaky-relu"]["with a branch and other names"])
    check(opened, "Solved.")
    is_fine(page, "kernel")


def test_a_receipt_made_here_is_verified_elsewhere(page: Page, playwright: Playwright, site_url: str) -> None:
    """On a desktop, and in the other browser's place Teach; a forged one is not."""
    opened = exercise(page, "Write LeakyReLU")
    opened.get_by_label("Your name (optional)").fill("Ada")
    opened.get_by_role("button", name="Copy receipt").click()
    field = opened.get_by_role("textbox", name="Receipt", exact=True)
    expect(field).to_have_value(re.compile("END SCNN RECEIPT"))
    made = field.input_value()
    (result,) = verify(made)
    assert result.status == "verified" and result.receipt and result.receipt.name == "Ada"
    if is_chromium(page):  # BiDi tells of no downloads
        with page.expect_download() as download:
            opened.get_by_role("button", name="Save receipt").click()
        assert download.value.suggested_filename == "leaky-relu.receipt.txt"
    lines = made.split("\n")
    forged = made.replace(lines[5][:4], "AAAA" if lines[5][:4] != "AAAA" else "BBBB")
    other = launch(playwright, "firefox" if is_chromium(page) else "chromium")
    elsewhere = other.new_page()
    elsewhere.goto(site_url + "#/teach")
    elsewhere.locator("#receipts").fill("\n".join([made, forged]), timeout=READY)
    elsewhere.locator("#check-receipts").click()
    expect(elsewhere.locator("#receipts-table tbody tr")).to_have_count(2, timeout=READY)
    expect(elsewhere.locator("#receipts-table .verdict.solved")).to_have_count(1)
    other.close()


def test_a_training_can_be_cancelled_and_has_its_curve(page: Page) -> None:
    opened = choose(page, "Why does the test loss rise?")
    answer = {**RIGHT["rising-test-loss"]["memorised"], "epochs": 40}
    for label, name in (("Images per class", "per_class"), ("Epochs", "epochs"), ("Learning rate", "learning_rate")):
        set_field(opened.get_by_role("spinbutton", name=label), str(answer[name]))
    opened.get_by_role("radio", name=re.compile("^It learns the training images by heart")).check()
    opened.get_by_role("button", name="Check answer").click()
    expect(opened.get_by_role("progressbar")).to_be_visible()
    opened.get_by_role("button", name="Cancel").click()
    expect(verdict(opened)).to_have_text("Cancelled.")
    opened = choose(page, "A learning rate that diverges")
    set_field(opened.get_by_role("spinbutton"), "10")
    said = check(opened, "Solved.")
    expect(said.get_by_role("img", name=re.compile("^Losses after 5 epochs"))).to_be_visible()
    is_fine(page, "training")


def test_layers(page: Page) -> None:
    """The number of weights follows the layers; too many are refused before the training."""
    opened = choose(page, "95 % with at most 2,000 weights")
    said = opened.get_by_role("status", name="Weights")
    expect(said).to_have_text("The network has 11,738 weights.")
    set_field(opened.get_by_label(re.compile("^filters of layer 1")), "2")
    expect(said).to_have_text("The network has 2,942 weights.")
    opened.get_by_label("Layer to add").select_option("MaxPool2D")
    opened.get_by_role("button", name="Add layer").click()
    expect(said).to_have_text("The network has 782 weights.")
    opened.get_by_role("button", name=re.compile("^Remove: layer 4")).click()
    expect(check(opened, "Not yet.")).to_contain_text("The network has 2942 weights; expected at most 2000.")
    is_fine(page, "layers")


def test_links_files_and_what_is_kept(page: Page) -> None:
    """In a page that was loaded again, by a link with a lab in it, in German and with parts hidden: what was solved,
    answered and shown is still there. Damaged and hostile links and files are named errors, with the page alive."""
    page.wait_for_timeout(1000)  # the newest change is kept after a pause
    text = json.dumps(NUMBERS)
    page.goto(f"{home(page)}?lang=de#/exercises?lab={pack_lab(text)}&hide=list,hints,header")
    own = exercise(page, NUMBERS["title"])
    expect(own).to_contain_text("Wie viele Zeilen?", timeout=READY)
    for hidden in (page.locator("#exercise-choice"), page.locator("nav a[href='#/']")):
        expect(hidden).to_be_hidden()
    page.evaluate("location.hash = '#/exercises?chosen=vertical-edges'")
    opened = exercise(page, "Finde senkrechte Kanten")
    expect(page.locator("#exercise-count")).to_contain_text("6")
    expect(page.locator("#exercise-list .solved")).to_have_count(6)
    expect(opened.locator(".verdict-part")).to_have_attribute("data-verdict", "solved")
    expect(opened.locator(".filter-grid input").nth(3)).to_have_value("-2")
    expect(opened.locator(".hints li")).to_have_count(3)
    page.evaluate("location.hash = '#/exercises?chosen=leaky-relu'")
    editor = exercise(page, "Schreibe LeakyReLU").locator(".kernel-editor")
    expect(editor).to_contain_text("def leaky(out")
    page.evaluate("location.hash = '#/exercises?exercise=momentum,leaky-relu,none&chosen=momentum'")
    expect(page.locator("#exercise-list li")).to_have_count(2)
    refusal = page.locator("#exercise-refusal")
    expect(refusal).to_contain_text("none")
    page.evaluate("location.hash = '#/exercises?lab=damaged'")
    expect(refusal).to_contain_text("the lab in the address is damaged")
    file = page.locator("#exercise-file")
    for name, data, said in (
        ("a.json", b'{"lab": 1, "id": "x", "title": "<img src=x onerror=alert(1)>"}', "text is missing"),
        ("b.json", b"[" * 100_000, "nested too deeply"),
        ("c.json", b"\xff\x00", "not JSON"),
        ("d.json", b" " * 2_000_000, "d.json"),
    ):
        file.set_input_files(FilePayload(name=name, mimeType="application/json", buffer=data))
        expect(refusal).to_contain_text(said)
    marked = {**NUMBERS, "title": "<b>Own</b>", "text": "<script>alert(1)</script>"}
    data = json.dumps(marked).encode()
    file.set_input_files(FilePayload(name="own.json", mimeType="application/json", buffer=data))
    opened = exercise(page, "<b>Own</b>")
    expect(opened).to_contain_text("<script>alert(1)</script>")
    expect(refusal).to_be_empty()
    set_field(opened.get_by_role("spinbutton"), "28")
    opened.locator(".row button").first.click()
    expect(opened.locator(".verdict-part")).to_have_attribute("data-verdict", "solved")
