"""Digits on paper: photos that are chosen, dropped, pasted or taken, and several digits in one drawing."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from scnn.data.bundled import load_digits
from tests.browser.person import (
    Maker,
    begin_again,
    button,
    circle,
    is_chromium,
    line,
    opened,
    prediction,
    stroke,
    train_to_the_end,
    wait_for,
)
from tests.browser.pictures import drop_files, paste_file, payload
from tests.browser.test_access import AXE, violations
from tests.conftest import Tried
from tests.formats.test_picture_header import png
from tests.photographs import KINDS, photograph

pytestmark = pytest.mark.browser

PAPERS = Path(__file__).parents[1] / "fixtures" / "papers"
THIRTYTHREE = PAPERS / "thirtythree.png"
BUSY = 30_000  # milliseconds for a photo


def said(page: Page) -> Locator:
    return page.get_by_role("status", name="Photo")


def choose(page: Page, file: Path | FilePayload) -> None:
    page.locator("#photo-file").set_input_files(file)


def read(page: Page, file: Path | FilePayload) -> str:
    """The number that the page reads on a photo."""
    name = file.name if isinstance(file, Path) else file["name"]
    choose(page, file)
    expect(said(page)).to_have_text(re.compile(f"^Found .* on {re.escape(name)}: "), timeout=BUSY)
    return said(page).inner_text().rsplit(": ")[1].removesuffix(".")


def chosen_digit(page: Page) -> str:
    """The digit that is marked on the photo; the list marks the same one."""
    marked = page.locator("#photo-boxes span").evaluate_all("all => all.map(one => one.matches('.chosen'))")
    if len(marked) > 1:
        pressed = page.locator("#digits button").evaluate_all("all => all.map(one => one.ariaPressed === 'true')")
        assert pressed == marked
    assert marked.count(True) == 1
    return str(marked.index(True))


def input_pixels(page: Page) -> list[int]:
    """The ink of the picture "What the network sees"."""
    found: list[int] = page.locator("#seen").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 3)"
    )
    return found


def test_photographs_of_several_kinds(page: Page) -> None:
    """Decoded, scaled and found in the browser, whose pixels differ a little from Pillow's."""
    begin_again(page)
    _, digits = load_digits()
    wrong = []
    for kind in list(KINDS)[::4]:
        image, label = photograph(kind, 1, digits)
        number = read(page, payload(image, f"{kind}.png"))
        if number != str(label):
            wrong.append(f"{kind}: {number} instead of {label}")
    assert not wrong


@pytest.mark.parametrize("width", [360, 1440])
def test_a_photo_of_two_digits(new_page: Maker, site_url: str, width: int) -> None:
    """They are read as a number; each can be chosen, by pointer and keyboard, and shows its own probabilities."""
    page = opened(new_page, site_url, viewport={"width": width, "height": 800})
    if is_chromium(page):
        with page.expect_file_chooser() as chooser:
            button(page, "Read a photo").click()
        assert not chooser.value.is_multiple()
    two = Image.new("RGB", (640, 420), (232, 230, 225))
    draw = ImageDraw.Draw(two)
    draw.line((160, 90, 150, 330), fill=(30, 30, 60), width=26)
    draw.ellipse((350, 90, 510, 330), outline=(30, 30, 60), width=26)
    assert read(page, payload(two, "ten.png")) == "10"
    prediction(page).to_have_text(re.compile("^10: 2 digits.* network that comes with the page"))
    listed = page.get_by_role("list", name="Digits").get_by_role("button")
    for index, digit in enumerate("10"):
        words = re.compile(rf"^Digit {index + 1} of 2: {digit} with a probability of (more than )?[0-9]+\s%$")
        expect(listed.nth(index)).to_have_accessible_name(words)
    assert chosen_digit(page) == "0"
    one = input_pixels(page)
    expect(page.locator("#bars .chosen span").first).to_have_text("1")
    listed.nth(1).click()
    assert chosen_digit(page) == "1"
    expect(page.locator("#bars .chosen span").first).to_have_text("0")
    assert input_pixels(page) != one
    page.locator("#photo-boxes span").first.click()
    assert chosen_digit(page) == "0" and input_pixels(page) == one
    listed.nth(1).focus()
    page.keyboard.press("Enter")
    assert chosen_digit(page) == "1"
    boxes = page.locator("#photo-boxes span").evaluate_all(
        """all => {
            const whole = document.querySelector("#photo-picture").getBoundingClientRect();
            return all.map((one) => one.getBoundingClientRect())
                .map((box) => [(box.left - whole.left) / whole.width, (box.right - whole.left) / whole.width]);
        }"""
    )
    assert boxes[0] == pytest.approx([138 / 640, 175 / 640], abs=0.02)
    assert boxes[1] == pytest.approx([350 / 640, 510 / 640], abs=0.02)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE())
    assert violations(page) == []
    button(page, "Remove photo").click()
    prediction(page).to_have_text(re.compile("^Draw a digit"))
    expect(page.locator("#photo")).to_be_hidden()


def test_two_digits_in_a_drawing(page: Page) -> None:
    """The number, and each digit's probabilities; the chosen one is inspected and taught."""
    begin_again(page)
    stroke(page, line(0.25, 0.2, 0.25, 0.8))
    stroke(page, circle(0.7, 0.5, 0.15, 0.3))
    prediction(page).to_have_text(re.compile("^10: 2 digits"), timeout=BUSY)
    listed = page.get_by_role("list", name="Digits").get_by_role("button")
    expect(listed).to_have_count(2)
    expect(page.locator("#bars .chosen span").first).to_have_text("1")
    listed.nth(1).click()
    expect(page.locator("#bars .chosen span").first).to_have_text("0")
    page.get_by_role("combobox", name="That was a").select_option("6")
    button(page, "Teach it").click()
    wait_for(page, "finished", timeout=60_000)
    prediction(page).to_have_text(re.compile("^16: 2 digits"))
    expect(listed.nth(1)).to_have_attribute("aria-pressed", "true")
    button(page, "Undo").click()
    prediction(page).to_have_text(re.compile("^1, with"))
    expect(page.get_by_role("list", name="Digits")).to_be_hidden()


def test_photos_are_dropped_and_pasted(page: Page) -> None:
    """Also where the browser gives no entry for a file; what is dragged within the page is left alone."""
    begin_again(page)
    two = payload(Image.open(THIRTYTHREE), "33.png")
    assert drop_files(page.locator("#loss-chart"), two)
    expect(said(page)).to_have_text("Found 2 digits on 33.png: 33.", timeout=BUSY)
    button(page, "Clear drawing").click()
    expect(said(page)).to_have_text(re.compile("^Digits on paper: "))
    assert paste_file(page, {**two, "name": "image.png"})
    expect(said(page)).to_have_text("Found 2 digits on image.png: 33.", timeout=BUSY)
    text: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"33"}
    assert not paste_file(page, text)
    assert drop_files(page.locator("body"), text)
    expect(page.get_by_role("status", name="Files")).to_have_text(
        re.compile("^notes.txt cannot be used here. Drop a")
    )
    left_alone = """() => {
        const data = new DataTransfer();
        data.setData("text/plain", "7");
        const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector("#seed").dispatchEvent(event);
        return !event.defaultPrevented;
    }"""
    assert page.evaluate(left_alone)


def test_a_photo_is_the_subject_until_something_is_drawn(page: Page) -> None:
    """It is read again by the network that was trained meanwhile, and can be taught."""
    begin_again(page)
    stroke(page, circle(0.5, 0.5, 0.2, 0.3))
    assert read(page, PAPERS / "squared.png") == "3"
    expect(button(page, "Undo")).to_be_disabled()
    prediction(page).to_have_text(re.compile("^3, .*comes with the page"))
    train_to_the_end(page)  # to tell 0, 1 and 2 apart
    prediction(page).to_have_text(re.compile("^[012], .* knows only 0, 1 and 2"), timeout=BUSY)
    page.get_by_role("combobox", name="That was a").select_option("1")
    button(page, "Teach it").click()
    wait_for(page, "finished", timeout=60_000)
    prediction(page).to_have_text(re.compile("^1, "), timeout=BUSY)
    stroke(page, circle(0.5, 0.5, 0.2, 0.3))
    expect(page.locator("#photo")).to_be_hidden()
    prediction(page).to_have_text(re.compile("^0, "), timeout=BUSY)


def test_a_photo_that_was_taken_sideways(page: Page) -> None:
    """It is turned by the camera's note, also if it is so large that it is scaled while it is decoded."""
    begin_again(page)
    assert read(page, PAPERS / "sideways.jpg") == "3"
    _, digits = load_digits()
    image, label = photograph("plain", 1, digits)
    image = image.resize((2800, 3600)).rotate(90, expand=True)
    note = Image.Exif()
    note[0x112] = 6  # turn right
    assert read(page, payload(image, "large.jpg", exif=note)) == str(label)
    size = page.locator("#photo-picture").evaluate("canvas => [canvas.width, canvas.height]")
    assert size == [498, 640]


def test_a_photo_of_48_megapixels(page: Page, tried: Tried) -> None:
    """It is read, at the size that the search for digits needs."""
    begin_again(page)
    image = Image.new("L", (8000, 6000), 225)
    ImageDraw.Draw(image).line((4000, 1500, 3900, 4400), fill=40, width=260)
    assert read(page, payload(image, "phone.jpg")) == "1"
    assert page.locator("#photo-picture").evaluate("canvas => [canvas.width, canvas.height]") == [640, 480]
    tried("a photo of 48 megapixels", "its digits")


def saved(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


NOISE = saved(Image.effect_noise((300, 200), 60))
BLANK = saved(Image.new("L", (300, 200), 230))
UNREADABLE: dict[str, tuple[str, bytes, str]] = {
    "a photo without ink": ("blank.png", BLANK, "^No digit was read on blank.png: .*"),
    "a photo that is not a picture": ("notes.png", b"words", "^notes.png: the file is not a picture; expected PNG"),
    "a photo of no bytes": ("empty.png", b"", "^empty.png: the file is not a picture"),
    "a photo that is truncated": (
        "torn.png",
        NOISE[:60],
        "torn.png: (this browser cannot decode|there is no ink)",
    ),
    "a photo of 20,000 × 20,000 pixels": ("huge.png", png(20_000, 20_000), "20000×20000 pixels; expected at most"),
}


def test_pictures_that_cannot_be_read(page: Page, tried: Tried) -> None:
    """The page says why, and what was shown stays."""
    begin_again(page)
    assert read(page, THIRTYTHREE) == "33"
    for fault, (name, content, words) in UNREADABLE.items():
        choose(page, {"name": name, "mimeType": "image/png", "buffer": content})
        expect(said(page)).to_have_text(re.compile(words), timeout=BUSY)
        tried(fault, said(page).inner_text())
        prediction(page).to_have_text(re.compile("^33: 2 digits"))
        expect(page.locator("#photo")).to_be_visible()
