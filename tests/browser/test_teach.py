"""The place Teach: the lesson, links for a class, receipts, large type, and the page on paper."""

import json
import re

import pytest
from builder.paths import ROOT, SOURCE
from playwright.sync_api import Page, expect

from scnn.labs.lab import bundled_lab, grade
from scnn.labs.receipt import make_receipt
from scnn.version import __version__
from tests.browser.person import READY, Maker, button, go, is_chromium, needs_chromium, opened
from tests.browser.test_access import AXE, violations

pytestmark = pytest.mark.browser

LAB = bundled_lab("vertical-edges")
RIGHT, WRONG = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """One page for all steps."""
    scheme = "dark" if request.param == 360 else "light"
    page = opened(new_page, site_url, "#/", viewport={"width": request.param, "height": 800}, color_scheme=scheme)
    go(page, "Teach")
    return page


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def pass_minutes(page: Page, minutes: float) -> None:
    """The clock of the browser goes forward, as if the tab had been hidden for so long."""
    page.evaluate(
        """minutes => {
            const now = Date.now;
            Date.now = () => now() + 60000 * minutes;
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        minutes,
    )


def test_the_lesson(page: Page) -> None:
    """Six steps that fill 45 minutes, each with a link to its place; a clock marks the current one, to the end."""
    steps = page.locator("#lesson > li")
    expect(steps).to_have_count(6)
    assert re.search("^40–45 min", steps.last.inner_text())
    places = steps.locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert places == ["#/", "#/see", "#/", "#/learn", "#/exercises?exercise=vertical-edges", "#/train"]
    clock = page.get_by_role("status", name="Clock of the lesson")
    button(page, "Start the clock").click()
    expect(clock).to_have_text("Minute 0: Draw, and be read; 5 minutes left.")
    pass_minutes(page, 24.5)
    expect(clock).to_have_text("Minute 24: Train from nothing; 1 minute left.")
    assert steps.evaluate_all("all => all.map(one => one.classList.contains('now'))").index(True) == 2
    pass_minutes(page, 21)
    expect(clock).to_have_text("The 45 minutes are over.")
    button(page, "Stop the clock").click()
    expect(clock).to_have_text("")
    assert fits(page)


def test_a_link_for_a_class(page: Page) -> None:
    """It has the exercises, what is hidden, and the language, and opens as it says."""
    link = page.get_by_label("Link for the class")
    before = re.sub(r"[?#].*", "", page.url)
    expect(link).to_have_value(f"{before}#/exercises")
    page.get_by_role("checkbox", name="Which pixel won?").check()
    page.get_by_role("checkbox", name=re.compile("^How large")).check()
    page.get_by_role("checkbox", name="the hints").check()
    page.get_by_role("checkbox", name="the links to the other places").check()
    page.get_by_role("combobox", name="Language").first.select_option("vi")
    query = "exercise=output-size,pixel-that-won&hide=header,hints&lang=vi"
    expect(link).to_have_value(f"{before}#/exercises?{query}")
    page.get_by_role("combobox", name="Place").select_option("see")
    expect(page.get_by_role("checkbox", name="the hints")).to_be_hidden()
    expect(link).to_have_value(f"{before}#/see?hide=header&lang=vi")
    page.goto(link.input_value())
    expect(page.locator("#state[data-state=ready]")).to_be_attached(timeout=READY)
    texts = json.loads((SOURCE / "texts" / "vi.json").read_text(encoding="utf-8"))
    expect(page.get_by_role("heading", name=texts["see.title"])).to_be_visible()
    expect(page.locator("header nav")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert "?lang=vi" in page.url  # it holds in the other places, too
    assert fits(page)
    page.goto(f"{before}?again#/teach")  # with another hash alone, nothing would be loaded
    expect(page.locator("#state[data-state=ready]")).to_be_attached(timeout=READY)


def test_receipts(page: Page) -> None:
    """Right, wrong and forged ones, and one that is cut off, each with its verdict; saved for a spreadsheet."""
    right, wrong = grade(LAB, RIGHT), grade(LAB, WRONG)
    honest, unsolved = make_receipt(LAB, RIGHT, right, "=Ada"), make_receipt(LAB, WRONG, wrong, "Bob")
    forged = make_receipt(LAB, WRONG, right, "Eve")
    damaged = re.sub("(.{40})\n-----END", "\n-----END", make_receipt(LAB, RIGHT, right, "Dan"))
    page.get_by_label("Receipts as text").fill(f"Class 7b\n{honest}\nand\n{unsolved}{forged}{damaged}")
    button(page, "Check receipts").click()
    said = page.get_by_role("status", name="Receipts", exact=True)
    expect(said).to_have_text("4 receipts were checked; right and solved: 1.", timeout=READY)
    table = page.get_by_role("table", name="Checked receipts")
    verdicts = table.locator("tbody tr").evaluate_all("all => all.map(one => one.cells[2].textContent)")
    assert verdicts == ["solved", "not solved", "refused", "damaged"]
    expect(table.get_by_role("row", name="=Ada")).to_contain_text("Find vertical edges")
    expect(table.get_by_role("row", name="Eve").locator("td").nth(2)).not_to_be_empty()
    page.get_by_label("Receipts as text").fill("nothing")
    if is_chromium(page):  # Firefox over BiDi has no downloads
        with page.expect_download() as saved:
            button(page, "Save as CSV").click()
        lines = saved.value.path().read_text(encoding="utf-8").splitlines()
        assert lines[0] == "name,exercise,verdict,why,sha256" and lines[1].startswith(
            '"\'=Ada","Find vertical edges"'
        )
    button(page, "Check receipts").click()
    expect(said).to_have_text(re.compile("^there is no receipt in this text"))
    expect(table).to_be_hidden()


def test_large_type_and_access(page: Page) -> None:
    """Large type stays after a reload, and fits; axe-core finds nothing; everything is reached by keyboard."""
    small = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    page.get_by_role("switch", name="Large type for a projector").check()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-type", "large")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") != small
    expect(page.locator("#link-exercises input")).to_have_count(14, timeout=READY)
    assert fits(page)
    page.evaluate(AXE())
    page.locator("#teach-place details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert violations(page) == []
    reached = set()
    page.get_by_role("switch", name="Large type for a projector").focus()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
        if "copy-citation" in reached:
            break
    wanted = "print lesson-clock link-place link-language class-link copy-link receipts check-receipts citation"
    assert set(wanted.split()) <= reached
    page.get_by_role("switch", name="Large type for a projector").uncheck()
    expect(page.locator("html")).not_to_have_attribute("data-type", "large")
    cited = page.locator("#citation").inner_text()
    title = re.search('^title: "(.*)"$', (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert title and title[1] in cited and f"version = {{{__version__}}}" in cited


def test_on_paper(page: Page) -> None:
    """The lesson and every answer are printed, and no control."""
    needs_chromium(page, "media")
    page.locator("#teach-place details").evaluate_all("all => all.forEach(one => { one.open = false; })")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_text("The page fetches its own files and sends nothing")).to_be_visible()
    for hidden in ("header", "footer", "#link-form", "#check-receipts", "#lesson-clock"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#teach-place details[open]")).to_have_count(0)
    page.emulate_media(media="screen")
    go(page, "Start")
