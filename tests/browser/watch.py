"""What a page should not do while it is tested, and what is known when its process ends."""

from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page

# Firefox says so if it draws a formula while it still reads its HTML. tests/site checks the formulas that are served.
HALF_READ = "Incorrect number of children for <m"


def say_memory(page: Page) -> None:
    """Printed when a page's process has ended by itself, perhaps for want of memory."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        memory = meminfo.read_text().splitlines()[:3]  # total, free, available
        print(f"{page.url} crashed;", ", ".join(" ".join(line.split()) for line in memory))


class Watch:
    """What a page should not do: log errors, or ask another origin for anything."""

    def __init__(self, page: Page, site_url: str) -> None:
        self.origin = site_url.split("/user/")[0]
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.expected = False  # whether errors are what the test is about
        self.isolated = False
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.report(str(error)))
        page.on("crash", say_memory)
        page.on("request", lambda request: self.look(request.url))

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(HALF_READ):
            self.report(message.text)

    def report(self, error: str) -> None:
        if not (
            self.isolated and "unsafe-eval" in error
        ):  # PyScript's worker tries window.Function, and does without
            self.errors.append(error)

    def look(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(url)
