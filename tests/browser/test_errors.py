"""No error goes unseen: whatever raises in the page's own Python, or in its worker, reaches the person."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from builder.paths import SITE, SOURCE
from builder.widgets import bytecode
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.person import PAPER, Maker, button, home, line, stroke, wait_for

pytestmark = pytest.mark.browser

PAPERS = Path(__file__).parents[1] / "fixtures" / "papers"


def open_photo(page: Page) -> None:
    page.locator("#photo-file").set_input_files(PAPERS / "thirtythree.png")


def choose_number(page: Page) -> None:
    """Taps the image of the diagram, once it is shown."""
    expect(page.locator(".layers img").first).to_be_visible()
    page.locator(".sheet").first.click()


# For each widget, a method of it in which an error is made, and what a person does that calls it.
MADE: dict[str, tuple[str, Callable[[Page], object]]] = {
    "chart": ("def add_points(self", lambda page: button(page, "Train").click()),
    "confusion": ("def show(self", lambda page: button(page, "Train").click()),
    "drawing": ("def begin(self", lambda page: stroke(page, line(0.5, 0.2, 0.5, 0.8))),
    "photo": ("def show(self", open_photo),
    "reading": ("async def read_all(self", lambda page: stroke(page, line(0.5, 0.2, 0.5, 0.8))),
    "progress": ("def update(self", lambda page: button(page, "Train").click()),
    "training": ("def start(self", lambda page: button(page, "Train").click()),
    "settings": ("def message(self", lambda page: button(page, "Train").click()),
    "files": ("def save(self", lambda page: button(page, "Save model").click()),
    "connection": ("async def offer_saved(self", lambda _: None),
    "start": ("def show_reader(self", lambda _: None),
    "diagram": ("def choose(self, name", choose_number),
}


def with_an_error(page: Page, name: str, head: str, folder: Path) -> None:
    """Serves the widget with an error at the beginning of one of its methods."""
    packed = json.loads((SITE / "widgets.json").read_text(encoding="utf-8"))
    text = (SOURCE / "widgets" / f"{name}.py").read_text(encoding="utf-8")
    assert text.count(head) == 1, f"{name}.py has no single {head}"
    broken = re.sub(rf"({re.escape(head)}[^\n]*:\n)", r"\1        raise ValueError('made for the test')\n", text)
    path = folder / f"{name}.py"
    path.write_text(broken, encoding="utf-8")

    def answer(route: Route) -> None:
        route.fulfill(json={**packed, f"{name}.mpy": bytecode(path)})

    page.route("**/widgets.json", answer)


@pytest.mark.parametrize("name", MADE)
def test_an_error_in_a_widget_is_shown(
    browser: Browser, new_page: Maker, site_url: str, name: str, tmp_path: Path
) -> None:
    """The box says that something went wrong, with the traceback for those who want it."""
    head, act = MADE[name]
    if browser.browser_type.name != "chromium" and name not in ("chart", "training"):
        pytest.skip("one handler that fails and one task are enough in a second browser")
    page = new_page(errors_expected=True, shared=True)
    with_an_error(page, name, head, tmp_path)
    page.goto(home(page, site_url) + PAPER)
    wait_for(page, "ready")
    act(page)
    expect(page.locator("#failure-text")).to_have_text(
        re.compile("^Something on this page went wrong"), timeout=20_000
    )
    expect(page.locator("#failure-details")).to_have_text(re.compile("made for the test"), use_inner_text=False)


def test_every_handler_and_task_is_watched() -> None:
    """Widgets listen and start tasks through widgets.dom alone, which reports what is raised."""
    for path in (SOURCE / "widgets").glob("*.py"):
        for line_ in path.read_text(encoding="utf-8").splitlines() if path.name != "dom.py" else ():
            if re.search(r"addEventListener|create_task", line_):
                assert "event.preventDefault()" in line_, f"{path.name}: {line_.strip()}"
