"""Faults, done for real: each ends in words on the page, a way on, and nothing lost that was kept.

Every test records which fault it injected, and how often; the run prints the table in FAULTS.md.
"""

import re
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fingerprint_of
from tests.browser.person import (
    TRAINED,
    Maker,
    button,
    epoch_shown,
    fails,
    home,
    is_chromium,
    opened,
    sha256,
    state,
    try_again,
    wait_for,
)
from tests.conftest import Tried
from tests.formats.test_picture_header import png

pytestmark = pytest.mark.browser


def any_address(random: Random) -> str:
    """A query and a fragment of any bytes."""
    fields = ("experiment", "seed", "layers", "learning_rate", "optimiser", "patience", "answer", "x")
    made = [
        f"{name}=" + "".join(f"%{random.randrange(256):02x}" for _ in range(random.randrange(60))) for name in fields
    ]
    return f"?{'&'.join(made)}#%00%ff"


def epoch_kept(page: Page) -> int:
    """Of the training that the page offers to continue."""
    offer = page.get_by_role("region", name="Saved training")
    expect(offer).to_contain_text(re.compile(r"The paper\'s three digits, epoch \d+ of"))
    found = re.search(r"epoch (\d+) of", offer.inner_text())
    assert found
    return int(found[1])


def resume_kept(page: Page) -> None:
    button(page, "Continue it").click()
    wait_for(page, "paused")
    button(page, "Resume").click()


def test_the_worker_killed(new_page: Maker, site_url: str, tried: Tried) -> None:
    """In a pause, in mid-epoch, while it saves: the page says that it does not answer; tried again, the training goes
    on from what was kept, to the very same bits."""
    page = new_page(errors_expected=True)
    if not is_chromium(page):
        pytest.skip("only Chromium lets a test into the worker")
    page.goto(f"{site_url}?answer=8&experiment=paper&seed=6&epochs=300")
    wait_for(page, "ready")
    button(page, "Train").click()
    for moment in ("in a pause", "in mid-epoch", "while it saves"):
        before = epoch_shown(page)
        page.wait_for_function(f"() => /After epoch (?!{before}:)/.test(document.body.innerText)", polling=50)
        if moment == "in a pause":
            button(page, "Pause").click()
            wait_for(page, "paused")
        shown = epoch_shown(page)
        for worker in page.workers:
            worker.evaluate(SAVING_ENDS_IT if moment == "while it saves" else "setTimeout(() => close(), 0)")
        if moment == "in a pause":
            button(page, "Resume").click()
        tried(f"the worker is killed {moment}", fails(page, "has not answered"))
        page.evaluate("() => { history.replaceState(null, '', '?answer=8'); }")
        try_again(page)
        wait_for(page, "ready")
        assert epoch_kept(page) >= shown
        resume_kept(page)
    wait_for(page, "finished", timeout=TRAINED)
    assert sha256(page) == fingerprint_of(experiment="paper", seed=6, epochs=300)


SAVING_ENDS_IT = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) { put.apply(this, given); self.close(); for (;;) ; };
}"""
SAVING_LASTS = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
        put.apply(this, given);
        console.info("saving");
        for (const end = performance.now() + 3000; performance.now() < end; ) ;
    };
}"""


def test_a_tab_closed_while_saving(new_page: Maker, site_url: str, tried: Tried) -> None:
    """Closed four times, where it saves all the time, and in Chromium once for sure between writing and its end: what
    the page had shown is there, whole, and in the end the bits are those of a training that was left alone."""
    page = new_page()
    random = Random("closed")
    page.goto(f"{site_url}?experiment=paper&seed=8&epochs=300")
    wait_for(page, "ready")
    button(page, "Train").click()
    shown = 0
    for moment in range(4):
        wanted = shown + 1 + 20 * moment
        page.wait_for_function(
            "wanted => Number(/After epoch ([0-9]+)/.exec(document.body.innerText)?.[1]) >= wanted",
            arg=wanted,
            polling=20,
            timeout=TRAINED,
        )
        if is_chromium(page) and moment == 3:
            with page.expect_console_message(lambda message: message.text == "saving"):
                for worker in page.workers:
                    worker.evaluate(SAVING_LASTS)
        shown = epoch_shown(page)
        context = page.context
        page.close()
        page = context.new_page()
        page.goto(site_url + any_address(random))
        wait_for(page, "ready")
        assert epoch_kept(page) >= shown
        resume_kept(page)
    wait_for(page, "finished", timeout=TRAINED)
    assert sha256(page) == fingerprint_of(experiment="paper", seed=8, epochs=300)
    page.reload()
    wait_for(page, "ready")
    expect(page.locator("#offer-text")).to_contain_text("a finished training: The paper's three digits")
    tried("a tab is closed while saving", "the saved training, which continues to the same bits", 4)
    tried(ANY_ADDRESS, ANY_ADDRESS_SEEN, 4)


def test_files_that_are_absurd(new_page: Maker, site_url: str, tmp_path: Path, tried: Tried) -> None:
    """200 MB of a model, an IDX file of four thousand million pixels, a picture of 20,000 × 20,000."""
    page = opened(new_page, site_url)
    huge = tmp_path / "huge.safetensors"
    with huge.open("wb") as stream:
        stream.truncate(200 << 20)
    page.locator("#file").set_input_files(huge)
    message = page.get_by_role("status", name="Files")
    expect(message).to_have_text(re.compile("209,715,200 bytes"), timeout=20_000)
    tried("a model of 200 MB", message.inner_text())
    page.locator("#own").evaluate("own => { own.open = true; }")
    images, labels = tmp_path / "images", tmp_path / "labels"
    labels.write_bytes(bytes.fromhex("00000801 ffffffff"))
    own = page.get_by_role("status", name="Own images")
    for sizes, words in (
        ("ffffffff 0000001c 0000001c", "states 4294967295 × 28 × 28 numbers, which is invalid"),
        ("00000001 ffffffff ffffffff", "states 1 × 4294967295 × 4294967295 numbers, which is invalid"),
        ("00000002 00000000 0000001c", "states 2 × 0 × 28 numbers, which is invalid"),
        ("00000100 0000001c 0000001c", "states 200704 bytes, and the file has 100"),
    ):
        images = images.with_name(f"images of {sizes}")  # a name chosen twice is no change
        images.write_bytes(bytes.fromhex(f"00000803 {sizes}") + bytes(100))
        page.get_by_label("IDX files").set_input_files([images, labels])
        expect(own).to_contain_text(words)
        tried("IDX files with absurd sizes", own.inner_text())
    if is_chromium(page):
        (tmp_path / "own" / "a").mkdir(parents=True)
        (tmp_path / "own" / "a" / "large.png").write_bytes(png(20_000, 20_000))
        page.get_by_label("Folder of pictures").set_input_files(tmp_path / "own")
        expect(own).to_contain_text("20000×20000")
        tried("an image of 20,000 × 20,000 pixels", own.inner_text())
    button(page, "Train").click()
    wait_for(page, "finished", timeout=TRAINED)


ANY_ADDRESS = "an address of any bytes"
ANY_ADDRESS_SEEN = "which parts of the address are invalid; the page works with the defaults"


def test_an_address_of_any_bytes(new_page: Maker, site_url: str, tried: Tried) -> None:
    """The page starts with any content of the address."""
    page = new_page(shared=True)
    random = Random("addresses")
    for _ in range(2):
        page.goto(home(page, site_url) + any_address(random))
        wait_for(page, "ready")
        expect(state(page)).to_have_text(re.compile("the address has an invalid .*; the default is used"))
    tried(ANY_ADDRESS, ANY_ADDRESS_SEEN, 2)
