"""The diagram: every layer's picture, which shows the engine's own numbers, for the network that reads now."""

from itertools import count, pairwise
from math import prod
from random import Random
from typing import Any

import pytest

from scnn.data.bundled import load_digits
from scnn.engines.wasm import compiled
from scnn.network.inspection import Inspector
from scnn.page.session import Session
from tests.formats.test_png import opened
from tests.page.test_run import SHORT, finished, session
from tests.strokes import draw_digit


@pytest.fixture(scope="module")
def trained() -> Session:
    return finished(session(), **SHORT)


def levels_in(sheet: dict[str, Any], map_index: int, row: int, column: int) -> tuple[int, int, int, int]:
    """The colour of an element in a layer's sheet."""
    down, across = divmod(map_index, sheet["columns"])
    x, y = across * (sheet["width"] + 1) + column, down * (sheet["height"] + 1) + row
    colour = opened(sheet["picture"]).convert("RGBA").getpixel((x, y))
    assert isinstance(colour, tuple) and len(colour) == 4
    return colour


def test_each_pixel_is_the_engines_number(trained: Session) -> None:
    """Blue is negative, orange positive, the opacity the magnitude; `value` answers the number itself."""
    answer = trained.handle({"action": "diagram", "index": 4, "details": True})
    assert [layer["shape"] for layer in answer["layers"]] == [
        *[[1, 28, 28]] * 4,
        *[[1, 14, 14], [196], [32], [32], [3], [3]],
    ]
    run = trained.run
    assert run
    inspector = Inspector(run.network, compiled)
    inspector.look([level / 255 for level in run.experiment.test.image(4)])
    for index, layer in enumerate(answer["layers"][:-1]):
        numbers = [inspector.value(index + 1, at) for at in range(prod(layer["shape"]))]
        assert layer["largest"] == pytest.approx(max(map(abs, numbers)))
        for at in range(0, len(numbers), 7):
            row, column = divmod(at, layer["width"])
            red, _, blue, opacity = levels_in(layer, 0, row, column)
            expected = 255 * int(31 * abs(numbers[at]) / layer["largest"]) // 31
            assert opacity == pytest.approx(expected, abs=9)
            assert opacity == 0 or (red > blue) == (numbers[at] > 0)
            value = trained.handle({"action": "value", "index": 4, "layer": index + 1, "position": at})
            assert value == {"value": numbers[at]}


def test_the_filters_and_the_saliency(trained: Session) -> None:
    """The saliency agrees with finite differences of the predicted class's logit."""
    answer = trained.handle({"action": "diagram", "index": 4, "details": True})
    assert opened(answer["layers"][0]["filters"]["picture"]).size == (3, 3) and not answer["layers"][1]["filters"]
    saliency = opened(answer["saliency"]["picture"]).convert("RGBA").getchannel("A").tobytes()
    assert len(saliency) == 784 and max(saliency) == 255
    run = trained.run
    assert run
    image = [level / 255 for level in run.experiment.test.image(4)]
    best = run.network.class_names.index(answer["prediction"]["digit"])
    slopes = []
    for at in range(300, 420):
        sides = [[*image[:at], min(1.0, image[at] + step), *image[at + 1 :]] for step in (0.01, 0.0)]
        high, low = (row[best] for row in run.network.logits([level for side in sides for level in side]))
        slopes.append(abs(high - low))
    found = saliency[300:420]
    assert found[slopes.index(max(slopes))] > sorted(found)[-12]


def test_many_maps_are_a_grid_and_a_vector_a_column() -> None:
    """Eight maps are three columns with gaps; a long vector is a square; more maps than fit are counted."""
    one = session()
    one.handle({"action": "start", "experiment": "mnist-large"})
    layers = {layer["name"]: layer for layer in one.handle({"action": "diagram", "sample": 7})["layers"]}
    first = layers["conv2d_1"]
    assert (first["columns"], first["shown"], opened(first["picture"]).size) == (4, 16, (4 * 29 - 1, 4 * 29 - 1))
    assert opened(layers["flatten_1"]["picture"]).size == (24, 24)
    assert opened(layers["dense_2"]["picture"]).size == (1, 10)


def test_who_reads_is_always_said(trained: Session) -> None:
    """The network that came with the page, an untrained one, then one's own, with what it was trained on."""
    model = trained.model_file()
    one = session(model)
    drawing = {"action": "diagram", "strokes": draw_digit("1", Random(1))}
    assert one.handle(drawing)["reader"] == {"kind": "page", "samples": 0, "epoch": None}
    one.handle({"action": "start", "experiment": "paper"})
    assert one.handle(drawing)["reader"]["kind"] == "untrained"
    one.handle({"action": "step"})
    assert one.handle(drawing)["reader"] == {"kind": "own", "samples": 1, "epoch": 1}
    one.handle({"action": "reset"})
    answer = one.handle(drawing)
    assert answer["reader"]["kind"] == "page"
    opened_again = session()
    opened_again.handle({"action": "open", "data": model})
    again = opened_again.handle(drawing)
    assert again["reader"]["kind"] == "own" and again["prediction"]["image"] == answer["prediction"]["image"]
    assert again["prediction"]["probabilities"] == answer["prediction"]["probabilities"]


def test_the_diagram_follows_the_training() -> None:
    """Each step answers what the network makes of the subject then, and it changes."""
    one = session()
    one.handle({"action": "start", **SHORT})
    subject = {"index": 2}
    answers = [one.handle({"action": "step", "subject": subject}) for _ in range(4)]
    pictures = [answer["diagram"]["layers"][0]["picture"] for answer in answers]
    assert all(before != after for before, after in pairwise(pictures))
    assert (
        answers[-1]["diagram"]["prediction"]["probabilities"] != answers[0]["diagram"]["prediction"]["probabilities"]
    )


def test_diagrams_cost_a_small_share_of_the_training() -> None:
    """On a clock where each look takes 1 ms: of slices of 30 ms, some have a diagram, and all diagrams together take
    at most 6 % of the time; the end always has one."""
    ticks = count()
    one = Session(lambda: next(ticks) * 0.001, {"compiled": compiled})
    one.handle({"action": "start", **SHORT})
    drawn = []
    finished_ = False
    while not finished_:
        answer = one.handle({"action": "advance", "budget_ms": 10, "subject": {"index": 2}})
        finished_ = answer["finished"]
        drawn.append("diagram" in answer)
    assert drawn[-1] and 2 < sum(drawn) < 0.7 * len(drawn), drawn
    assert one.diagrams.cost * sum(drawn) <= 0.06 * next(ticks) * 0.001


def test_samples_are_ten_digits() -> None:
    """One of each class, and each is read by its own name."""
    pictures = session().handle({"action": "samples"})["samples"]
    test = load_digits()[1]
    for label, picture in enumerate(pictures):
        image = test.image(test.labels.index(label))
        assert opened(picture).tobytes() == bytes(255 - level for level in image)


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ({"sample": 10}, "from 0 to 9"),
        ({"index": -1}, "from 0 to 29"),
        ({}, "from 0 to 29"),
        ({"strokes": "x"}, "points"),
        ({"strokes": [[[0.1, 0.1], [0.9, 0.9]]], "truth": "12"}, "unknown class '12'"),
    ],
)
def test_subjects_that_are_refused(trained: Session, subject: dict[str, Any], words: str) -> None:
    """Each has its own message."""
    assert words in trained.handle({"action": "diagram", **subject})["error"]["message"]
