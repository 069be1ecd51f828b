"""The page in other languages, on a phone: chosen by the browser, the address or the person. In one browser: what
does not depend on it is in tests/site/test_languages.py."""

import json
import re
from typing import Any

import pytest
from builder.paths import SOURCE
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import READY, Maker, button, open_all

pytestmark = pytest.mark.browser

PLACES = ("start", "see", "learn", "train", "code", "exercises", "teach")
PHONE = {"viewport": {"width": 360, "height": 640}}


def catalogue(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((SOURCE / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    return texts


ENGLISH, VIETNAMESE = catalogue("en"), catalogue("vi")
# Sentences that must not be on a page in another language.
SENTENCES = [
    re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", value).replace("*", "")
    for key, value in ENGLISH.items()
    if isinstance(value, str) and len(value.split()) > 2 and "{" not in value and value != VIETNAMESE.get(key)
]


def ready(page: Page) -> None:
    expect(page.locator("#state[data-state=ready]")).to_be_attached(timeout=READY)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture(scope="module")
def page(new_page: Maker, browser: Browser, site_url: str) -> Page:
    if browser.browser_type.name != "chromium":
        pytest.skip("one browser: the catalogue does not depend on it")
    page = new_page(locale="vi-VN", **PHONE)
    page.goto(site_url)
    ready(page)
    return page


def test_every_place_in_the_browser_s_language(page: Page) -> None:
    """Title, texts and names are Vietnamese, no English sentence is left, and nothing is wider than the phone."""
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    first = button(page, VIETNAMESE["start.train"]).bounding_box()
    assert first and first["y"] + first["height"] <= 640, "the first button stands on the first screen"
    expect(page).to_have_title(re.compile(f"^{VIETNAMESE['nav.start']} – "))
    button(page, VIETNAMESE["start.sample"].format(digit=7)).click()
    expect(page.get_by_role("status", name=VIETNAMESE["prediction.label"])).to_have_text(
        re.compile(r"^Chữ số 7 này được đọc là 7, với xác suất .*%\.$")
    )
    for place in PLACES:
        page.evaluate("place => { location.hash = `#/${place}`; }", "" if place == "start" else place)
        expect(page.locator(f"[data-place={place}] h1")).to_be_visible()
        open_all(page)
        page.wait_for_timeout(500)  # answers of the worker are shown
        words = page.locator("body").inner_text()
        assert [one for one in SENTENCES if one in words] == [], place
        assert fits(page), place


def test_another_language_is_chosen(page: Page) -> None:
    """At once if nothing trains; it stays on the device; the address's ?lang is stronger."""
    page.get_by_role("combobox", name=VIETNAMESE["page.language"]).last.select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de", timeout=READY)
    ready(page)
    german = catalogue("de")
    expect(page.get_by_role("heading", level=1)).to_have_text(german["teach.title"])
    page.reload()
    ready(page)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto(re.sub(r"[?#].*", "", page.url) + "?lang=es#/train")
    ready(page)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("combobox", name=catalogue("es")["settings.experiment"]).select_option("paper")
    button(page, catalogue("es")["state.train"]).click()
    finished = re.compile(r"^terminado – el \d+(,\d)?\s% de los dígitos de prueba se reconoce bien, en ")
    expect(page.locator("#state")).to_have_text(finished, timeout=READY)
    assert "lang=es" in page.url


def test_without_the_texts_of_a_language(new_page: Maker, page: Page, site_url: str) -> None:
    """The page is English then, and works."""
    other = new_page(locale="de", errors_expected=True, **PHONE)
    other.route("**/texts/de.json", lambda route: route.abort())
    other.goto(site_url)
    ready(other)
    expect(other.locator("html")).to_have_attribute("lang", "en")
    expect(other.get_by_role("heading", level=1)).to_have_text(ENGLISH["start.title"])
    assert page.url != other.url
