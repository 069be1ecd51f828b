"""What a person does on the page and sees of it, for all tests in browsers."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, LocatorAssertions, Page, expect  # type: ignore[attr-defined]

READY = 60_000  # milliseconds for the worker to come up
TRAINED = 60_000  # milliseconds for a training, or the interpreter's first epochs

Maker = Callable[..., Page]


def state(page: Page) -> Locator:
    return page.get_by_role("status", name="State")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def wait_for(page: Page, word: str, timeout: float = READY) -> None:
    expect(state(page)).to_have_text(re.compile(f"^{word}"), timeout=timeout)


BARE = "bare.html"  # a page of the site's origin with nothing on it
PAPER = "?experiment=paper&seed=1"  # the smallest experiment, whose trainings take less than a second


def opened(new_page: Maker, site_url: str, address: str = f"{PAPER}#/train", **settings: object) -> Page:
    """A new page at an address within the site, which may be served at an origin of the page's own."""
    page = new_page(shared=True, **settings)
    page.goto(home(page, site_url) + address)
    wait_for(page, "ready")
    return page


def home(page: Page, site_url: str = "") -> str:
    """The address of the site where the page is, at an origin of its own perhaps; `site_url` if it is nowhere yet."""
    return re.sub(rf"({BARE})?([?#].*)?$", "", page.url) if page.url != "about:blank" else site_url


def fresh(page: Page, query: str = PAPER, place: str = "train") -> Page:
    """The page from its beginning, at one of its places."""
    page.bring_to_front()  # another page of the same context may have been opened since
    before, address = re.sub(r"#.*", "", page.url), home(page) + query
    page.goto(f"{address}#/{place}")
    if before == address:
        page.reload()  # an address that differs by its hash alone loads nothing
    wait_for(page, "ready")
    return page


def begin_again(page: Page, experiment: str = "paper", **settings: str) -> None:
    """The page as good as new, for tests that are not about how it starts: no training, no drawing, no photo, and an
    experiment's settings but for those that are given by the ids of their fields. A fresh page costs six to nine
    seconds of a processor, and this next to none."""
    page.evaluate("""() => {
        location.hash = "#/train";
        document.querySelectorAll("#train details").forEach((one) => { one.open = false; });
    }""")
    expect(page.locator("[data-place=train]")).to_be_visible()
    if button(page, "Reset").is_enabled():
        button(page, "Reset").click()
    wait_for(page, "ready")
    button(page, "Clear drawing").click()
    for name, value in {"experiment": experiment, "engine": "compiled", "seed": "1", **settings}.items():
        set_field(page.locator(f"#{name}"), value)
        expect(page.locator(f"#{name}")).to_have_value(value)


def go(page: Page, place: str) -> None:
    """To another place by its link."""
    page.get_by_role("navigation").get_by_role("link", name=place, exact=True).click()
    expect(page.locator(f"[data-place={place.lower()}]")).to_be_visible()


def choose_depth(page: Page, depth: str) -> None:
    """Picture, Numbers or Code."""
    page.get_by_role("radio", name=depth, exact=True).check(force=True)
    expect(page.locator("html")).to_have_attribute("data-depth", depth.lower())


def numbers(page: Page, chart: str) -> list[float]:
    """The figures in the chart's own summary: epoch, training, test."""
    words = page.locator(f"#{chart.lower()}-summary").inner_text()
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", words)]


def coloured_pixels(page: Page, chart: str, colour: str) -> int:
    """How many pixels of the chart's canvas are of the series' colour (a CSS variable), nearly."""
    count: int = page.get_by_role("img", name=chart, exact=True).evaluate(
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
    return count


def circle(cx: float, cy: float, rx: float, ry: float) -> list[tuple[float, float]]:
    turns = [step / 40 * 2 * math.pi for step in range(41)]
    return [(cx + rx * math.sin(turn), cy - ry * math.cos(turn)) for turn in turns]


def line(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0 + (x1 - x0) * step / 20, y0 + (y1 - y0) * step / 20) for step in range(21)]


def still(canvas: Locator) -> FloatRect:
    """Where the canvas is once the page no longer scrolls: pictures that were just chosen scroll into view, too."""
    before = None
    while True:
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        if box and box == before:
            return box
        before = box
        canvas.page.wait_for_timeout(100)


def stroke(page: Page, points: list[tuple[float, float]]) -> None:
    """One stroke with the mouse; points are shares of the canvas."""
    canvas = page.get_by_role("application", name="Draw a digit", exact=True)
    box = still(canvas)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def set_field(field: Locator, value: str) -> None:
    """Fills a field and leaves it, as a person does; over BiDi, `fill` adds to what a number field holds."""
    field.evaluate(
        """(field, value) => {
            field.value = value;
            for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
        }""",
        value,
    )


def train_to_the_end(page: Page) -> None:
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)


def wait_until_kept(page: Page) -> None:
    """Until the page has seen an epoch of this training written into the browser's storage."""
    storage = page.get_by_role("status", name="Storage")
    expect(storage).to_have_attribute("data-kept", re.compile(r"\d"), timeout=TRAINED)
    expect(storage).to_have_text("")


def settled(shown: Locator) -> str:
    """Its text once that stays the same: a drawing is read again while the last strokes arrive."""
    before, now = "", shown.inner_text()
    while now != before:
        shown.page.wait_for_timeout(500)
        before, now = now, shown.inner_text()
    return now


def prediction(page: Page) -> LocatorAssertions:
    return expect(page.get_by_role("status", name="Prediction"))


def sha256(page: Page) -> str:
    return page.locator("#sha256").inner_text()


def open_all(page: Page) -> None:
    """Every part that can be folded is unfolded."""
    page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")


def needs_chromium(page: Page, words: str) -> None:
    browser = page.context.browser
    if not browser or browser.browser_type.name != "chromium":
        pytest.skip(f"Playwright cannot do this with Firefox over WebDriver BiDi: {words}")


def is_chromium(page: Page) -> bool:
    return bool(page.context.browser and page.context.browser.browser_type.name == "chromium")


def fails(page: Page, words: str) -> str:
    """Waits for the page to say so, with a way on; what it says."""
    said = page.locator("#failure-text")
    expect(said).to_have_text(re.compile(words), timeout=40_000)
    expect(button(page, "Try again")).to_be_visible()
    wait_for(page, "failed")
    return re.sub(r"scnn-[\d.]+-py3", "scnn-…-py3", said.inner_text())


def try_again(page: Page) -> None:
    with page.expect_navigation(wait_until="commit"):
        button(page, "Try again").click()


def epoch_shown(page: Page) -> int:
    found = re.search(r"After epoch (\d+):", page.locator("#loss-summary").inner_text())
    return int(found[1]) if found else 0
