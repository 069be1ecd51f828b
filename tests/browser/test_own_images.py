"""Own images: folders, loose pictures, class by class, thousands of pictures, photos of paper."""

import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.person import (
    Maker,
    button,
    fresh,
    is_chromium,
    needs_chromium,
    numbers,
    open_all,
    opened,
    set_field,
    state,
    train_to_the_end,
    wait_for,
)
from tests.browser.pictures import drop_files, payload
from tests.browser.test_access import AXE, violations
from tests.conftest import Tried

pytestmark = pytest.mark.browser

BUSY = 60_000  # milliseconds until some pictures are read
TURN_RIGHT = 6  # EXIF: the camera was held sideways


def own(page: Page) -> Locator:
    return page.get_by_role("status", name="Own images")


def classes(page: Page) -> Locator:
    return page.get_by_role("list", name="Classes").get_by_role("listitem")


def bar(upright: bool, number: int, sideways: bool = False) -> FilePayload:
    """A photo of squared paper with a thick line, upright or level; `sideways`: as a turned camera saves it."""
    image = Image.new("RGB", (240, 320), (222, 218, 208))
    draw = ImageDraw.Draw(image)
    for place in range(0, 320, 20):
        draw.line((0, place, 240, place), fill=(165, 180, 205))
        draw.line((place, 0, place, 320), fill=(165, 180, 205))
    shift = 6 * number
    line = (90 + shift, 60, 94 + shift, 260) if upright else (40, 150 + shift, 200, 146 + shift)
    draw.line(line, fill=(40, 40, 90), width=14)
    settings = {}
    if sideways:
        note = Image.Exif()
        note[0x112] = TURN_RIGHT
        image, settings = image.rotate(90, expand=True), {"exif": note}
    return payload(image, f"{'upright' if upright else 'level'} {number}.jpg", **settings)


def add(page: Page, name: str, *files: FilePayload) -> None:
    """Adds pictures to a class by its name."""
    page.get_by_role("textbox", name="Class").fill(name)
    page.locator("#own-files").set_input_files(list(files))
    expect(classes(page).filter(has_text=f"{name}: ")).to_be_visible(timeout=BUSY)
    expect(page.get_by_role("progressbar", name="Pictures read")).to_be_hidden()


def save(file: FilePayload, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file["name"]).write_bytes(file["buffer"])


def test_classes_are_collected_one_by_one(new_page: Maker, site_url: str) -> None:
    """On a tablet that cannot choose folders: by name, from the camera or its pictures; they train, photos of squared
    paper are read by their ink, and upright as the camera notes it."""
    page = new_page(viewport={"width": 360, "height": 800})
    page.add_init_script("delete HTMLInputElement.prototype.webkitdirectory")
    page.goto(f"{site_url}?experiment=paper#/train")
    wait_for(page, "ready")
    open_all(page)
    expect(page.get_by_label("Folder of pictures")).to_be_hidden()
    button(page, "Add pictures").click()
    expect(own(page)).to_have_text("Type the name of the class first.")
    add(page, "upright", *(bar(True, number, sideways=number % 2 == 0) for number in range(10)))
    expect(own(page)).to_have_text("To train, at least 2 classes need 2 pictures each: add more.")
    add(page, "one", bar(False, 1))
    add(page, "level", *(bar(False, number, sideways=number % 2 == 1) for number in range(9)))
    expect(own(page)).to_have_text(
        "Images of level, upright: 16 for training, 3 for testing. Press Train to train on them. "
        "Left out: one, with one picture only; a class needs two."
    )
    add(page, "level", bar(False, 9))
    expect(own(page)).to_contain_text("Images of level, upright: 16 for training, 4 for testing.")
    expect(classes(page)).to_have_text(
        [re.compile("^level: 10 pictures"), re.compile("^one: 1 picture "), re.compile("^upright: 10 pictures")]
    )
    button(page, "Remove the class one").click()
    expect(classes(page)).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(AXE())
    assert violations(page) == []
    set_field(page.get_by_label("Epochs"), "60")
    train_to_the_end(page)
    assert numbers(page, "Accuracy")[1:] == [100, 100]
    camera = page.locator("#own-camera")
    expect(camera).to_have_attribute("capture", "environment")


def test_loose_pictures_get_a_class_by_asking(page: Page) -> None:
    """Pictures without a folder, dropped as the browser's own downloads are: without entries."""
    fresh(page)
    field = page.get_by_role("textbox", name="Class")
    assert drop_files(page.locator("body"), bar(True, 0), bar(True, 1))
    expect(own(page)).to_have_text(re.compile("^2 pictures have no folder that names their class. Type the class"))
    expect(field).to_be_focused()
    field.press("Enter")
    expect(own(page)).to_have_text("Type the name of the class first.")
    field.fill("upright")
    field.press("Enter")
    expect(classes(page)).to_have_text([re.compile("^upright: 2 pictures")], timeout=BUSY)
    assert drop_files(page.locator("#own-message"), bar(False, 0))  # a single picture, dropped on the own images
    expect(own(page)).to_have_text(re.compile("^1 picture has no folder"))
    button(page, "Leave them out").click()
    expect(own(page)).to_have_text("")
    assert drop_files(page.locator("#own-message"), bar(False, 0), bar(False, 1))
    field.fill("level")
    button(page, "Add pictures").click()
    expect(own(page)).to_contain_text("Images of level, upright: 2 for training, 2 for testing.", timeout=BUSY)
    expect(state(page)).to_have_text(re.compile("^ready"))


UNREADABLE = {
    "an own image that is damaged": "1 file was skipped. The first: torn.jpg: ",
    "an own image without ink": "1 file was skipped. The first: blank.png: .*there is nothing to read",
}


def test_pictures_that_are_skipped(page: Page, tried: Tried) -> None:
    """The others are used; the first that was not is named with the reason."""
    fresh(page)
    open_all(page)
    add(page, "level", bar(False, 1), bar(False, 2))
    torn = bar(True, 3)
    torn = {**torn, "name": "torn.jpg", "buffer": b"GIF89a" + bytes(40)}
    blank = payload(Image.new("RGB", (90, 90), (230, 230, 230)), "blank.png")
    page.get_by_role("textbox", name="Class").fill("upright")
    for fault, file in zip(UNREADABLE, (torn, blank), strict=True):
        page.locator("#own-files").set_input_files([bar(True, 1), bar(True, 2), file])
        expect(own(page)).to_have_text(re.compile(f"for testing.*{UNREADABLE[fault]}"), timeout=BUSY)
        tried(fault, own(page).inner_text().split("Press Train to train on them. ")[1])


def test_thousands_of_pictures(page: Page, tmp_path: Path, tried: Tried) -> None:
    """5,000 are chosen evenly from all classes before any is read; the progress bar counts, and Cancel leaves the
    images before as they were."""
    needs_chromium(page, "choosing a folder")
    fresh(page)
    open_all(page)
    folder = tmp_path / "many"
    for number in range(5040):
        name = "few" if number < 40 else "many"
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / f"{number}.png").write_bytes(small_picture(number))
    add(page, "kept", bar(True, 0), bar(True, 1))
    page.get_by_label("Folder of pictures").set_input_files(folder)
    reading = page.get_by_role("progressbar", name="Pictures read")
    expect(reading).to_be_visible(timeout=BUSY)
    expect(page.locator("#own-count")).to_have_text(
        re.compile("^([2-9]|[0-9]{2,}) of 5,000 pictures read"), timeout=BUSY
    )
    assert reading.evaluate("bar => bar.max") == 5000
    before = reading.evaluate("bar => bar.value")
    page.wait_for_function("before => document.querySelector('#own-progress').value > before", arg=before)
    button(page, "Cancel").click()
    expect(own(page)).to_have_text("Cancelled. Your images are as they were before.")
    expect(reading).to_be_hidden()
    expect(classes(page)).to_have_text([re.compile("^kept: 2 pictures")])
    tried("reading thousands of pictures is cancelled", own(page).inner_text())


SMALL = [payload(Image.new("L", (20, 20), 240), "x.png")]


def small_picture(number: int) -> bytes:
    """A line on 20×20 pixels."""
    if len(SMALL) == 1:
        for place in range(4, 16):
            image = Image.new("L", (20, 20), 240)
            ImageDraw.Draw(image).line((place, 3, 10, 16), fill=20, width=2)
            SMALL.append(payload(image, "x.png"))
    return SMALL[1 + number % 12]["buffer"]


def test_a_folder_is_one_class_or_several(page: Page, tmp_path: Path) -> None:
    """The pictures of one folder are added to those before, those of several folders replace them; what systems put
    into folders does not count."""
    needs_chromium(page, "choosing a folder")
    fresh(page)
    open_all(page)
    for number in range(3):
        save(bar(True, number), tmp_path / "upright")
        save(bar(False, number), tmp_path / "level")
        save(bar(True, number), tmp_path / "both" / "a")
        save(bar(False, number), tmp_path / "both" / "b")
    (tmp_path / "level" / ".DS_Store").write_bytes(b"\0")
    field = page.get_by_label("Folder of pictures")
    field.set_input_files(tmp_path / "upright")
    expect(classes(page)).to_have_text([re.compile("^upright: 3 pictures")], timeout=BUSY)
    field.set_input_files(tmp_path / "level")
    expect(own(page)).to_have_text(
        "Images of level, upright: 4 for training, 2 for testing. Press Train to train on them.", timeout=BUSY
    )
    field.set_input_files(tmp_path / "both")
    expect(own(page)).to_contain_text("Images of a, b", timeout=BUSY)
    expect(classes(page)).to_have_count(2)


def test_a_training_ends_the_reading_of_pictures(new_page: Maker, site_url: str) -> None:
    """Images cannot change under a training."""
    page = opened(new_page, site_url)
    if not is_chromium(page):
        pytest.skip("what the page does is its own Python, the same in every browser")
    open_all(page)
    files: list[FilePayload] = [
        {"name": f"{number}.png", "mimeType": "image/png", "buffer": small_picture(number)} for number in range(400)
    ]
    page.get_by_role("textbox", name="Class").fill("lines")
    page.locator("#own-files").set_input_files(files)
    expect(page.locator("#own-count")).to_have_text(re.compile("^[1-9]"), timeout=BUSY)
    button(page, "Train").click()
    wait_for(page, "finished")
    expect(own(page)).to_have_text("Cancelled. Your images are as they were before.")


def test_256_classes(page: Page, tmp_path: Path) -> None:
    """They train without stopping the page: the matrix shows the classes with the most mistakes."""
    needs_chromium(page, "choosing a folder")
    fresh(page)
    open_all(page)
    for number in range(512):
        folder = tmp_path / "all" / f"class {number // 2:03}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(small_picture(number // 2 + number))
    page.get_by_label("Folder of pictures").set_input_files(tmp_path / "all")
    expect(own(page)).to_contain_text("Images of 256 classes (class 000, class 001, class 002, … class 255)")
    set_field(page.get_by_label("Epochs"), "2")
    train_to_the_end(page)
    matrix = page.get_by_role("table", name="Confusion matrix")
    expect(matrix.locator("tbody tr")).to_have_count(20)
    expect(matrix.locator("tbody td")).to_have_count(400)
    expect(page.get_by_text("Of 256 classes, the matrix shows the 20 with the most mistakes.")).to_be_visible()
