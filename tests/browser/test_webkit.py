"""The page's main path in WebKit, which selenium drives: open, train, look at the confusion matrix, draw, solve an
exercise, edit and check a kernel, check a receipt."""

import re
from collections.abc import Iterator
from itertools import chain

import pytest
from selenium.webdriver import WebKitGTK
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from scnn.labs.lab import bundled_lab, grade
from scnn.labs.receipt import make_receipt
from tests.browser.conftest import SHOTS, fingerprint_of
from tests.browser.person import READY, TRAINED, circle, line

pytestmark = pytest.mark.browser

LAB = bundled_lab("vertical-edges")
SOBEL, FLAT = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def text(driver: WebKitGTK, selector: str) -> str:
    return driver.find_element(By.CSS_SELECTOR, selector).text


def wait_for(driver: WebKitGTK, selector: str, words: str, timeout: float = READY) -> None:
    """Until the element's text begins so."""
    wait = WebDriverWait(driver, timeout / 1000, poll_frequency=0.05)
    wait.until(lambda _: re.match(words, text(driver, selector)), f"{selector} does not become {words!r}")


@pytest.fixture(scope="module")
def trained(webkit: WebKitGTK, site_url: str) -> Iterator[WebKitGTK]:
    """A page on which the paper's preset was trained to its end."""
    webkit.get(f"{site_url}?experiment=paper&seed=1")
    wait_for(webkit, "#state", "ready")
    webkit.find_element(By.ID, "act").click()
    wait_for(webkit, "#state", "finished", TRAINED)
    yield webkit
    SHOTS.mkdir(parents=True, exist_ok=True)
    webkit.save_screenshot(str(SHOTS / "webkit.png"))


def test_the_confusion_matrix(trained: WebKitGTK) -> None:
    """A row for each true class, each summing to its 10 test images, at least 80 % on the diagonal."""
    rows = trained.find_elements(By.CSS_SELECTOR, "#confusion tbody tr")
    counts = [[int(cell.text) for cell in row.find_elements(By.TAG_NAME, "td")] for row in rows]
    assert [sum(row) for row in counts] == [10, 10, 10]
    assert sum(counts[k][k] for k in range(3)) >= 24


def test_the_curves_are_drawn(trained: WebKitGTK) -> None:
    """Also where the locale is "C", which is no language that Intl knows: uPlot asks for it when it is loaded."""
    assert trained.execute_script("return navigator.languages") == ["C"]
    for chart in ("loss", "accuracy"):
        assert trained.find_element(By.CSS_SELECTOR, f"#{chart}-chart canvas").is_displayed()


def test_the_weights_are_those_of_wasmtime(trained: WebKitGTK) -> None:
    """The page shows the SHA-256 of the same training on wasmtime."""
    assert text(trained, "#sha256") == fingerprint_of(experiment="paper", seed=1)


@pytest.mark.parametrize(
    ("digit", "points"), [("0", circle(0.5, 0.5, 0.22, 0.32)), ("1", line(0.5, 0.15, 0.5, 0.85))]
)
def test_drawn_digits_are_read(trained: WebKitGTK, digit: str, points: list[tuple[float, float]]) -> None:
    """A 0 and a 1."""
    trained.find_element(By.ID, "clear").click()
    canvas = trained.find_element(By.ID, "canvas")
    trained.execute_script("arguments[0].scrollIntoView({ block: 'center' })", canvas)
    width, height = canvas.size["width"], canvas.size["height"]
    offsets = [(round((x - 0.5) * width), round((y - 0.5) * height)) for x, y in points]
    chain = ActionChains(trained, duration=0)
    chain.move_to_element_with_offset(canvas, *offsets[0]).click_and_hold()
    for offset in offsets[1:]:
        chain.move_to_element_with_offset(canvas, *offset)
    chain.release().perform()
    wait_for(trained, "#prediction", digit, 10_000)
    assert len(trained.find_elements(By.CSS_SELECTOR, "#bars meter")) == 3


def test_an_exercise_is_judged(trained: WebKitGTK) -> None:
    """A filter that finds no edges is refused, Sobel's solves it."""
    trained.execute_script("location.hash = '#/exercises?chosen=vertical-edges'")
    wait_for(trained, "#exercise-heading", "Find vertical edges")
    check = ".exercise .row button"
    trained.find_element(By.CSS_SELECTOR, check).click()
    wait_for(trained, ".verdict-part", "Not yet.")
    for field, value in zip(trained.find_elements(By.CSS_SELECTOR, ".filter-grid input"), chain(*SOBEL), strict=True):
        trained.execute_script(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", field, str(value)
        )
    trained.find_element(By.CSS_SELECTOR, check).click()
    wait_for(trained, ".verdict-part", "Solved.")


def test_a_kernel_is_edited_and_checked(trained: WebKitGTK) -> None:
    """A mistake is refused; restored, the kernel compiles and its gradients are right."""
    trained.execute_script("location.hash = '#/code?kernel=relu_forward'")
    wait_for(trained, "#compiler", "compiled")
    write(trained, " x")
    wait_for(trained, "#compiler", "refused: 1 error")
    trained.find_element(By.ID, "code-restore").click()
    wait_for(trained, "#compiler", "compiled:")
    trained.find_element(By.ID, "code-check").click()
    wait_for(trained, "#code-verdict", ".*are right", TRAINED)


def write(driver: WebKitGTK, words: str) -> None:
    """Types at the end of the kernel's source, inside the editor's shadow root."""
    box = driver.execute_script("""
        const inside = root => root.querySelector(".cm-content")
            ?? [...root.querySelectorAll("*")].map(one => one.shadowRoot && inside(one.shadowRoot)).find(Boolean);
        return inside(document.getElementById("code-editor"));""")
    box.click()
    ActionChains(driver).key_down(Keys.CONTROL).send_keys(Keys.END).key_up(Keys.CONTROL).send_keys(words).perform()


def test_receipts_are_checked(trained: WebKitGTK) -> None:
    """An answer that solves the exercise is graded again; one under another answer's result is refused."""
    right = grade(LAB, SOBEL)
    receipts = make_receipt(LAB, SOBEL, right, "Ada") + make_receipt(LAB, FLAT, right, "Eve")
    trained.execute_script("location.hash = '#/teach'")
    field = trained.find_element(By.ID, "receipts")
    trained.execute_script(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", field, receipts
    )
    trained.find_element(By.ID, "check-receipts").click()
    wait_for(trained, "#receipts-table tbody tr:nth-child(2) td:nth-child(3)", "refused", TRAINED)
    assert text(trained, "#receipts-table tbody tr:nth-child(1) td:nth-child(3)") == "solved"


def test_no_request_left_the_origin(trained: WebKitGTK, site_url: str) -> None:
    """Of all that the page has fetched."""
    names = trained.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert len(names) > 10
    assert all(name.startswith((site_url, "blob:", "data:")) for name in names)
