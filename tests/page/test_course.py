"""The course of a training on the page: points within epochs, time travel, and the verdict."""

from itertools import count, pairwise
from typing import Any

import pytest

from scnn.engines.wasm import compiled
from scnn.page.course import Course
from scnn.page.session import Session

MNIST = {"experiment": "mnist", "per_class": 20, "epochs": 4, "augmentation": {}}
DRAWING = {"strokes": [[[0.5, 0.2], [0.5, 0.8]]]}


def session() -> Session:
    ticks = count()
    return Session(lambda: next(ticks) * 0.004, {"compiled": compiled})


def advance(one: Session, epochs: int | None = None) -> list[dict[str, Any]]:
    """The answers until that many epochs have ended, or until the end."""
    answers: list[dict[str, Any]] = []
    ended = 0
    while epochs is None or ended < epochs:
        answers.append(one.handle({"action": "advance", "budget_ms": 30}))
        ended += len(answers[-1]["events"])
        if answers[-1]["finished"]:
            break
    return answers


def test_points_within_an_epoch_add_up_to_it() -> None:
    """They lie in order, cover every sample once, and their mean is the epoch's loss and accuracy."""
    one = session()
    one.handle({"action": "start", **MNIST})
    answers = advance(one)
    points = [point for answer in answers for point in answer["batches"]]
    positions = [point["at"] for point in points]
    assert positions == sorted(positions) and positions[-1] == 4.0
    assert len(points) > 12
    for event in [event for answer in answers for event in answer["events"]]:
        own = [point for point in points if event["epoch"] - 1 < point["at"] <= event["epoch"]]
        assert sum(point["samples"] for point in own) == 200
        for score in ("loss", "accuracy"):
            mean = sum(point[score] * point["samples"] for point in own) / 200
            assert mean == pytest.approx(event["training"][score], rel=1e-4)


def test_a_step_is_a_point() -> None:
    """Of the batch's own samples; the last batch of an epoch is smaller."""
    one = session()
    one.handle({"action": "start", **MNIST})
    points = [one.handle({"action": "step"})["batches"] for _ in range(9)]
    assert [len(point) for point in points] == [1] * 9
    assert [point["samples"] for (point,) in points] == [32] * 6 + [8] + [32] * 2
    assert [point["at"] for (point,) in points][6:] == pytest.approx([1.0, 1.16, 1.32])


def test_each_step_changes_what_is_shown() -> None:
    """A new point, new progress, new sizes of every layer with weights, and another prediction."""
    one = session()
    one.handle({"action": "start", **MNIST})
    shown = []
    for _ in range(3):
        answer = one.handle({"action": "step"})
        probabilities = one.handle({"action": "predict", **DRAWING})["probabilities"]
        shown.append((answer["batches"], answer["progress"]["done"], answer["sizes"], probabilities))
    for before, after in pairwise(shown):
        assert all(old != new for old, new in zip(before, after, strict=True))
    assert [size["layer"] for size in shown[0][2]] == ["conv2d_1", "conv2d_2", "dense_1"]


def test_looking_back_is_looking_at_that_epoch() -> None:
    """Predictions, activations, cells, mistakes, report and model file are those of a training that ended there."""
    one = session()
    one.handle({"action": "start", **MNIST, "schedule": {"kind": "Constant"}})
    short = session()
    short.handle({"action": "start", **MNIST, "schedule": {"kind": "Constant"}, "epochs": 2})
    advance(short)
    assert advance(one)[-1]["kept"] == [0, 1, 2, 3, 4]
    newest = one.handle({"action": "predict", **DRAWING})
    travelled = one.handle({"action": "travel", "epoch": 2})
    assert travelled["epoch"] == 2 and travelled["report"] == short.handle({"action": "report"})
    prediction = one.handle({"action": "predict", **DRAWING})
    assert prediction.pop("epoch") == 2 and prediction == short.handle({"action": "predict", **DRAWING})
    for message in (
        {"action": "mistakes"},
        {"action": "cell", "true": 4, "predicted": 9},
        {"action": "predict", "strokes": [[[0.2, 0.2], [0.8, 0.2], [0.4, 0.8]]]},
    ):
        assert {**one.handle(message), "epoch": 2} == {**short.handle(message), "epoch": 2}
    ours, theirs = (each.handle({"action": "diagram", "index": 7, "details": True}) for each in (one, short))
    assert ours.pop("reader") == {"kind": "earlier", "samples": 400, "epoch": 2}
    assert theirs.pop("reader")["kind"] == "own" and ours == theirs
    assert one.run and short.run
    assert one.run.reader().network.fingerprint() == short.run.reader().network.fingerprint()
    assert opened_parameters(one.model_file()) == opened_parameters(short.model_file())
    back = one.handle({"action": "travel", "epoch": None})
    assert back["epoch"] is None and one.handle({"action": "predict", **DRAWING}) == newest
    assert one.handle({"action": "diagram", "index": 7})["reader"]["kind"] == "own"


def opened_parameters(data: bytes) -> str:
    one = session()
    one.handle({"action": "open", "data": data})
    assert one.run
    return one.run.network.fingerprint()


def test_before_the_first_epoch_is_the_untrained_network() -> None:
    one = session()
    one.handle({"action": "start", **MNIST})
    untrained = one.handle({"action": "predict", **DRAWING})
    advance(one, epochs=1)
    assert one.handle({"action": "travel", "epoch": 0})["report"]["accuracy"] < 0.3
    assert one.handle({"action": "predict", **DRAWING}) == {**untrained, "epoch": 0}


def test_looking_back_changes_no_bit_of_the_training() -> None:
    """A training that is looked back into between all slices ends with the same weights and the same scores."""
    ends = []
    for look in (False, True):
        one = session()
        one.handle({"action": "start", "experiment": "paper", "epochs": 4, "batch_size": 4})
        finished = False
        while not finished:
            answer = one.handle({"action": "advance", "budget_ms": 20})
            finished = answer["finished"]
            if look:
                kept = one.handle({"action": "travel", "epoch": None})["kept"]
                for epoch in (kept[0], kept[-1], None):
                    assert "error" not in one.handle({"action": "travel", "epoch": epoch})
                    for message in ({"action": "predict", **DRAWING}, {"action": "diagram", "index": 3}):
                        assert "error" not in one.handle(message)
        ends.append((answer["fingerprint"], one.handle({"action": "report"})))
    assert ends[0] == ends[1]


@pytest.mark.parametrize(("epoch", "words"), [(9, "expected one of: 0, 1"), ("2", "integer"), (True, "integer")])
def test_epochs_that_are_not_kept(epoch: object, words: str) -> None:
    one = session()
    one.handle({"action": "start", **MNIST})
    advance(one, epochs=1)
    assert words in one.handle({"action": "travel", "epoch": epoch})["error"]["message"]


def test_a_verdict() -> None:
    """None before the first epoch; chance for a network that does not learn; diverged if the loss is not finite."""
    one = session()
    one.handle({"action": "start", **MNIST, "optimiser": {"kind": "SGD", "learning_rate": 1e-7}})
    assert one.handle({"action": "verdict"}) == {"kind": None}
    advance(one)
    verdict = one.handle({"action": "verdict"})
    assert (verdict["kind"], verdict["chance"], verdict["at_chance"]) == ("chance", 0.1, True)
    one.handle({"action": "start", "experiment": "paper", "optimiser": {"kind": "SGD", "learning_rate": 1e30}})
    answers = [one.handle({"action": "advance", "budget_ms": 100}) for _ in range(40)]
    assert "TrainingError" in [answer["error"]["name"] for answer in answers if "error" in answer]
    assert one.handle({"action": "verdict"})["kind"] == "diverged"
    assert "no longer finite" in one.handle({"action": "predict", **DRAWING})["error"]["message"]


def test_there_must_be_a_training() -> None:
    one = session()
    course = Course(one.current_run)
    assert [handler.__name__ for handler in course.handlers] == [
        "report",
        "cell",
        "mistakes",
        "verdict",
        "travel",
        "taught",
    ]
    for action in ("verdict", "travel"):
        assert "no training" in one.handle({"action": action})["error"]["message"]


def test_before_and_after_teaching() -> None:
    """The test accuracy and the drawing's probabilities are those of the predictions and reports then and now."""
    one = session()
    one.handle({"action": "start", **MNIST})
    before = advance(one)[-1]["report"]["accuracy"]
    probabilities = one.handle({"action": "predict", **DRAWING})["probabilities"]
    assert "nothing was taught" in one.handle({"action": "taught"})["error"]["message"]
    one.handle({"action": "travel", "epoch": 1})
    one.handle({"action": "correct", **DRAWING, "label": "7"})
    after = advance(one)[-1]["report"]["accuracy"]
    taught = one.handle({"action": "taught"})
    assert taught["label"] == "7"
    assert taught["before"] == {"accuracy": before, "probabilities": probabilities}
    now = one.handle({"action": "predict", **DRAWING})["probabilities"]
    assert taught["after"] == {"accuracy": after, "probabilities": now} and now[7] != probabilities[7]
