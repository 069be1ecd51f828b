"""Makes the README's picture: a drawn digit on the page, and what each layer of the network makes of it."""

import re
import threading

from builder.paths import ROOT, SITE
from playwright.sync_api import expect, sync_playwright
from serve import Server

from tests.browser.conftest import launch
from tests.browser.person import circle, stroke, wait_for

TARGET = ROOT / "site" / "screenshot.png"


def main() -> None:
    server = Server(SITE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = launch(playwright, "chromium")
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(server.url)
        wait_for(page, "ready")
        stroke(page, circle(0.5, 0.3, 0.16, 0.17))
        stroke(page, circle(0.5, 0.67, 0.2, 0.2))
        expect(page.get_by_role("status", name="Prediction")).to_have_text(re.compile("^8"))
        page.locator(".sheet").nth(1).click()
        expect(page.get_by_role("status", name="Selected number")).to_have_text(re.compile("^Convolution 1"))
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=TARGET)
        browser.close()
    print(f"made {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
