"""Options of the whole test run, and what it prints in the end of the faults that were tried."""

from collections.abc import Callable

import pytest

Tried = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=1000, metavar="N", help="how many random kernels are compared")
    parser.addoption("--fuzz-from", type=int, default=0, metavar="SEED", help="the seed of the first of them")
    parser.addoption("--long", action="store_true", help="train whole epochs of the presets on groups of all sizes")
    parser.addoption("--bless", action="store_true", help="rewrite tests/compiler/golden")
    parser.addoption("--every-width", action="store_true", help="run each browser's tests at 360 and 1440 pixels")
    parser.addoption("--faults", type=int, default=0, metavar="N", help="kernels to find each planted fault with")
    parser.addoption("--isolated", choices=["narrow", "all", "none"], default="narrow", help="which pages are")
    parser.addoption("--photographs", type=int, default=3, metavar="N", help="how many of each kind are read")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written."""
    return bool(request.config.getoption("--bless"))


@pytest.fixture
def fuzz_count(request: pytest.FixtureRequest) -> int:
    """How many random kernels are compared."""
    return int(request.config.getoption("--fuzz"))


@pytest.fixture
def fuzz_from(request: pytest.FixtureRequest) -> int:
    """The seed of the first of them."""
    return int(request.config.getoption("--fuzz-from"))


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Tried:
    """Called with a fault that was made, and what a person saw of it; for the table after the tests."""
    browser = request.getfixturevalue("browser").browser_type.name

    def note(fault: str, seen: str, times: int = 1) -> None:
        request.node.user_properties.append(("fault", (fault, browser, times, seen)))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of tests/browser/FAULTS.md."""
    table: dict[str, list[tuple[str, int, str]]] = {}
    for report in terminalreporter.getreports("passed"):
        for kind, noted in report.user_properties:
            if kind == "fault":
                fault, *rest = noted
                table.setdefault(fault, []).append(tuple(rest))
    if table:
        terminalreporter.section("faults")
        terminalreporter.write_line("| fault | browsers | times | what the person sees |")
        terminalreporter.write_line("| --- | --- | --- | --- |")
    for fault, notes in table.items():
        browsers = " and ".join(sorted({browser.capitalize() for browser, _, _ in notes}))
        times = sum(times for _, times, _ in notes)
        terminalreporter.write_line(f"| {fault} | {browsers} | {times} | {notes[0][2]} |")
