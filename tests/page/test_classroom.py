"""Messages about exercises: the answers of the session are those of the library."""

import json
from typing import Any

import pytest

from scnn.engines.interpreter import Interpreter
from scnn.engines.wasm import compiled
from scnn.labs.lab import EXERCISES, bundled_lab, grade
from scnn.labs.receipt import verify
from scnn.page.classroom import Classroom
from scnn.page.session import Session
from scnn.page.topics import CLASSROOM
from tests.labs.answers import RIGHT, WRONG
from tests.labs.files import NUMBERS


class Clock:
    """A clock that a tick at every look moves on."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now


@pytest.fixture
def session() -> Session:
    return Session(Clock(), {"compiled": compiled, "interpreted": Interpreter})


def asked(session: Session, action: str, **message: Any) -> dict[str, Any]:
    answer = session.handle({"action": action, **message})
    assert json.loads(json.dumps(answer)) == answer
    return answer


def graded(session: Session, **message: Any) -> dict[str, Any]:
    answer = asked(session, "check_answer", **message)
    while not answer["done"]:
        before = answer["graded"]
        answer = asked(session, "check_more", budget_ms=20)
        assert answer["graded"] >= before
    return answer


def test_the_topic_lists_its_handlers() -> None:
    """So that none of them imports another topic first."""
    assert {handler.__name__ for handler in Classroom(compiled, Clock()).handlers} == set(CLASSROOM)


def test_the_list_is_that_of_the_library(session: Session) -> None:
    listed = asked(session, "exercises", language="de")["exercises"]
    assert [one["id"] for one in listed] == list(EXERCISES)
    for one in listed:
        lab = bundled_lab(one["id"])
        expected = (lab.digest, lab.task.kind, lab.title["de"])
        assert (one["digest"], one["kind"], one["title"]) == expected


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_texts_and_means(session: Session, name: str) -> None:
    answer = asked(session, "exercise", id=name, language="vi")
    assert answer["title"] == bundled_lab(name).title["vi"] and len(answer["hints"]) >= 2
    assert answer["means"] == bundled_lab(name).task.describe("vi")
    assert asked(session, "exercise", id=name, language="xx")["title"] == bundled_lab(name).title["en"]


@pytest.mark.parametrize("name", ["output-size", "repair-convolution", "learning-rate-that-diverges"])
def test_a_verdict_is_that_of_the_library(session: Session, name: str) -> None:
    """Right and wrong, in slices."""
    for answer in (next(iter(RIGHT[name].values())), next(iter(WRONG[name].values()))[0]):
        found, verdict = graded(session, id=name, answer=answer), grade(bundled_lab(name), answer)
        assert (found["solved"], found["sha256"]) == (verdict.solved, verdict.sha256)
        assert [remark["text"] for remark in found["remarks"]] == list(map(str, verdict.remarks))
        assert found["curve"] == [list(epoch) for epoch in verdict.curve]


def test_a_training_is_graded_in_slices_and_can_be_cancelled(session: Session) -> None:
    asked(session, "check_answer", id="rising-test-loss", answer=next(iter(RIGHT["rising-test-loss"].values())))
    progress = [asked(session, "check_more", budget_ms=20)["graded"] for _ in range(5)]
    assert progress == sorted(set(progress)) and progress[-1] < 0.5
    asked(session, "check_cancel")
    assert "no answer is being graded" in asked(session, "check_more", budget_ms=20)["error"]["message"]
    assert "no verdict yet" in asked(session, "receipt")["error"]["message"]


def test_errors_of_a_kernel_have_their_place(session: Session) -> None:
    """For an editor to mark."""
    head = "def f(output: Float32Buffer, input: Float32Buffer, slope: Float32, size: Size) -> None:\n"
    (refused,) = graded(
        session, id="leaky-relu", answer=head + "    output[0] = size\n    while size:\n        x = 1\n"
    )["remarks"]
    assert [one["labels"][0]["line"] for one in refused["values"]["errors"]] == [2, 3]
    (stopped,) = graded(session, id="leaky-relu", answer=head + "    output[size] = 1.0\n")["remarks"]
    (label,) = stopped["values"]["errors"][0]["labels"]
    assert (label["line"], label["column"], label["end_column"]) == (2, 4, 16)


def test_a_receipt_is_verified_and_a_forged_one_is_not(session: Session) -> None:
    """In slices, with the teacher's own lab, and in the language of the teacher."""
    graded(session, id="output-size", answer=RIGHT["output-size"]["computed"])
    made = asked(session, "receipt", name="Ada")
    assert made["file"] == "output-size.receipt.txt"
    assert verify(made["receipt"])[0].status == "verified"
    text = json.dumps(NUMBERS)
    graded(session, lab=text, answer={"rows": 28})
    own = asked(session, "receipt")["receipt"]
    both = made["receipt"] + own + made["receipt"].replace("\n\n", "\n\nAAAA")
    answer = asked(session, "verify_receipts", text=both, labs=[text], language="de")
    while not answer["done"]:
        answer = asked(session, "verify_more", budget_ms=1, language="de")
    assert [one["status"] for one in answer["receipts"]] == ["verified", "verified", "damaged"]
    assert answer["receipts"][0]["title"] == "Wie groß ist die Ausgabe?" and answer["receipts"][0]["name"] == "Ada"
    assert asked(session, "verify_receipts", text=own)["receipts"][0]["status"] == "unknown"


def test_a_lab_by_link_and_from_a_file(session: Session) -> None:
    text = json.dumps(NUMBERS)
    packed = asked(session, "pack_lab", lab=text)["packed"]
    found = asked(session, "unpack_lab", packed=packed)["lab"]
    assert asked(session, "exercise", lab=found)["title"] == NUMBERS["title"]
    assert not asked(session, "exercise", lab=found)["bundled"]


@pytest.mark.parametrize(
    ("action", "message", "said"),
    [
        ("exercise", {"id": "none"}, "there is no exercise"),
        ("exercise", {"id": 5}, "expected the id"),
        ("exercise", {}, "expected the id"),
        ("exercise", {"lab": "{"}, "not JSON"),
        ("attempt", {"id": "vertical-edges", "trial": "x"}, "must be a list"),
        ("check_answer", {"id": "vertical-edges"}, "must be a list"),
        ("check_more", {"budget_ms": -1}, "must be a number of at least 0"),
        ("pack_lab", {}, "expected the id"),
        ("unpack_lab", {"packed": 5}, "expected a lab"),
        ("unpack_lab", {"packed": "%"}, "damaged"),
        ("verify_receipts", {"text": "x"}, "no receipt in this text"),
        ("verify_receipts", {"text": 5}, "expected a text"),
        ("verify_receipts", {"text": "x", "labs": "y"}, "expected a list"),
        ("verify_more", {"budget_ms": 5}, "no receipts are being verified"),
    ],
)
def test_bad_messages_are_named_errors(session: Session, action: str, message: dict[str, Any], said: str) -> None:
    assert said in asked(session, action, **message)["error"]["message"]
