"""What is kept and what is brought along: models, checkpoints, a training of a closed tab, own images."""

import gzip
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from scnn.data.bundled import load_digits
from scnn.experiments.presets import PAPER
from scnn.network.network import Network
from tests.browser.conftest import fingerprint_of
from tests.browser.person import (
    TRAINED,
    begin_again,
    button,
    circle,
    fresh,
    line,
    needs_chromium,
    numbers,
    open_all,
    prediction,
    set_field,
    sha256,
    state,
    stroke,
    train_to_the_end,
    wait_for,
    wait_until_kept,
)
from tests.tools.dataset import idx_images, idx_labels

pytestmark = pytest.mark.browser


def test_models_and_checkpoints_are_files(page: Page, tmp_path: Path) -> None:
    """A saved model opens in Python and on the page; a continued checkpoint gives the same bits."""
    needs_chromium(page, "downloads")
    begin_again(page, seed="3")
    page.get_by_role("combobox", name="Engine").select_option("interpreted")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    button(page, "Pause").click()
    wait_for(page, "paused")
    with page.expect_download() as download:
        button(page, "Save checkpoint").click()
    checkpoint = tmp_path / "c.safetensors"
    download.value.save_as(checkpoint)
    button(page, "Reset").click()
    page.get_by_role("combobox", name="Engine").select_option("compiled")
    page.locator("#file").set_input_files(checkpoint)
    wait_for(page, "paused")
    button(page, "Resume").click()
    wait_for(page, "finished", timeout=TRAINED)
    with page.expect_download() as download:
        button(page, "Save model").click()
    model = tmp_path / "m.safetensors"
    download.value.save_as(model)
    assert Network.load(model).fingerprint() == sha256(page)
    fresh(page)
    page.locator("#file").set_input_files(model)
    wait_for(page, "finished")
    expect(page.get_by_role("table", name="Confusion matrix")).to_be_visible()
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    prediction(page).to_have_text(re.compile("^1, "), timeout=10_000)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected at least 8 bytes"),
        (b"\xff" * 64, "header size is"),
        (b"<script>alert(1)</script>" * 9, "header"),
    ],
)
def test_a_file_that_is_no_model(page: Page, tmp_path: Path, content: bytes, words: str) -> None:
    """The page says what is wrong, and nothing else changes."""
    begin_again(page)
    (tmp_path / "x.safetensors").write_bytes(content)
    page.locator("#file").set_input_files(tmp_path / "x.safetensors")
    message = page.get_by_role("status", name="Files")
    expect(message).to_have_text(re.compile(f"^x.safetensors cannot be opened: .*{words}"))
    expect(state(page)).to_have_text(re.compile("^ready"))
    train_to_the_end(page)


def test_a_file_that_is_no_model_while_it_trains(page: Page, tmp_path: Path) -> None:
    """The training continues, and the message stays, although the status line keeps changing."""
    begin_again(page, "mnist")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    (tmp_path / "x.safetensors").write_bytes(b"1234")
    page.locator("#file").set_input_files(tmp_path / "x.safetensors")
    message = page.get_by_role("status", name="Files")
    expect(message).to_have_text(re.compile("^x.safetensors cannot be opened"))
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch [3-9]:"), timeout=TRAINED)
    expect(message).to_have_text(re.compile("^x.safetensors cannot be opened"))
    button(page, "Reset").click()
    wait_for(page, "ready")
    page.wait_for_timeout(300)  # for the storage
    fresh(page)
    page.wait_for_timeout(300)
    expect(page.locator("#offer-text")).not_to_contain_text("unfinished")


def test_a_reloaded_page_continues_to_the_same_bits(page: Page) -> None:
    """Closed in the middle, it offers to continue, and ends at the same bits; what is finished is saved, too."""
    begin_again(page, "mnist", epochs="3", seed="5")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    page.reload()
    wait_for(page, "ready")
    expect(page.get_by_role("region", name="Saved training")).to_contain_text("training: MNIST's ten digits, epoch")
    button(page, "Continue it").click()
    wait_for(page, "paused")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("5")
    button(page, "Resume").click()
    wait_for(page, "finished", timeout=TRAINED)
    expect(state(page)).to_have_text(re.compile(r"after .*s more\.$"))
    assert sha256(page) == fingerprint_of(experiment="mnist", epochs=3, seed=5)
    expect(page.locator("#link")).to_have_attribute("href", "?experiment=mnist&seed=5&epochs=3")
    finished = sha256(page)
    fresh(page)
    expect(page.get_by_role("region", name="Saved training")).to_contain_text(
        "a finished training: MNIST's ten digits"
    )
    button(page, "Open it").click()
    wait_for(page, "finished")
    assert sha256(page) == finished


def test_own_images_from_idx_files(page: Page, tmp_path: Path) -> None:
    """Two files as MNIST's are; then they train like any others."""
    begin_again(page)
    open_all(page)
    _, test = load_digits()
    rows = [[*test.image(at), test.labels[at]] for at in range(len(test)) if test.labels[at] < 2]
    (tmp_path / "images.gz").write_bytes(gzip.compress(idx_images(rows)))
    (tmp_path / "labels").write_bytes(idx_labels(rows))
    page.get_by_label("IDX files").set_input_files([tmp_path / "labels", tmp_path / "images.gz"])
    own = page.get_by_role("status", name="Own images")
    expect(own).to_contain_text("160 for training, 40 for testing")
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("own")
    set_field(page.get_by_label("Epochs"), "2")
    train_to_the_end(page)
    assert numbers(page, "Accuracy")[2] > 80
    set_field(page.get_by_label("Epochs"), "2000")
    button(page, "Train").click()
    wait_for(page, "training")
    wait_until_kept(page)
    fresh(page)
    button(page, "Continue it").click()  # the images were kept with it
    wait_for(page, "paused")
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("own")
    button(page, "Stop").click()
    open_all(page)
    (tmp_path / "more").write_bytes(idx_labels(rows))
    page.get_by_label("IDX files").set_input_files([tmp_path / "labels", tmp_path / "more"])
    expect(own).to_contain_text(re.compile("starts with 0x00000801"))


def draw_shapes(folder: Path) -> None:
    """Ten pictures of rings, ten of lines, and a file that is none."""
    for name, box in (("rings & <b>bars", (40, 30, 90, 100)), ("lines", None)):
        (folder / name).mkdir(parents=True)
        for number in range(10):
            image = Image.new("RGB", (120 + number, 130), "white")
            for x in range(120):
                for y in range(130):
                    ring = box and abs(((x - 60) / 30) ** 2 + ((y - 65) / (30 + number)) ** 2 - 1) < 0.3
                    if ring or (not box and 55 < x + number < 66 and 20 < y < 110):
                        image.putpixel((x, y), (0, 0, 0))
            image.save(folder / name / f"{number}.{'png' if number % 2 else 'jpg'}")
    (folder / "lines" / "notes.txt").write_text("no picture")


def test_own_images_from_folders(page: Page, tmp_path: Path) -> None:
    """Pictures of any size, a folder for each class; files that are not pictures are skipped, and the page says
    so."""
    needs_chromium(page, "choosing a folder")
    begin_again(page)
    open_all(page)
    draw_shapes(tmp_path / "shapes")
    page.get_by_label("Folder of pictures").set_input_files(tmp_path / "shapes")
    own = page.get_by_role("status", name="Own images")
    expect(own).to_contain_text("16 for training, 4 for testing", timeout=20_000)
    expect(own).to_contain_text("1 file was skipped. The first: notes.txt: the file is not a picture")
    set_field(page.get_by_label("Epochs"), "5")
    train_to_the_end(page)
    expect(page.get_by_role("table", name="Confusion matrix").locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("rowheader", name="rings & <b>bars").first).to_be_visible()
    expect(state(page)).to_have_text(re.compile("of the test images are classified correctly"))
    stroke(page, circle(0.5, 0.5, 0.3, 0.3))
    expect(page.locator("#bars .bar")).to_have_count(2)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("#bars .bar span:first-child")]
            .map(name => name.getBoundingClientRect()).map(box => [box.width, box.height])"""
    )
    assert sizes[0][0] == sizes[1][0] > 60, "the bars' names have one width"
    assert max(height for _, height in sizes) < 60, "and are read as words, not letter by letter"


def drop(page: Page, *paths: Path) -> None:
    """Drags files or folders onto the page and lets go, as the browser's own protocol does it."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


def test_files_are_dropped(page: Page, tmp_path: Path) -> None:
    """A folder of pictures, two IDX files and a model, each let go of anywhere on the page."""
    needs_chromium(page, "dragging files")
    begin_again(page)
    draw_shapes(tmp_path / "shapes")
    own = page.get_by_role("status", name="Own images")
    drop(page, tmp_path / "shapes")
    expect(own).to_contain_text("16 for training, 4 for testing", timeout=20_000)
    expect(own).to_contain_text("1 file was skipped. The first: notes.txt")
    _, test = load_digits()
    rows = [[*test.image(at), test.labels[at]] for at in range(len(test))]
    (tmp_path / "i").write_bytes(idx_images(rows))
    (tmp_path / "l").write_bytes(idx_labels(rows))
    drop(page, tmp_path / "l", tmp_path / "i")
    expect(own).to_contain_text("800 for training, 200 for testing")
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("own")
    Network(PAPER.input_shape, PAPER.layers, seed=1).save(tmp_path / "m.safetensors")
    drop(page, tmp_path / "m.safetensors")
    wait_for(page, "finished")
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("paper")


def test_a_model_of_images_that_are_not_here(page: Page, tmp_path: Path) -> None:
    """It reads drawings, and the page says how to see more of it."""
    fresh(page)
    experiment = {"experiment": {"experiment": "own"}}
    network = Network(PAPER.input_shape, PAPER.layers, seed=1, class_names=["a", "b", "c"], provenance=experiment)
    network.save(tmp_path / "m.safetensors")
    page.locator("#file").set_input_files(tmp_path / "m.safetensors")
    expect(state(page)).to_have_text(re.compile("ready – the model classifies your drawings"))
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    prediction(page).to_have_text(
        re.compile(r"^[abc], with a probability of (more than )?\d+\s%\. It knows only a, b and c\.$"),
        timeout=10_000,
    )
