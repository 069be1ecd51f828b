"""Networks that read pictures in colour, on the page: diagram, explanations, and what a drawing means there."""

from random import Random
from typing import Any

import pytest

from scnn.data.bundled import load_shapes
from scnn.page.session import Session
from tests.formats.test_png import opened
from tests.page.test_run import session
from tests.strokes import draw_digit

SMALL = [
    {"kind": "Conv2D", "filters": 2, "kernel_size": 3, "stride": 2, "padding": 0},
    *({"kind": "ReLU"}, {"kind": "Flatten"}, {"kind": "Dense", "units": 12}, {"kind": "SoftmaxCrossEntropy"}),
]
DRAWN = {"strokes": draw_digit("3", Random(1))}
TEST = load_shapes()[1]


@pytest.fixture(scope="module")
def trained() -> Session:
    """After one step of a small network."""
    one = session()
    one.handle({"action": "start", "experiment": "shapes", "per_class": 10, "layers": SMALL})
    one.handle({"action": "step"})
    return one


def asked(one: Session, action: str, **message: Any) -> dict[str, Any]:
    answer = one.handle({"action": action, **message})
    assert "error" not in answer, answer
    return answer


def test_the_picture_is_in_colour(trained: Session) -> None:
    """Each pixel has the image's own red, green and blue, and each number is the engine's."""
    answer = asked(trained, "diagram", index=70)
    found, image = opened(answer["picture"]), TEST.image(70)
    assert found.size == (32, 32) and answer["true"] == TEST.classes[TEST.labels[70]]
    for row, column in ((0, 0), (16, 15), (31, 31)):
        at = row * 32 + column
        assert found.getpixel((column, row)) == (image[at], image[1024 + at], image[2048 + at])
        for channel in range(3):
            number = asked(trained, "value", layer=0, position=1024 * channel + at, index=70)["value"]
            assert number == pytest.approx(image[1024 * channel + at] / 255)
    assert answer["prediction"]["shape"] == [3, 32, 32]
    assert answer["prediction"]["picture"] == answer["picture"]


@pytest.mark.parametrize(("subject", "label"), [(DRAWN, 0), ({"sample": 4}, 4), ({"index": 599}, 11)])
def test_drawings_are_not_read(trained: Session, subject: dict[str, Any], label: int) -> None:
    """The diagram shows a test image for them: the first, or the first of the sample's class."""
    assert asked(trained, "diagram", **subject)["true"] == TEST.classes[label]


def test_a_drawing_is_answered_in_words(trained: Session) -> None:
    """It is neither read nor learned from."""
    assert asked(trained, "predict", **DRAWN) == {"empty": True, "no_drawings": True}
    refused = trained.handle({"action": "correct", "label": TEST.classes[0], **DRAWN})
    assert "cannot learn from a drawing" in refused["error"]["message"]


def test_elements_are_explained(trained: Session) -> None:
    """A window goes through all three channels; a filter made by hand sees their mean."""
    found = asked(trained, "element", index=3, layer="conv2d_1", element=[1, 7, 7], everything=True)
    assert len(found["rows"]) == 27
    answer = asked(trained, "filter", index=3, weights=[[1.0]])
    image = TEST.image(3)
    means = [sum(image[pixel::1024]) // 3 / 255 for pixel in range(1024)]
    assert answer["values"] == pytest.approx(means, abs=1e-4) and answer["side"] == 32


def test_a_checkpoint_goes_on(trained: Session) -> None:
    """It is opened with the same weights."""
    other = session()
    asked(other, "open", data=trained.checkpoint_file())
    assert other.run and trained.run
    assert other.run.network.fingerprint() == trained.run.network.fingerprint()
