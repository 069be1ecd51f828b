"""The page works alike whether it is cross-origin isolated or not. In all browser tests narrow pages are isolated and
wide ones are not; `build.py test -- --isolated=all` isolates all of them, `--isolated=none` none."""

import pytest

from tests.browser.conftest import fingerprint_of
from tests.browser.person import Maker, opened, sha256, train_to_the_end

pytestmark = pytest.mark.browser

MNIST = "?experiment=mnist&epochs=1&seed=4#/train"


@pytest.mark.parametrize("width", [400, 1280])
def test_the_bits_do_not_depend_on_isolation(
    new_page: Maker, site_url: str, width: int, request: pytest.FixtureRequest
) -> None:
    """Trains with several workers, and asks the browser whether the page is isolated."""
    asked = request.config.getoption("--isolated")
    page = opened(new_page, site_url, MNIST, viewport={"width": width, "height": 800})
    assert page.evaluate("crossOriginIsolated") == (asked == "all" or (asked == "narrow" and width == 400))
    train_to_the_end(page)
    assert sha256(page) == fingerprint_of(experiment="mnist", epochs=1, seed=4)
