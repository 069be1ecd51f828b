"""The place Code: kernels are read, edited, checked, measured and trained with; code from outside is shown first."""

import json
import re
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from scnn import kernels as scnn_kernels
from scnn.compiler.explain.as_text import as_text
from scnn.engines.wasm import compiled
from scnn.experiments.experiment import experiment_of
from scnn.page.session import Session
from tests.browser.conftest import fingerprint_of
from tests.browser.person import READY, TRAINED, Maker, button, go, home, state, wait_for

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
PAPER = "?experiment=paper&seed=1&epochs=1"
MESSAGE = {"experiment": "paper", "seed": 1, "epochs": 1}
CONV = as_text(scnn_kernels.conv2d_forward)
DOUBLED = CONV.replace("= total\n", "= total * 2.0\n")
SCALED = """def own_forward(output: Float32Buffer, input: Float32Buffer, scale: Float32Buffer, size: Size):
    for i in lanes(size):
        output[i] = input[i] * (1.0 + scale[0])
"""
PAPER_LAYERS = experiment_of(MESSAGE).config["layers"]
ENDLESS = """def relu_forward(output: Float32Buffer, input: Float32Buffer, size: Size) -> None:
    for i in range(2000000000):
        output[0] = 1.0
"""


@pytest.fixture(scope="module", params=[360, 1440])
def page(new_page: Maker, site_url: str, request: pytest.FixtureRequest) -> Page:
    """The place on a phone and on a desk, for all tests, from a link that brings a kernel without an end."""
    scheme = "dark" if request.param == 1440 else "light"
    page = new_page(shared=True, viewport={"width": request.param, "height": 900}, color_scheme=scheme)
    query = urlencode({"kernel": "relu_forward", "source": ENDLESS})
    page.goto(f"{home(page, site_url)}{PAPER}&{query}#/code")
    expect(compiler(page)).to_have_text(re.compile("^compiled"), timeout=READY)
    return page


@pytest.fixture(scope="module")
def desk() -> Session:
    """What the same messages give on a desktop."""
    return Session(perf_counter, {"compiled": compiled})


def compiler(page: Page) -> Locator:
    return page.get_by_role("status", name="Compiler", exact=True)


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Kernel source", exact=True)


def choose(page: Page, kernel: str) -> None:
    """Chooses a kernel by the list, or on a phone by the chooser."""
    chooser = page.get_by_role("combobox", name="Kernel", exact=True)
    if chooser.is_visible():
        chooser.select_option(label=kernel)
    else:
        page.get_by_role("navigation", name="Kernels by layer").get_by_role("button", name=kernel).first.click()
    expect(page.get_by_role("heading", name=kernel, exact=True)).to_be_visible()


def replace_source(page: Page, source: str) -> None:
    """Types over the whole text at once. (Over BiDi, inserted lines are not those that were sent.)"""
    editor(page).focus()
    page.keyboard.press("ControlOrMeta+a")
    event = {"inputType": "insertText", "data": source, "bubbles": True, "cancelable": True}
    editor(page).evaluate("(box, event) => box.dispatchEvent(new InputEvent('beforeinput', event))", event)


def answered(page: Page, beginning: str) -> None:
    expect(compiler(page)).to_have_text(re.compile(f"^{beginning}"), timeout=TRAINED)


def test_code_from_a_link_is_shown_first_and_never_runs_by_itself(page: Page, tmp_path: Path) -> None:
    """Hostile code causes a named error and the page keeps working; code from a file is offered in the same way."""
    offer = page.get_by_role("region", name="Code from outside").first
    expect(offer).to_contain_text("It has not run")
    expect(offer.locator(".added").first).to_contain_text("for i in range(2000000000):")
    expect(page.get_by_role("heading", name="conv2d_forward", exact=True)).to_be_visible()
    assert "source=" not in page.url
    offer.get_by_role("button", name="Put it into the editor").click()
    answered(page, "refused: 1 error")
    expect(page.get_by_role("list", name="Errors")).to_contain_text("steps; expected at most")
    expect(offer).to_be_hidden()
    markup = tmp_path / "kernel.py"
    markup.write_text("def relu_forward(output):\n    '<img src=x onerror=alert(1)>'\n    import os\n")
    page.locator("#code-file").set_input_files(markup)
    expect(offer).to_contain_text("kernel.py has code for relu_forward")
    expect(offer.locator("img")).to_have_count(0)
    offer.get_by_role("button", name="Put it into the editor").click()
    answered(page, "refused")
    button(page, "Restore").click()
    answered(page, "compiled:")


def test_a_kernel_with_its_formula_remarks_and_stages(page: Page, desk: Session) -> None:
    """What the page shows is what the compiler says: a remark at each loop, a row for each line."""
    message = {**MESSAGE, "kernel": "conv2d_forward", "layer": "conv2d_1", "source": CONV}
    choose(page, "conv2d_forward")
    answered(page, "compiled:")
    expect(page.locator("#code-formula")).to_contain_text("Σ_channel Σ_i Σ_j")
    remarks = desk.handle({"action": "compile_kernel", **message})["remarks"]
    expect(page.locator(".cm-words[data-kind=remark]")).to_have_text([remark["text"] for remark in remarks])
    table = page.get_by_role("table", name="Stages", exact=True)
    rows = desk.handle({"action": "kernel_stages", **message})["lines"]
    expect(table.get_by_role("rowheader")).to_have_text([str(row["line"]) for row in rows])
    shown = [cell.replace(",", "") for cell in table.locator("tbody tr td:nth-child(4)").all_inner_texts()]
    assert shown == [str(row["instructions"]) for row in rows]
    product = next(number for number, line in enumerate(CONV.split("\n"), 1) if "total +=" in line)
    table.get_by_role("button", name=f"Go to line {product}", exact=True).click()
    expect(page.locator("#code-wasm .chosen").first).to_be_visible()
    lines = page.locator("#code-wasm .chosen").evaluate_all("all => all.map(one => one.dataset.line)")
    assert set(lines) == {str(product)}
    listed = page.get_by_role("navigation", name="Kernels by layer").or_(
        page.get_by_role("combobox", name="Kernel", exact=True)
    )
    expect(listed.filter(visible=True)).to_contain_text("softmax_cross_entropy_backward")


def test_errors_stand_under_the_very_words(page: Page) -> None:
    """They are marked, said, listed with their lines, and gone when they are mended."""
    replace_source(page, CONV.replace("total += padded", "totl += padded"))
    answered(page, "refused: 1 error")
    expect(page.locator(".cm-wrong")).to_have_text("totl")
    expect(page.locator(".cm-words[data-kind=error]")).to_contain_text("totl may have no value here")
    expect(page.get_by_role("list", name="Errors")).to_contain_text("totl may have no value here")
    for name in ("Check", "Train with it", "Measure"):
        expect(button(page, name)).to_be_disabled()
    button(page, "Restore").click()
    answered(page, "compiled:")
    expect(page.locator(".cm-wrong")).to_have_count(0)
    expect(button(page, "Train with it")).to_be_disabled()


def test_an_edit_is_checked_measured_and_derived(page: Page) -> None:
    """The doubled convolution is the same on both engines, and its gradients are wrong until they are derived."""
    replace_source(page, DOUBLED)
    answered(page, "compiled, edited")
    difference = page.get_by_role("group", name="Difference", exact=True)
    expect(difference.locator(".added")).to_contain_text("= total * 2.0")
    expect(difference.locator(".removed")).to_have_count(1)
    button(page, "Check").click()
    verdict = page.get_by_role("status", name="Result of the check")
    expect(verdict).to_contain_text("wrong", timeout=TRAINED)
    results = page.locator("#code-checks")
    expect(results.get_by_role("row", name="conv2d_forward, conv2d_1")).to_contain_text("the same bits")
    expect(results.get_by_role("row", name="Gradient of conv2d_1.weights")).to_contain_text("failed")
    button(page, "Derive the backward pass").click()
    expect(page.locator("#code-backward-texts")).to_contain_text("def conv2d_backward_weights", timeout=TRAINED)
    expect(page.get_by_role("group", name="conv2d_backward_weights", exact=True)).to_have_count(
        2
    )  # by hand, and derived
    page.get_by_label("Use the derived backward pass").check(force=True)
    button(page, "Check").click()
    expect(verdict).to_contain_text("are right", timeout=TRAINED)
    button(page, "Measure").click()
    expect(page.get_by_role("status", name="Measured time")).to_contain_text("One call takes", timeout=TRAINED)
    bars = page.get_by_role("list", name="Times of one call")
    for name in ("as written", "scnn's own", "without lanes", "without blocked", "without unrolled"):
        expect(bars).to_contain_text(name)


def test_training_with_it_is_marked_and_the_same_everywhere(page: Page) -> None:
    """The run and its notebook entry show the badge; the weights equal those that the library trains."""
    edits = {"kernels": {"conv2d_forward": DOUBLED}, "derive": True}
    button(page, "Train with it").click()
    expect(page.locator("[data-place=train]")).to_be_visible()
    wait_for(page, "finished", TRAINED)
    expect(page.locator("#edited")).to_contain_text("This training uses edited kernels: conv2d_forward")
    expect(page.locator("#sha256")).to_have_text(fingerprint_of(**MESSAGE, edits=edits))
    expect(page.locator("#link-words")).to_be_hidden()
    newest = page.locator("#runs .run").first
    expect(newest.locator(".edited")).to_have_text("edited")
    expect(newest).to_contain_text("edited conv2d_forward")
    page.locator("#edited summary").click()
    expect(page.locator("#edited-difference .added")).to_contain_text("= total * 2.0")
    go(page, "Code")
    button(page, "Restore").click()
    answered(page, "compiled:")
    go(page, "Train")
    button(page, "Reset").click()
    expect(page.locator("#edited")).to_be_hidden()


def test_a_layer_of_ones_own(page: Page) -> None:
    """It goes into the network, is edited like any other kernel, and trains."""
    go(page, "Code")
    page.locator("#code-own-after").select_option(label="conv2d_1")
    button(page, "Put my layer into the network").click()
    expect(page.get_by_role("heading", name="own_forward", exact=True)).to_be_visible(timeout=TRAINED)
    answered(page, "compiled, edited")
    replace_source(page, SCALED)
    answered(page, "compiled, edited")
    button(page, "Train with it").click()
    wait_for(page, "finished", TRAINED)
    expect(page.locator("#edited")).to_contain_text("own_forward")
    layers = [*PAPER_LAYERS[:1], {"kind": "Own"}, *PAPER_LAYERS[1:]]
    edits = {"kernels": {"own_forward": SCALED}}
    expect(page.locator("#sha256")).to_have_text(fingerprint_of(**MESSAGE, layers=layers, edits=edits))
    go(page, "Code")
    button(page, "Restore").click()
    expect(page.locator("#code-editor .cm-content")).not_to_contain_text("scale", timeout=TRAINED)


def test_a_model_with_edited_kernels_opens_when_they_have_been_read(page: Page, tmp_path: Path) -> None:
    experiment = experiment_of({**MESSAGE, "edits": {"kernels": {"conv2d_forward": DOUBLED}}})
    path = tmp_path / "edited.safetensors"
    network = experiment.network()
    network.provenance = {"experiment": json.loads(json.dumps(experiment.config))}
    network.save(path)
    go(page, "Train")
    button(page, "Reset").click()
    page.locator("#file").set_input_files(path)
    offer = page.locator("#files-offer")
    expect(offer.locator(".added")).to_contain_text("= total * 2.0")
    expect(state(page)).to_have_text(re.compile("^ready"))
    offer.get_by_role("button", name="Open it with these kernels").click()
    wait_for(page, "finished", TRAINED)
    expect(page.locator("#edited")).to_contain_text("conv2d_forward")


def test_by_keyboard_at_every_width_and_without_faults(page: Page) -> None:
    """Tab indents in the editor, and after Escape leaves it; nothing scrolls sideways; axe-core finds nothing."""
    go(page, "Code")
    choose(page, "relu_forward")
    answered(page, "compiled")
    editor(page).focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.press("Tab")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("# indented")
    expect(page.locator("#code-difference")).to_contain_text("    # indented")
    answered(page, "compiled:")  # a comment is no edit
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(button(page, "Check")).to_be_focused()
    button(page, "Derive the backward pass").click()
    expect(page.locator("#code-backward-texts")).to_contain_text("def relu_backward", timeout=TRAINED)
    size: Any = page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run({ preload: false })).violations")
    assert not [f"{one['id']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]


def test_lines_are_shown_from_their_beginning_again(page: Page) -> None:
    """Typing at the end of a long line scrolls sideways; a new line, and leaving the editor, scroll back."""
    go(page, "Code")
    choose(page, "relu_forward")
    scroller = page.locator("#code-editor .cm-scroller")
    editor(page).focus()
    page.keyboard.press("ControlOrMeta+End")
    for then in ("Enter", "elsewhere"):
        page.keyboard.type("# " + "long " * 50)
        expect(scroller).not_to_have_js_property("scrollLeft", 0)
        if then == "Enter":
            page.keyboard.press(then)
        else:
            page.locator("#code-title").focus()
        expect(scroller).to_have_js_property("scrollLeft", 0)
    button(page, "Restore").click()
    answered(page, "compiled:")


def test_changes_are_in_the_editor_after_a_reload(page: Page) -> None:
    """Until they are restored. The address has the layer of one's own, whose kernel is never in it."""
    go(page, "Code")
    choose(page, "conv2d_forward")
    replace_source(page, DOUBLED)
    answered(page, "compiled, edited")
    page.reload()
    answered(page, "compiled, edited")
    words = "Your changes to own_forward and conv2d_forward from an earlier visit are back in the editor."
    expect(page.get_by_role("status", name="Kept changes")).to_have_text(words)
    choose(page, "conv2d_forward")
    answered(page, "compiled, edited")
    expect(editor(page)).to_contain_text("= total * 2.0")
    button(page, "Restore").click()
    answered(page, "compiled:")
    expect(page.get_by_role("status", name="Kept changes")).to_have_text("")
    page.reload()
    answered(page, "compiled, edited")
    expect(page.get_by_text("Your changes to own_forward from an earlier visit")).to_be_visible()
    choose(page, "conv2d_forward")
    answered(page, "compiled:")
