"""Faults, done for real: each ends in words on the page, a way on, and nothing lost that was kept."""

import re
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, Route, expect

from build import SITE
from tests.browser.test_page import READY, TRAINED, Maker, button, opened, set_field, state, wait_for
from tests.test_run import png

pytestmark = pytest.mark.browser


def is_chromium(page: Page) -> bool:
    return bool(page.context.browser and page.context.browser.browser_type.name == "chromium")


def test_the_worker_killed_in_mid_epoch(new_page: Maker, site_url: str) -> None:
    """The page says that it does not answer; tried again, the training continues from the last epoch."""
    page = new_page(errors_expected=True)
    if not is_chromium(page):
        pytest.skip("only Chromium lets a test into the worker")
    page.goto(f"{site_url}?patience=20&experiment=mnist&epochs=60")
    wait_for(page, "ready")
    button(page, "Train").click()
    expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch 2:"), timeout=TRAINED)
    for worker in page.workers:
        worker.evaluate("setTimeout(() => close(), 0)")
    wait_for(page, "failed", timeout=40_000)
    expect(page.get_by_role("alert").first).to_contain_text("has not answered")
    button(page, "Try again").click()
    wait_for(page, "ready")
    expect(page.get_by_role("region", name="A kept training")).to_contain_text("epoch")
    button(page, "Continue it").click()
    wait_for(page, "paused")
    button(page, "Resume").click()
    wait_for(page, "training")


@pytest.mark.parametrize(
    ("what", "answer", "words"),
    [
        ("**/wheel/*.whl", {"body": b"PK\x03\x04 cut short"}, "could not be started|did not start"),
        ("**/pretrained.safetensors", {"body": b"cut short"}, "could not be started|did not start"),
        ("**/pyodide.asm.wasm", {"body": (SITE / "icon.svg").read_bytes()[:40]}, "did not start|could not be"),
        ("**/pyodide.asm.wasm", {"content_type": "text/plain"}, "application/wasm"),
        ("**/python_stdlib.zip", {"status": 404, "body": b""}, "python_stdlib.zip is missing"),
    ],
)
def test_files_that_are_broken(
    new_page: Maker, site_url: str, what: str, answer: dict[str, object], words: str
) -> None:
    """Truncated, of the wrong type, or missing: the page says so within its limit, and works once they are whole."""
    page = new_page(errors_expected=True, service_workers="block")

    def spoil(route: Route) -> None:
        if "content_type" in answer:
            response = route.fetch()
            route.fulfill(status=200, body=response.body(), headers={"content-type": "text/plain"})
        else:
            route.fulfill(**answer)  # type: ignore[arg-type]

    page.context.route(what, spoil)
    page.goto(f"{site_url}?patience=8")
    wait_for(page, "failed")
    expect(page.get_by_role("alert").first).to_contain_text(re.compile(words))
    page.context.unroute(what)
    button(page, "Try again").click()
    wait_for(page, "ready")


def test_a_script_that_is_missing(new_page: Maker, site_url: str) -> None:
    """Without the charts' library there is no page; after its limit it says that something could not be loaded."""
    page = new_page(errors_expected=True, service_workers="block")
    page.context.route("**/uPlot.iife.min.js", lambda route: route.fulfill(status=404, body=""))
    page.clock.install()
    page.goto(site_url)
    expect(page.get_by_text("Traceback")).to_be_visible(timeout=READY)
    page.clock.fast_forward(20_000)
    wait_for(page, "failed – a part of this page could not be loaded")


def test_storage_that_is_refused(new_page: Maker, site_url: str) -> None:
    """Training goes on; the page says that nothing is kept, and why."""
    page = opened(new_page, site_url)
    if not is_chromium(page):
        pytest.skip("only Chromium lets a test into the worker")
    for worker in page.workers:
        worker.evaluate(
            "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }; }"
        )
    page.get_by_role("combobox", name="Experiment").select_option("mnist")
    page.locator("#more").evaluate("more => { more.open = true; }")
    set_field(page.get_by_label("Epochs"), "2")
    button(page, "Train").click()
    expect(page.get_by_role("status", name="Storage")).to_have_text(re.compile("not kept"), timeout=TRAINED)
    wait_for(page, "finished", timeout=TRAINED)


def test_two_tabs_on_one_store(new_page: Maker, site_url: str) -> None:
    """Each keeps its own; what one continues or discards leaves the other's alone."""
    first = opened(new_page, f"{site_url}?experiment=mnist&epochs=50&seed=1")
    second = first.context.new_page()
    second.goto(f"{site_url}?experiment=mnist&epochs=50&seed=2")
    wait_for(second, "ready")
    for page in (first, second):
        page.bring_to_front()
        button(page, "Train").click()
        expect(page.locator("#loss-summary")).to_have_text(re.compile("After epoch"), timeout=TRAINED)
    for page in (first, second):
        page.bring_to_front()
        page.goto(site_url)
        wait_for(page, "ready")
        expect(page.get_by_role("region", name="A kept training")).to_be_visible()
    button(first, "Discard it").click()
    second.reload()
    wait_for(second, "ready")
    expect(second.get_by_role("region", name="A kept training")).to_be_visible()
    button(second, "Continue it").click()
    wait_for(second, "paused")


def test_files_that_are_absurd(new_page: Maker, site_url: str, tmp_path: Path) -> None:
    """200 MB of a model, an IDX file of four thousand million pixels, a picture of 20,000 × 20,000."""
    page = opened(new_page, site_url)
    huge = tmp_path / "huge.safetensors"
    with huge.open("wb") as stream:
        stream.truncate(200 << 20)
    page.locator("#file").set_input_files(huge)
    expect(state(page)).to_have_text(re.compile("ready – .*209715200 bytes"), timeout=20_000)
    page.locator("#own").evaluate("own => { own.open = true; }")
    images, labels = tmp_path / "images", tmp_path / "labels"
    images.write_bytes(bytes.fromhex("00000803 ffffffff 0000001c 0000001c") + bytes(100))
    labels.write_bytes(bytes.fromhex("00000801 ffffffff"))
    page.get_by_label("IDX files").set_input_files([images, labels])
    own = page.get_by_role("status", name="Own images")
    expect(own).to_contain_text("which cannot be")
    if is_chromium(page):
        (tmp_path / "own" / "a").mkdir(parents=True)
        (tmp_path / "own" / "a" / "large.png").write_bytes(png(20_000, 20_000))
        page.get_by_label("Folder of pictures").set_input_files(tmp_path / "own")
        expect(own).to_contain_text("20000×20000")
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)


def test_an_address_of_any_bytes(new_page: Maker, site_url: str) -> None:
    """Whatever stands in it, the page comes up."""
    page = new_page(errors_expected=True)
    random = Random("addresses")
    for _ in range(3):
        query = "&".join(
            f"{name}=" + "".join(f"%{random.randrange(256):02x}" for _ in range(random.randrange(1, 60)))
            for name in ("experiment", "seed", "layers", "learning_rate", "patience", "x")
        )
        page.goto(f"{site_url}?{query}#%00%ff")
        wait_for(page, "ready", READY)
