"""Photos where the page still starts, or the browser lacks functions, returns noise or has a camera."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.person import Maker, button, home, is_chromium, opened, wait_for
from tests.browser.test_photo import BUSY, PAPERS, THIRTYTHREE, choose, read, said
from tests.conftest import Tried

pytestmark = pytest.mark.browser


def test_a_photo_that_is_chosen_while_python_starts(new_page: Maker, site_url: str) -> None:
    """It is read as soon as it can be."""
    page = new_page(shared=True)
    page.goto(home(page, site_url), wait_until="commit")
    page.wait_for_function("() => globalThis.document.querySelector('#state')?.textContent.includes('Python')")
    choose(page, THIRTYTHREE)
    expect(said(page)).to_have_text("Found 2 digits on thirtythree.png: 33.", timeout=60_000)


def test_photos_without_create_image_bitmap(new_page: Maker, site_url: str) -> None:
    """An <img> decodes them, upright."""
    page = new_page(shared=True)
    page.add_init_script("delete globalThis.createImageBitmap; delete globalThis.OffscreenCanvas")
    page.goto(home(page, site_url))
    wait_for(page, "ready")
    assert read(page, PAPERS / "sideways.jpg") == "3"


def test_noise_instead_of_pixels(new_page: Maker, site_url: str, tried: Tried) -> None:
    """Protection against fingerprinting is named."""
    page = new_page(shared=True)
    page.add_init_script(
        """const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
        OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...all) {
            const image = read.apply(this, all);
            image.data.forEach((level, at) => { image.data[at] = level ^ 1; });
            return image;
        }"""
    )
    page.goto(home(page, site_url))
    wait_for(page, "ready")
    choose(page, THIRTYTHREE)
    expect(said(page)).to_have_text(re.compile("protection against fingerprinting"))
    tried("protection against fingerprinting", said(page).inner_text())


def test_a_phone_offers_its_camera(new_page: Maker, site_url: str) -> None:
    """On touch screens, a second button opens the rear camera; other computers do not have it."""
    page = opened(new_page, site_url)
    expect(button(page, "Take a photo")).to_be_hidden()
    if is_chromium(page):
        page = opened(new_page, site_url, has_touch=True, is_mobile=True, viewport={"width": 360, "height": 700})
        with page.expect_file_chooser() as chooser:
            button(page, "Take a photo").click()
        chooser.value.set_files(THIRTYTHREE)
        expect(said(page)).to_have_text("Found 2 digits on thirtythree.png: 33.", timeout=BUSY)
    field = page.locator("#photo-camera")
    expect(field).to_have_attribute("capture", "environment")
    expect(field).to_have_attribute("accept", "image/*")
