"""The session: the page's protocol, asked as the page asks."""

import json
import re
from itertools import count
from typing import Any

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.page.session import Session


def ticking(step: float = 0.004) -> "Session":
    """A session whose clock moves on a little at every look."""
    ticks = count()
    return Session(lambda: next(ticks) * step, {"interpreted": Interpreter})


def drawing(ink: bool = True) -> dict[str, object]:
    """An upright stroke, or none."""
    return {"action": "predict", "strokes": [[[0.5, 0.2], [0.5, 0.5], [0.5, 0.8]]] if ink else []}


def test_status_describes_the_experiments() -> None:
    """The paper's preset comes first, with its figures; all of it is plain data."""
    status = ticking().handle({"action": "status"})
    paper = status["experiments"][0]
    assert paper["name"] == "paper" and paper["config"]["epochs"] == 50
    assert (paper["training_images"], paper["test_images"]) == (75, 30)
    assert paper["reference"]["accuracy"] == 0.70 and paper["reference"]["seconds"] == 41
    assert json.loads(json.dumps(status)) == status


def test_start_describes_the_network() -> None:
    """A line for each layer, its shape and its parameters, which add up."""
    started = ticking().handle({"action": "start", "experiment": "paper", "seed": 3})
    assert started["seed"] == 3 and started["samples"] == 3750 and started["classes"] == ["0", "1", "2"]
    assert started["parameters"] == sum(layer["parameters"] for layer in started["described"]) == 6423
    assert started["described"][0]["text"] == "Conv2D(filters=1, kernel_size=3, stride=1, padding=1)"


def test_advance_pulls_slices_until_the_epoch_ends() -> None:
    """Progress grows by each slice; the first epoch comes with its curve point and its confusion matrix."""
    session = ticking()
    session.handle({"action": "start", "experiment": "paper", "seed": 1})
    done = [0]
    events: list[dict[str, Any]] = []
    while not events:
        answer = session.handle({"action": "advance", "budget_ms": 10})
        done.append(answer["progress"]["done"])
        events = answer["events"]
        assert not answer["finished"]
    assert done == sorted(done) and done[1] > 0 and len(done) > 5
    assert events[0]["type"] == "epoch" and events[0]["epoch"] == 1
    assert [sum(row) for row in events[0]["confusion"]] == [10, 10, 10]
    assert 0 < events[0]["training"]["loss"] < 3
    progress = session.handle({"action": "advance", "budget_ms": 0})["progress"]
    assert progress["samples_per_second"] > 0 and progress["seconds_left"] > 0 and progress["total"] == 3750
    report = session.handle({"action": "report"})
    assert report["confusion"] == events[0]["confusion"]
    assert [row["class"] for row in report["per_class"]] == ["0", "1", "2"]
    assert json.loads(json.dumps(report)) == report


def test_predict_reads_a_drawing() -> None:
    """Probabilities for every class, the 28 × 28 that was seen, and how long the network was trained."""
    session = ticking()
    session.handle({"action": "start", "experiment": "paper", "seed": 1})
    answer = session.handle(drawing())
    assert sum(row["probability"] for row in answer["probabilities"]) == pytest.approx(1.0, abs=1e-5)
    assert answer["digit"] == max(answer["probabilities"], key=lambda row: row["probability"])["class"]
    assert len(answer["image"]) == 784 and max(answer["image"]) > 200 and answer["samples"] == 0


def test_predicting_in_the_middle_disturbs_nothing() -> None:
    """A drawing read between two slices leaves the training's bits as they are."""
    fingerprints = []
    for look in (False, True):
        session = ticking()
        session.handle({"action": "start", "experiment": "paper", "seed": 1})
        for _ in range(30):
            session.handle({"action": "advance", "budget_ms": 10})
            if look:
                session.handle(drawing())
        assert session.run is not None
        fingerprints.append(session.run.trainer.engine.read("parameters").tobytes())
    assert fingerprints[0] == fingerprints[1]


def test_an_empty_drawing_gets_no_prediction() -> None:
    """The answer says what to do, and names no digit."""
    answer = ticking().handle(drawing(ink=False))
    assert answer == {"empty": True, "message": "there is no stroke on the drawing"}


@pytest.mark.parametrize(
    ("message", "name", "word"),
    [
        ({}, "ConfigError", "status"),
        ({"action": "sing"}, "ConfigError", "'sing'"),
        ({"action": "start", "experiment": "sums"}, "ConfigError", "'sums'.*paper"),
        ({"action": "start", "engine": "steam"}, "ConfigError", "'steam'.*interpreted"),
        ({"action": "start", "seed": -1}, "ConfigError", "seed.*-1"),
        ({"action": "start", "seed": "1"}, "ConfigError", "seed.*'1'"),
        ({"action": "start", "seed": 2**32}, "ConfigError", "seed"),
        ({"action": "advance", "budget_ms": 10}, "ConfigError", "start one first"),
        ({"action": "report"}, "ConfigError", "start one first"),
        ({"action": "predict"}, "ConfigError", "strokes"),
        ({"action": "predict", "strokes": [[[1, 2, 3]]]}, "ConfigError", "points"),
        ({"action": "predict", "strokes": [[[1, float("nan")]]]}, "DrawingError", "finite"),
    ],
)
def test_bad_messages_get_named_errors(message: dict[str, Any], name: str, word: str) -> None:
    """The answer has the error's name and message; the session continues."""
    session = ticking()
    error = session.handle(message)["error"]
    assert error["name"] == name
    assert re.search(word, error["message"])
    assert "experiments" in session.handle({"action": "status"})


def test_reset_forgets() -> None:
    """After a reset there is no training; a new start begins at zero."""
    session = ticking()
    session.handle({"action": "start", "seed": 1})
    session.handle({"action": "advance", "budget_ms": 5})
    assert session.handle({"action": "reset"}) == {}
    assert session.handle({"action": "advance", "budget_ms": 5})["error"]["name"] == "ConfigError"
    session.handle({"action": "start", "seed": 1})
    assert session.handle({"action": "advance", "budget_ms": 0})["progress"]["done"] == 1


def test_several_digits_in_one_drawing() -> None:
    """Each is read as if it were drawn alone; together they are a number."""
    session = ticking()
    ring = [[0.7, 0.2], [0.6, 0.5], [0.7, 0.8], [0.8, 0.5], [0.7, 0.2]]
    stroke = [[0.2, 0.2], [0.2, 0.5], [0.2, 0.8]]
    answer = session.handle({"action": "predict", "strokes": [ring, stroke]})
    alone = [session.handle({"action": "predict", "strokes": [one]}) for one in (stroke, ring)]
    assert answer["digits"] == alone
    assert answer["number"] == "".join(one["digit"] for one in alone)
    assert "digits" not in alone[0] and answer["probabilities"] == alone[0]["probabilities"]


def test_a_photograph() -> None:
    """Its digits are read as drawings are, each with its box and a picture of its ink; empty paper has a message."""
    session = ticking()
    rows = [
        b"\x20\x20\x30\xff".join(b"\xe0\xe0\xd8\xff" * gap for gap in (20, 0, 0, 0, 0, 0, 30, 0, 0, 0, 0, 0, 30))
        if 15 <= row < 65
        else b"\xe0\xe0\xd8\xff" * 92
        for row in range(80)
    ]
    answer = session.handle({"action": "photo", "pixels": b"".join(rows), "width": 92, "height": 80})
    first, second = answer["digits"]
    assert answer["number"] == first["digit"] + second["digit"] and len(first["image"]) == 784
    assert first["box"] == pytest.approx([20, 15, 6, 50], abs=2) and second["box"][0] == pytest.approx(56, abs=2)
    assert first["ink"].startswith("data:image/png;base64,")
    assert session.handle({"action": "photo"}) == answer  # the same photograph again
    empty = session.handle({"action": "photo", "pixels": b"\xe0" * 64 * 64 * 4, "width": 64, "height": 64})
    assert empty["error"]["name"] == "EmptyDrawingError"
    assert "no photograph" in session.handle({"action": "photo"})["error"]["message"]


def test_one_of_several_digits_is_taught() -> None:
    """Chosen by its index in a drawing, by its pixels in a photograph."""
    session = ticking()
    session.handle({"action": "start", "seed": 1})
    strokes = [[[0.2, 0.2], [0.2, 0.8]], [[0.6, 0.2], [0.7, 0.5], [0.6, 0.8]]]
    first, second = (digit["image"] for digit in session.handle({"action": "predict", "strokes": strokes})["digits"])
    assert first != second
    for message in ({"strokes": strokes, "digit": 1}, {"image": second}, {"strokes": strokes}, {"image": first}):
        assert session.handle({"action": "correct", "label": "2", **message})["correction_epochs"]
    assert session.run and session.run.corrections
    taught = [list(session.run.corrections.image(index)) for index in range(4)]
    assert taught == [second, second, first, first]


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ({"strokes": [[[0.2, 0.2], [0.2, 0.8]]], "digit": 1}, "digit must be an integer from 0 to 0"),
        ({"image": [1, 2]}, "expected an image of 784 pixels, got 2"),
        ({"image": [256] * 784}, "integers from 0 to 255"),
        ({"image": "ink"}, "integers from 0 to 255"),
    ],
)
def test_a_subject_that_is_refused(subject: dict[str, object], message: str) -> None:
    """A digit that does not exist, and data that is not an image."""
    session = ticking()
    session.handle({"action": "start", "seed": 1})
    answer = session.handle({"action": "correct", "label": "2", **subject})
    assert message in answer["error"]["message"]
