"""Options of the whole test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=2000, metavar="N", help="how many random kernels are compared")


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> int:
    """How many random kernels are compared."""
    return int(request.config.getoption("--fuzz"))
