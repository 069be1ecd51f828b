"""Drawings: read before anybody trains, corrected, learned; by mouse and by finger."""

import re
from random import Random

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import (
    TRAINED,
    Maker,
    begin_again,
    button,
    choose_depth,
    circle,
    fresh,
    line,
    opened,
    prediction,
    state,
    still,
    stroke,
    wait_for,
)
from tests.strokes import DIGITS, draw_digit

pytestmark = pytest.mark.browser


def test_drawings_are_read_before_anybody_trains(page: Page) -> None:
    """By the network that comes with the page: each digit, wherever it is drawn; the page says how good it is."""
    begin_again(page)
    random = Random("on the page")
    for name in DIGITS:
        button(page, "Clear drawing").click()
        for points in draw_digit(name, random):
            stroke(page, points)
        prediction(page).to_have_text(re.compile(f"^{name}, .*comes with the page"), timeout=10_000)
    words = page.locator("#pretrained-about").inner_text()
    share = re.search(r"classifies ([\d.]+)\s% of 400 test drawings", words)
    assert share and float(share[1]) >= 95


def test_a_stroke_stays_whole_when_the_canvas_moves_under_it(page: Page) -> None:
    """What appears above the canvas during a stroke does not bend it: the places Learn and See fill as one draws."""
    fresh(page)
    canvas = page.get_by_role("application", name="Draw a digit", exact=True)
    box = still(canvas)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line(0.5, 0.15, 0.5, 0.85)]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:11]:
        page.mouse.move(*place)
    page.evaluate(
        """() => {
            const more = document.createElement("p");
            more.style.height = "90px";
            document.getElementById("drawing").before(more);
        }"""
    )
    assert still(canvas)["y"] > box["y"] + 40
    for place in places[11:]:
        page.mouse.move(*place)
    page.mouse.up()
    prediction(page).to_have_text(re.compile("^1,"), timeout=10_000)
    inked = """() => {
        const { data } = document.getElementById("canvas").getContext("2d").getImageData(0, 0, 280, 280);
        const rows = new Set();
        for (let at = 0; at < data.length; at += 4) if (data[at] < 128) rows.add(Math.floor(at / 4 / 280));
        return [Math.min(...rows), Math.max(...rows)];
    }"""
    top, bottom = page.evaluate(inked)
    assert top < 0.15 * 280 and bottom > 0.85 * 280


def test_a_reading_may_be_averaged_over_shifted_copies(page: Page) -> None:
    """By a box that stands there from the depth Numbers on: other probabilities, and the same again without it."""
    fresh(page)
    stroke(page, circle(0.5, 0.5, 0.2, 0.3))
    prediction(page).to_have_text(re.compile("^0,"), timeout=10_000)
    box = page.get_by_role("checkbox", name="Average over the image and four copies")
    choose_depth(page, "Picture")
    expect(box).to_be_hidden()
    choose_depth(page, "Numbers")
    bars = page.locator("#bars meter")
    page.wait_for_timeout(500)
    alone = bars.evaluate_all("bars => bars.map(bar => bar.value)")
    box.check()
    page.wait_for_function(
        "alone => [...document.querySelectorAll('#bars meter')].some((bar, at) => bar.value !== alone[at])", arg=alone
    )
    page.wait_for_timeout(500)  # the diagram's answer follows, and is averaged as well
    assert bars.evaluate_all("bars => bars.map(bar => bar.value)") != alone
    prediction(page).to_have_text(re.compile("^0,"))
    box.uncheck()
    page.wait_for_function(
        "alone => [...document.querySelectorAll('#bars meter')].every((bar, at) => bar.value === alone[at])",
        arg=alone,
    )


def test_a_dot_is_seen_and_not_taught(page: Page) -> None:
    """It is drawn in every browser, and is no digit."""
    begin_again(page)
    page.get_by_role("application", name="Draw a digit", exact=True).click()
    prediction(page).to_have_text(re.compile("^Draw a digit: there is only a dot"), timeout=10_000)
    inked = """() => document.getElementById("canvas").getContext("2d").getImageData(0, 0, 280, 280).data
        .reduce((sum, value, place) => sum + (place % 4 === 0 && value < 128), 0)"""
    assert 200 < page.evaluate(inked) < 300
    expect(button(page, "Teach it")).to_be_hidden()


def test_a_correction_is_learned(page: Page) -> None:
    """A mirrored 3 is no digit the network knows; told that it is a 2, it says so."""
    begin_again(page)
    odd = [(0.25, 0.2), (0.7, 0.2), (0.7, 0.5), (0.3, 0.5), (0.3, 0.8), (0.75, 0.8), (0.75, 0.65)]
    stroke(page, odd)
    first = page.get_by_role("status", name="Prediction")
    expect(first).to_have_text(re.compile("^[0-9],"), timeout=10_000)
    truth = "4" if not first.inner_text().startswith("4") else "5"
    expect(button(page, "Teach it")).to_be_disabled()  # until a class is chosen
    page.get_by_role("combobox", name="That was a").select_option(truth)
    button(page, "Teach it").click()
    wait_for(page, "finished", timeout=TRAINED)
    expect(page.get_by_role("combobox", name="Experiment")).to_have_value("mnist")  # what was taught, not the form's
    expect(page.locator("#network-summary")).to_have_text("8 layers, 11,274 weights")
    prediction(page).to_have_text(re.compile(f"^{truth},"), timeout=10_000)
    expect(state(page)).to_have_text(re.compile(r"finished – 9\d"))
    expect(page.locator("#sha256")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    expect(page.locator("#link")).to_be_hidden()  # no address leads to what was taught


def test_touch_draws_and_does_not_scroll(browser: Browser, new_page: Maker, site_url: str) -> None:
    """A finger's stroke is read, and the page under it stays where it is."""
    if browser.browser_type.name != "chromium":
        pytest.skip("only Chromium's protocol can move a finger")
    page = opened(new_page, site_url, viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
    canvas = page.get_by_role("application", name="Draw a digit", exact=True)
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


def test_a_pen_draws_while_the_palm_rests(browser: Browser, new_page: Maker, site_url: str) -> None:
    """The palm comes first and leaves no ink; what the pen writes is read."""
    if browser.browser_type.name != "chromium":
        pytest.skip("only Chromium's protocol can move a pen")
    page = opened(new_page, site_url, has_touch=True)
    canvas = page.get_by_role("application", name="Draw a digit", exact=True)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    palm = {"x": box["x"] + 0.9 * box["width"], "y": box["y"] + 0.9 * box["height"]}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [palm]})
    for number, (x, y) in enumerate(line(0.5, 0.15, 0.5, 0.85)):
        place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        kind = "mouseMoved" if number else "mousePressed"
        pen = {"type": kind, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        session.send("Input.dispatchMouseEvent", {**pen, **place})
    session.send("Input.dispatchMouseEvent", {**pen, **place, "type": "mouseReleased", "buttons": 0})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    prediction(page).to_have_text(re.compile("^1,"), timeout=10_000)
    button(page, "Undo").click()
    expect(button(page, "Undo")).to_be_disabled()  # one stroke, and none of the palm


def test_the_paper_is_white_whatever_the_theme(new_page: Maker, site_url: str) -> None:
    """Forced colours and dark extensions change backgrounds and not pixels: ink stays black on white."""
    page = opened(new_page, site_url, forced_colors="active", color_scheme="dark")
    stroke(page, line(0.5, 0.15, 0.5, 0.85))
    pixels = page.evaluate(
        """() => {
            const canvas = document.querySelector("#canvas"), context = canvas.getContext("2d");
            return [[20, 20], [140, 140]].map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
        }"""
    )
    assert pixels == [[255, 255, 255, 255], [0, 0, 0, 255]]


def test_a_translated_page_trains(new_page: Maker, site_url: str) -> None:
    """A translator changes the words of options, buttons and labels; what the page reads are values."""
    page = opened(new_page, site_url)
    page.evaluate("document.querySelectorAll('option').forEach(one => { one.textContent = 'Dicht'; })")
    page.locator("#act").click()
    wait_for(page, "finished")
    assert page.evaluate("[...document.querySelectorAll('option')].every(one => one.hasAttribute('value'))")
