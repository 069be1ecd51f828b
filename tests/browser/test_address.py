"""The address describes a training: a link trains to the same weights, and what is wrong in it is named."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fingerprint_of
from tests.browser.person import BARE, Maker, home, sha256, state, train_to_the_end, wait_for

pytestmark = pytest.mark.browser

LAYERS = "standard-0.13-0.31_conv-2-3-2-0_group-2_batch_gelu_pool-3-2-1_flat_dense-3"


@pytest.fixture(scope="module")
def page(new_page: Maker, site_url: str) -> Page:
    """A page that every test opens at another address."""
    page = new_page(shared=True)
    page.goto(home(page, site_url) + BARE)
    return page


def test_the_address_is_the_run(page: Page) -> None:
    """A link with everything in it trains to the weights that this machine's wasmtime gets."""
    query = (
        f"?experiment=paper&seed=7&per_class=30&epochs=3&batch_size=5&optimiser=nesterov&learning_rate=0.02"
        f"&schedule=Cosine&weight_decay=0.001&clip_norm=0.5&averaging=0.9&augmentation=strong&label_smoothing=0.1&layers={LAYERS}"
    )
    page.goto(f"{home(page)}{query}#/train")
    wait_for(page, "ready")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("7")
    train_to_the_end(page)
    assert page.url.endswith(f"{query}#/train")
    expected = fingerprint_of(
        experiment="paper",
        seed=7,
        per_class=30,
        epochs=3,
        batch_size=5,
        optimiser={
            "kind": "SGD",
            "learning_rate": 0.02,
            "momentum": 0.9,
            "nesterov": True,
            "weight_decay": 0.001,
            "clip_norm": 0.5,
            "averaging": 0.9,
        },
        schedule={"kind": "Cosine"},
        augmentation={"kind": "Augmentation", "rotation": 14, "scale": 0.15, "shear": 0.2, "shift": 2, "bend": 2},
        layers=[
            {"kind": "Standardise", "mean": 0.13, "deviation": 0.31},
            {"kind": "Conv2D", "filters": 2, "kernel_size": 3, "stride": 2, "padding": 0},
            *({"kind": "GroupNorm", "groups": 2}, {"kind": "BatchNorm2D"}, {"kind": "GELU"}),
            {"kind": "MaxPool2D", "size": 3, "stride": 2, "padding": 1},
            *({"kind": "Flatten"}, {"kind": "Dense", "units": 3}),
            {"kind": "SoftmaxCrossEntropy", "smoothing": 0.1},
        ],
    )
    assert sha256(page) == expected
    assert page.locator("#link").get_attribute("href") == query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?experiment=sums&epochs=1", "an invalid experiment"),
        ("?experiment=paper&seed=-1&epochs=x&layers=conv-1", "an invalid seed and epochs and layers"),
        ("?epochs=1&optimiser=%3Cscript%3E&layers=conv-1-99-1-1", "an invalid optimiser and layers"),
        ("?%FF%00=%&seed=9&epochs=1", "you have not trained"),
    ],
)
def test_an_address_that_is_wrong(page: Page, query: str, words: str) -> None:
    """The page says which part, takes the usual for it, and works."""
    page.goto(f"{home(page)}{query}#/train")
    wait_for(page, "ready")
    expect(state(page)).to_have_text(re.compile(words))
    train_to_the_end(page)
