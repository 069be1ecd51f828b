"""What people do on the page beyond pressing Train: change, look, teach, keep, come back, all by keyboard too."""

import gzip
import re
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from build import SITE, idx_images, idx_labels
from scnn.data import load_digits
from scnn.experiment import experiment_of
from scnn.network import Network
from scnn.presets import PAPER
from scnn.wasm_engine import compiled
from tests.browser.test_page import (
    TRAINED,
    Maker,
    button,
    circle,
    coloured_pixels,
    line,
    numbers,
    opened,
    set_field,
    state,
    stroke,
    wait_for,
)
from tests.strokes import DIGITS, draw_digit

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js").read_text
LAYERS = "conv-2-3-2-0_relu_pool-2_flat_dense-3"


def open_all(page: Page) -> None:
    """Every part that can be folded is unfolded."""
    page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")


def needs_chromium(page: Page, words: str) -> None:
    browser = page.context.browser
    if not browser or browser.browser_type.name != "chromium":
        pytest.skip(f"Playwright cannot do this with Firefox over WebDriver BiDi: {words}")


def train_to_the_end(page: Page) -> None:
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)


def sha256(page: Page) -> str:
    return page.locator("#sha256").inner_text()


def prediction(page: Page) -> object:
    return expect(page.get_by_role("status", name="Prediction"))


def fingerprint_of(**message: object) -> str:
    """The same experiment, trained here under wasmtime."""
    experiment = experiment_of(message)
    network = experiment.network()
    trainer = experiment.trainer(network, compiled)
    trainer.slice_size = 1000
    for _ in trainer.run():
        pass
    return network.fingerprint()


@pytest.fixture(scope="module")
def page(new_page: Maker, site_url: str) -> Page:
    """A page that several tests use, one after another, from whatever state it is in."""
    return opened(new_page, site_url)


def fresh(page: Page, query: str = "") -> Page:
    """The page from its beginning."""
    page.goto(re.sub(r"\?.*", "", page.url) + query)
    wait_for(page, "ready")
    return page


def test_drawings_are_read_before_anybody_trains(page: Page) -> None:
    """By the network that comes with the page: each digit, wherever it is drawn; the page says how good it is."""
    fresh(page)
    random = Random("on the page")
    for name in DIGITS:
        button(page, "Clear drawing").click()
        for points in draw_digit(name, random):
            stroke(page, points)
        prediction(page).to_have_text(re.compile(f"^{name}, .*comes with the page"), timeout=10_000)
    words = page.locator("#pretrained-about").inner_text()
    share = re.search(r"reads ([\d.]+) % of 400 test drawings", words)
    assert share and float(share[1]) >= 95


def test_the_network_is_edited(page: Page) -> None:
    """Layers are added, changed, moved and removed; shapes and counts follow; what does not fit is explained."""
    fresh(page)
    open_all(page)
    summary = page.locator("#network-summary")
    expect(summary).to_have_text("9 layers, 6423 weights")
    set_field(page.get_by_role("spinbutton", name="filters of layer 1, Conv2D"), "4")
    expect(summary).not_to_have_text("9 layers, 6423 weights")
    stride = page.get_by_role("spinbutton", name="stride of layer 5, MaxPool2D")
    set_field(page.get_by_role("spinbutton", name="size of layer 5, MaxPool2D"), "3")
    expect(stride).to_have_value("3")  # it goes along until it is set
    set_field(stride, "2")
    expect(page.get_by_role("row", name="MaxPool2D")).to_contain_text("1 × 13 × 13")
    assert "pool-3-2" in page.url
    set_field(page.get_by_role("spinbutton", name="size of layer 5, MaxPool2D"), "2")
    button(page, "Remove: layer 3, Conv2D").click()
    button(page, "Remove: layer 3, ReLU").click()
    expect(summary).to_have_text("7 layers, 25259 weights")
    expect(page.get_by_role("row", name="Flatten")).to_contain_text("784")
    button(page, "Move up: layer 4, Flatten").click()
    message = page.get_by_role("status", name="Network check")
    expect(message).to_have_text(re.compile(r"This does not fit: maxpool2d_1 cannot follow .*\(3136,\)"))
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("ready – maxpool2d_1 cannot follow"))
    button(page, "Move down: layer 3, Flatten").click()
    expect(message).to_have_text("")
    page.get_by_role("combobox", name="Layer to add").select_option("Dropout")
    button(page, "Add layer").click()
    expect(page.get_by_role("spinbutton", name="rate of layer 7, Dropout")).to_have_value("0.5")
    train_to_the_end(page)
    assert "conv-4-3-1-1_relu_pool-2_flat_dense-32_relu_drop-0.5_dense-3" in page.url


def test_the_address_is_the_run(page: Page) -> None:
    """A link with everything in it trains to the weights that this machine's wasmtime gets."""
    query = (
        f"?experiment=paper&seed=7&per_class=30&epochs=3&batch_size=5&optimiser=nesterov&learning_rate=0.02"
        f"&schedule=Cosine&weight_decay=0.001&augmentation=strong&layers={LAYERS}"
    )
    fresh(page, query)
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("7")
    train_to_the_end(page)
    assert page.url.endswith(query)
    expected = fingerprint_of(
        experiment="paper",
        seed=7,
        per_class=30,
        epochs=3,
        batch_size=5,
        optimiser={"kind": "SGD", "learning_rate": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.001},
        schedule={"kind": "Cosine"},
        augmentation={"kind": "Augmentation", "rotation": 14, "scale": 0.15, "shear": 0.2, "shift": 2, "bend": 2},
        layers=[
            {"kind": "Conv2D", "filters": 2, "kernel_size": 3, "stride": 2, "padding": 0},
            *({"kind": "ReLU"}, {"kind": "MaxPool2D", "size": 2}, {"kind": "Flatten"}, {"kind": "Dense", "units": 3}),
        ],
    )
    assert sha256(page) == expected
    assert page.locator("#link").get_attribute("href") == query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?experiment=sums", "no sound experiment"),
        ("?seed=-1&epochs=x&layers=conv-1", "no sound seed and epochs and layers"),
        ("?optimiser=%3Cscript%3E&layers=conv-1-99-1-1", "no sound optimiser and layers"),
        ("?%FF%00=%&seed=9", "choose a seed"),
    ],
)
def test_an_address_that_is_wrong(page: Page, query: str, words: str) -> None:
    """The page says which part, takes the usual for it, and works."""
    fresh(page, query)
    expect(state(page)).to_have_text(re.compile(words))
    train_to_the_end(page)


def test_step_stop_and_a_changed_learning_rate(page: Page) -> None:
    """One batch at a time; the rate changes in the middle; stopping keeps what was learned."""
    fresh(page, "?experiment=paper&batch_size=10")
    bar = page.get_by_role("progressbar", name="Training progress")
    button(page, "Step").click()
    wait_for(page, "paused")
    expect(bar).to_have_js_property("value", 10)
    button(page, "Step").click()
    expect(bar).to_have_js_property("value", 20)
    open_all(page)
    set_field(page.get_by_label("Learning rate"), "0.5")
    for done in (30, 40, 50, 60, 70, 75):
        button(page, "Step").click()
        expect(bar).to_have_js_property("value", done)
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"))
    button(page, "Stop").click()
    wait_for(page, "finished")
    expect(button(page, "Train")).to_be_enabled()
    assert sha256(page)


def test_looking_inside(page: Page) -> None:
    """A cell shows its images, an image its way through every layer; counts become percentages."""
    fresh(page, "?experiment=mnist&epochs=1")
    train_to_the_end(page)
    cells = page.get_by_role("table", name="Confusion matrix").get_by_role("button")
    counts = [int(text) for text in cells.all_inner_texts()]
    assert sum(counts) == 1000 and len(counts) == 100
    cells.nth(0).click()
    images = page.get_by_role("list", name="Images").get_by_role("button")
    expect(images).to_have_count(min(24, counts[0]))
    expect(page.locator("#gallery-title")).to_contain_text(f"read as 0: {counts[0]}.")
    expect(images.first).to_have_accessible_name(re.compile(r"0 → 0 [\d.]+ % sure: look inside"))
    images.first.click()
    expect(page.get_by_role("heading", name="Read as 0")).to_be_visible()
    strips = page.locator("#inside-pictures .strip")
    expect(strips).to_have_count(12)
    expect(strips.nth(2)).to_contain_text("conv2d_1: filters")
    expect(strips.nth(2).locator("img")).to_have_count(8)
    assert shades(page, "#inside-pictures .strip:nth-child(2) img") > 10
    expect(page.locator("#inside-probabilities meter")).to_have_count(10)
    button(page, "Surest mistakes").click()
    expect(page.locator("#gallery-title")).to_contain_text(
        f"read wrongly, the surest mistakes first: {wrong(counts)}."
    )
    page.get_by_role("switch", name="Show row percentages").check()
    expect(cells.nth(0)).to_have_text(re.compile(r"^\d+(\.\d)? %$"))


def test_what_is_looked_at_follows_the_training(page: Page) -> None:
    """The mistakes and an image's way through the network are those of the newest epoch."""
    fresh(page, "?experiment=mnist&epochs=3")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    button(page, "Surest mistakes").click()
    images = page.get_by_role("list", name="Images").get_by_role("button")
    images.first.click()
    bars = page.locator("#inside-probabilities")
    expect(bars.locator("meter")).to_have_count(10)
    before = bars.inner_text()
    wait_for(page, "finished", timeout=TRAINED)
    cells = page.get_by_role("table", name="Confusion matrix").get_by_role("button")
    count = wrong([int(text) for text in cells.all_inner_texts()])
    expect(page.locator("#gallery-title")).to_contain_text(f"the surest mistakes first: {count}.")
    expect(images).to_have_count(min(24, count))
    expect(bars).not_to_have_text(before, use_inner_text=True)


def wrong(counts: list[int]) -> int:
    return sum(count for place, count in enumerate(counts) if place % 11)


def shades(page: Page, selector: str) -> int:
    """How many grey levels a picture has."""
    return page.locator(selector).evaluate(
        """async image => {
            await image.decode();
            const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
            context.drawImage(image, 0, 0);
            return new Set(context.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data).size;
        }"""
    )


def test_curves_are_compared_and_saved(page: Page) -> None:
    """Earlier runs are drawn beside the next one; log scale and smoothing redraw; curves come as CSV and PNG."""
    needs_chromium(page, "downloads")
    fresh(page, "?experiment=paper&epochs=10")
    open_all(page)
    train_to_the_end(page)
    set_field(page.get_by_role("spinbutton", name="Seed"), "2")
    train_to_the_end(page)
    runs = page.get_by_role("list", name="Earlier runs").get_by_role("checkbox")
    expect(runs).to_have_count(2)
    before = coloured_pixels(page, "Loss", "--earlier")
    runs.nth(1).check()
    assert coloured_pixels(page, "Loss", "--earlier") > before + 20
    page.get_by_role("switch", name="Log scale").check()
    set_field(page.get_by_role("slider", name="Smoothing"), "0.5")
    assert coloured_pixels(page, "Loss", "--training") > 50
    with page.expect_download() as download:
        button(page, "Save as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()
    assert rows[0].startswith("epoch,training loss") and len(rows) == 11
    assert [float(rows[-1].split(",")[k]) for k in (1, 2)] == pytest.approx(numbers(page, "Loss")[1:], abs=1e-3)
    with page.expect_download() as download:
        button(page, "Save as PNG").click()
    picture = Image.open(download.value.path())
    assert picture.size[0] >= 900 and len(set(picture.convert("RGB").getdata())) > 50


def test_train_pressed_twice_is_pressed_once(page: Page) -> None:
    """Every epoch has its place in the curves."""
    needs_chromium(page, "downloads")
    fresh(page, "?experiment=paper&epochs=20")
    open_all(page)
    button(page, "Train").dblclick()
    wait_for(page, "finished", timeout=TRAINED)
    with page.expect_download() as download:
        button(page, "Save as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()[1:]
    assert [int(row.split(",")[0]) for row in rows] == list(range(1, 21))


@pytest.mark.parametrize(
    ("then", "words"), [("pause", "paused – epoch 1"), ("reset", "ready – press Train to begin")]
)
def test_what_is_pressed_while_a_training_begins(page: Page, then: str, words: str) -> None:
    """It counts, though the worker has not answered yet."""
    fresh(page, "?experiment=mnist")
    page.evaluate(
        """then => {
            document.getElementById("start").click();
            const wait = () => document.getElementById(then).disabled
                ? setTimeout(wait, 0) : document.getElementById(then).click();
            wait();
        }""",
        then,
    )
    expect(state(page)).to_have_text(re.compile(words))
    page.wait_for_timeout(500)
    expect(state(page)).to_have_text(re.compile(words))


def test_a_single_epoch_is_seen(page: Page) -> None:
    """As a point, where there is no line yet."""
    fresh(page, "?experiment=paper&epochs=1")
    train_to_the_end(page)
    assert coloured_pixels(page, "Loss", "--training") > 5


def test_a_wrong_setting_is_refused_where_it_stands(page: Page) -> None:
    """In words that the form has, also while the network is folded up; what is put right leaves nothing behind."""
    fresh(page, "?experiment=paper")
    page.locator("#more").evaluate("more => { more.open = true; }")
    epochs = page.get_by_label("Epochs")
    set_field(epochs, "0")
    message = page.get_by_role("status", name="Network check")
    expect(message).to_be_visible()
    expect(message).to_have_text(re.compile("epochs is a whole number from 1 to 100000, not 0"))
    expect(epochs).to_have_attribute("aria-invalid", "true")
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("ready – epochs is "))
    button(page, "Back to the experiment’s settings").click()
    expect(epochs).to_have_value("50")
    expect(epochs).not_to_have_attribute("aria-invalid", "true")
    expect(message).to_have_text("")
    expect(state(page)).to_have_text("ready – press Train to begin.")


def test_a_learning_rate_that_cannot_be(page: Page) -> None:
    """While it trains: the rate in force comes back into its field, and the words stay."""
    fresh(page, "?experiment=mnist")
    page.locator("#more").evaluate("more => { more.open = true; }")
    button(page, "Train").click()
    expect(state(page)).to_have_text(re.compile("training – epoch 1"))
    rate = page.get_by_label("Learning rate")
    before = rate.input_value()
    set_field(rate, "-3")
    expect(page.get_by_role("status", name="Network check")).to_have_text(re.compile("learning rate stays .* not -3"))
    expect(rate).to_have_value(before)
    button(page, "Stop").click()


def test_a_dot_is_seen_and_not_taught(page: Page) -> None:
    """It is drawn in every browser, and is no digit."""
    fresh(page)
    page.get_by_role("img", name="Draw a digit", exact=True).click()
    prediction(page).to_have_text(re.compile("^Draw a digit: there is only a dot"), timeout=10_000)
    inked = """() => document.getElementById("canvas").getContext("2d").getImageData(0, 0, 280, 280).data
        .reduce((sum, value, place) => sum + (place % 4 === 3 && value > 128), 0)"""
    assert 200 < page.evaluate(inked) < 300
    expect(button(page, "Teach it")).to_be_hidden()


def test_a_look_inside_before_any_training(page: Page) -> None:
    """Into the network that comes with the page."""
    fresh(page)
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    prediction(page).to_have_text(re.compile("^1,"), timeout=10_000)
    button(page, "Look inside").click()
    expect(page.get_by_role("heading", name="Read as 1")).to_be_visible()


def test_the_page_opened_as_a_file(browser: Browser) -> None:
    """Browsers start nothing then; the page says what to do instead."""
    if browser.browser_type.name != "chromium":
        pytest.skip("Playwright opens no files in Firefox over WebDriver BiDi")
    page = browser.new_page()
    page.goto((SITE / "index.html").as_uri())
    expect(state(page)).to_have_text(re.compile("^failed – this page was opened as a file.*serve.py"))
    page.context.close()


def test_a_correction_is_learned(page: Page) -> None:
    """A mirrored 3 is no digit the network knows; told that it is a 2, it says so."""
    fresh(page)
    odd = [(0.25, 0.2), (0.7, 0.2), (0.7, 0.5), (0.3, 0.5), (0.3, 0.8), (0.75, 0.8), (0.75, 0.65)]
    stroke(page, odd)
    first = page.get_by_role("status", name="Prediction")
    expect(first).to_have_text(re.compile("^[0-9],"), timeout=10_000)
    truth = "4" if not first.inner_text().startswith("4") else "5"
    expect(button(page, "Teach it")).to_be_disabled()  # until it is told what
    page.get_by_role("combobox", name="That was a").select_option(truth)
    button(page, "Teach it").click()
    wait_for(page, "finished", timeout=TRAINED)
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("mnist")  # what was taught, not the form's
    expect(page.locator("#network-summary")).to_have_text("8 layers, 11274 weights")
    prediction(page).to_have_text(re.compile(f"^{truth},"), timeout=10_000)
    expect(state(page)).to_have_text(re.compile(r"finished – 9\d"))
    expect(page.locator("#sha256")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    expect(page.locator("#link")).to_be_hidden()  # no address leads to what was taught


def test_models_and_checkpoints_are_files(page: Page, tmp_path: Path) -> None:
    """A saved model opens in Python and on the page; a saved checkpoint goes on to the very same bits."""
    needs_chromium(page, "downloads")
    fresh(page, "?experiment=paper&seed=3")
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
        (b"", "begins with 8 bytes"),
        (b"\xff" * 64, "header should have"),
        (b"<script>alert(1)</script>" * 9, "header"),
    ],
)
def test_a_file_that_is_no_model(page: Page, tmp_path: Path, content: bytes, words: str) -> None:
    """The page says what is wrong, and nothing else changes."""
    fresh(page)
    (tmp_path / "x.safetensors").write_bytes(content)
    page.locator("#file").set_input_files(tmp_path / "x.safetensors")
    expect(state(page)).to_have_text(re.compile(f"ready – .*{words}"))
    train_to_the_end(page)


def test_a_reloaded_page_continues_to_the_same_bits(page: Page) -> None:
    """Closed in the middle, it offers to go on, and ends where it would have ended."""
    fresh(page, "?experiment=mnist&epochs=3&seed=5")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 1:"), timeout=TRAINED)
    page.reload()
    wait_for(page, "ready")
    expect(page.get_by_role("region", name="A kept training")).to_contain_text("experiment mnist, epoch")
    button(page, "Continue it").click()
    wait_for(page, "paused")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("5")
    button(page, "Resume").click()
    wait_for(page, "finished", timeout=TRAINED)
    assert sha256(page) == fingerprint_of(experiment="mnist", epochs=3, seed=5)
    expect(page.locator("#link")).to_have_attribute("href", "?experiment=mnist&seed=5&epochs=3")
    fresh(page)
    expect(page.locator("#offer")).to_be_hidden()


def test_own_images_from_idx_files(page: Page, tmp_path: Path) -> None:
    """Two files as MNIST's are; then they train like any others."""
    fresh(page)
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
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch"), timeout=TRAINED)
    fresh(page)
    button(page, "Continue it").click()  # the images were kept with it
    wait_for(page, "paused")
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("own")
    button(page, "Stop").click()
    open_all(page)
    (tmp_path / "more").write_bytes(idx_labels(rows))
    page.get_by_label("IDX files").set_input_files([tmp_path / "labels", tmp_path / "more"])
    expect(own).to_contain_text(re.compile("begins with 0x00000801"))


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
    """Pictures of any size, a folder for each class; what is no picture is left out, and said."""
    needs_chromium(page, "choosing a folder")
    fresh(page)
    open_all(page)
    draw_shapes(tmp_path / "shapes")
    page.get_by_label("Folder of pictures").set_input_files(tmp_path / "shapes")
    own = page.get_by_role("status", name="Own images")
    expect(own).to_contain_text("16 for training, 4 for testing", timeout=20_000)
    expect(own).to_contain_text("1 file was left out, the first because of notes.txt: this is no PNG and no JPEG")
    set_field(page.get_by_label("Epochs"), "5")
    train_to_the_end(page)
    expect(page.get_by_role("table", name="Confusion matrix").locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("rowheader", name="rings & <b>bars").first).to_be_visible()


def drop(page: Page, *paths: Path) -> None:
    """Drags files or folders onto the page and lets go, as the browser's own protocol does it."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


def test_files_are_dropped(page: Page, tmp_path: Path) -> None:
    """A folder of pictures, two IDX files and a model, each let go of anywhere on the page."""
    needs_chromium(page, "dragging files")
    fresh(page)
    draw_shapes(tmp_path / "shapes")
    own = page.get_by_role("status", name="Own images")
    drop(page, tmp_path / "shapes")
    expect(own).to_contain_text("16 for training, 4 for testing", timeout=20_000)
    expect(own).to_contain_text("1 file was left out, the first because of notes.txt")
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
    expect(state(page)).to_have_text(re.compile("ready – the model reads your drawings"))
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    prediction(page).to_have_text(
        re.compile(r"^[abc], says the network, and is (more than )?\d+ % sure\. It knows only a, b and c\.$"),
        timeout=10_000,
    )


def test_the_whole_page_by_keyboard(page: Page) -> None:
    """From the top by Tab: change the network, train, draw a 1, take it back, look inside; every step shows where the
    focus is."""
    fresh(page)
    page.locator("body").evaluate("body => { document.activeElement.blur(); body.focus(); }")

    def go_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                page.wait_for_timeout(300)  # the ring fades in
                style = "getComputedStyle(document.activeElement)"
                shown = page.evaluate(f"[{style}.outlineStyle, {style}.boxShadow]")
                assert shown != ["none", "none"], f"nothing shows the focus on {selector}"
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    go_to("#seed")
    page.keyboard.press("Control+A")
    page.keyboard.type("4")
    go_to("#editor summary")
    page.keyboard.press("Enter")
    go_to("#layers input")
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    expect(page.locator("#network-summary")).not_to_have_text("9 layers, 6423 weights")
    assert page.evaluate("document.activeElement.matches('#layers input')"), "the focus was lost by a change"
    go_to("#start")
    page.keyboard.press("Enter")
    wait_for(page, "finished", timeout=TRAINED)
    go_to("#canvas")
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    prediction(page).to_have_text(re.compile("^1,"), timeout=10_000)
    go_to("#undo")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^Draw a digit"))
    go_to("#redo")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^1,"))
    go_to("#clear")
    page.keyboard.press("Enter")
    prediction(page).to_have_text(re.compile("^Draw a digit"))
    go_to("#confusion button")
    page.keyboard.press("Enter")
    expect(page.locator("#gallery-title")).to_contain_text("Images of class 0")
    go_to("#gallery button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Read as")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_axe_finds(new_page: Maker, site_url: str, scheme: str) -> None:
    """axe-core finds no violation: at the start, and with everything unfolded and filled."""
    page = opened(new_page, site_url, color_scheme=scheme)
    page.evaluate(AXE())
    assert violations(page) == []
    open_all(page)
    stroke(page, circle(0.5, 0.5, 0.22, 0.32))
    train_to_the_end(page)
    button(page, "Surest mistakes").click()
    page.get_by_role("list", name="Images").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Read as")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_axe_finds_on_the_other_pages(new_page: Maker, site_url: str, scheme: str) -> None:
    """The same of the licences and of the page for addresses that are none."""
    page = new_page(color_scheme=scheme)
    for name, heading in (("licences.html", "What this page is made of"), ("404.html", "There is no such page")):
        page.goto(site_url + name)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        page.evaluate(AXE())
        assert violations(page) == []


def violations(page: Page) -> list[str]:
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


def test_touch_draws_and_does_not_scroll(browser: Browser, new_page: Maker, site_url: str) -> None:
    """A finger's stroke is read, and the page under it stays where it is."""
    if browser.browser_type.name != "chromium":
        pytest.skip("only Chromium's protocol can move a finger")
    page = opened(new_page, site_url, viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
    canvas = page.get_by_role("img", name="Draw a digit", exact=True)
    canvas.scroll_into_view_if_needed()
    box, before = canvas.bounding_box(), page.evaluate("scrollY")
    assert box
    session = page.context.new_cdp_session(page)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line(0.5, 0.15, 0.5, 0.85)]
    for kind, place in (("touchStart", places[0]), *(("touchMove", place) for place in places), ("touchEnd", None)):
        points = [{"x": place[0], "y": place[1]}] if place else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    prediction(page).to_have_text(re.compile("^1,"), timeout=10_000)
    assert (canvas.bounding_box(), page.evaluate("scrollY")) == (box, before)
