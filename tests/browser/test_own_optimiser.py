"""An optimiser of one's own: a kernel for one step, chosen and edited on the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import fingerprint_of
from tests.browser.person import TRAINED, Maker, button, go, home, wait_for
from tests.browser.test_code import MESSAGE, PAPER, answered, replace_source

pytestmark = pytest.mark.browser

NESTEROV = """def own_update(
    parameters: Float32Buffer, gradients: Float32Buffer, speed: Float32Buffer, rate: Float32Buffer, size: Size
) -> None:
    for i in lanes(size):
        speed[i] = 0.5 * speed[i] + gradients[i]
        parameters[i] -= rate[0] * (gradients[i] + 0.5 * speed[i])
"""


@pytest.mark.parametrize("width", [360, 1440])
def test_an_optimiser_of_ones_own(new_page: Maker, site_url: str, width: int) -> None:
    """It is chosen in the form, edited and checked like any other kernel, and trains; its file opens with it."""
    page = new_page(shared=True, viewport={"width": width, "height": 900})
    page.goto(f"{home(page, site_url)}{PAPER}#/code")
    answered(page, "compiled")
    button(page, "Train with my optimiser").click()
    expect(page.get_by_role("heading", name="own_update", exact=True)).to_be_visible(timeout=TRAINED)
    answered(page, "compiled, edited")
    expect(page.locator("#optimiser")).to_have_value("own")
    replace_source(page, NESTEROV)
    answered(page, "compiled, edited")
    button(page, "Check").click()
    expect(page.get_by_role("status", name="Result of the check")).to_contain_text("are right", timeout=TRAINED)
    button(page, "Train with it").click()
    wait_for(page, "finished", TRAINED)
    expect(page.locator("#edited")).to_contain_text("own_update")
    optimiser = {"kind": "OwnOptimiser", "learning_rate": 0.001}
    edits = {"kernels": {"own_update": NESTEROV}}
    expect(page.locator("#sha256")).to_have_text(fingerprint_of(**MESSAGE, optimiser=optimiser, edits=edits))
    go(page, "Code")
    button(page, "Restore").click()
    expect(page.locator("#code-editor .cm-content")).to_contain_text("velocity", timeout=TRAINED)
