"""Makes the README's picture: the page after training the paper's preset and drawing a digit."""

import re
import threading

from builder.paths import ROOT, SITE
from playwright.sync_api import expect, sync_playwright
from serve import Server

from tests.browser.conftest import launch
from tests.browser.person import TRAINED, button, circle, stroke, wait_for

TARGET = ROOT / "site" / "screenshot.png"


def main() -> None:
    server = Server(SITE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = launch(playwright, "chromium")
        page = browser.new_page(viewport={"width": 1280, "height": 1060})
        page.goto(server.url)
        wait_for(page, "ready")
        button(page, "Train").click()
        wait_for(page, "finished", timeout=TRAINED)
        stroke(page, circle(0.5, 0.5, 0.22, 0.32))
        expect(page.get_by_role("status", name="Prediction")).to_have_text(re.compile("^0"))
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=TARGET)
        browser.close()
    print(f"made {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
