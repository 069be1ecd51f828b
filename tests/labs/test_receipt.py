"""Receipts: verified by running them again, and refused if anything in them was changed."""

import base64
import json
import zlib
from typing import Any

import pytest

from scnn.errors import ReceiptError
from scnn.labs.lab import Lab, bundled_lab, grade, read_lab
from scnn.labs.receipt import Verification, make_receipt, receipts_in, verify
from tests.labs.answers import RIGHT, WRONG
from tests.labs.files import NUMBERS


def receipt(name: str, answer: Any, who: str = "Ada") -> str:
    lab = bundled_lab(name)
    return make_receipt(lab, answer, grade(lab, answer), who)


def solved(name: str) -> str:
    return receipt(name, next(iter(RIGHT[name].values())))


def content_of(text: str) -> dict[str, Any]:
    code = "".join(text.split("\n\n")[1].split("\n")[:-2])
    content: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(code)[:-4]))
    return content


def forged(text: str, **values: Any) -> str:
    """A receipt with other contents, packed as a receipt is."""
    data = zlib.compress(json.dumps({**content_of(text), **values}).encode())
    code = base64.b64encode(data + zlib.crc32(data).to_bytes(4, "big")).decode()
    return f"-----BEGIN SCNN RECEIPT-----\nFind vertical edges: solved\n\n{code}\n-----END SCNN RECEIPT-----\n"


def one(text: str, labs: tuple[Lab, ...] = ()) -> Verification:
    (result,) = verify(text, labs)
    return result


@pytest.mark.parametrize(
    "name", ["vertical-edges", "output-size", "gradient-signs", "leaky-relu", "sigmoid-backward"]
)
def test_a_receipt_is_verified(name: str) -> None:
    result = one(solved(name))
    assert (result.status, result.receipt and result.receipt.solved) == ("verified", True)
    assert result.receipt and result.receipt.name == "Ada" and result.title == bundled_lab(name).title


def test_a_training_is_run_again() -> None:
    """To the same SHA-256 of its weights."""
    text = receipt("learning-rate-that-diverges", {"learning_rate": 10})
    assert one(text).status == "verified"
    changed = forged(text, answer={"learning_rate": 9})
    assert "another result" in str(one(changed).reason)


def test_an_answer_that_does_not_solve_it_can_be_handed_in() -> None:
    answer, _ = WRONG["vertical-edges"]["diagonal"]
    result = one(receipt("vertical-edges", answer, ""))
    assert result.status == "verified" and result.receipt
    assert not result.receipt.solved and result.receipt.name == ""


FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "a changed answer": ({"answer": [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]}, "does not solve it"),
    "another right answer": ({"answer": [[1, 0, -1], [1, 0, -1], [1, 0, -1]]}, "another result"),
    "a changed SHA-256": ({"sha256": "0" * 64}, "and not 0000"),
    "a changed verdict": ({"solved": False}, "its answer solves it"),
    "another exercise": ({"lab": "one-number"}, "not known here"),
    "a changed exercise": ({"digest": "0" * 64}, "not known here"),
    "an answer of another kind": ({"answer": "yes"}, "cannot be graded"),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_receipt_is_not_verified(case: str) -> None:
    values, said = FORGED[case]
    result = one(forged(solved("vertical-edges"), **values))
    assert result.status in ("refused", "unknown")
    assert said in str(result.reason)


def test_claiming_to_have_solved_it() -> None:
    """A wrong answer with a forged verdict."""
    answer, _ = WRONG["leaky-relu"]["ReLU"]
    assert one(forged(receipt("leaky-relu", answer), solved=True)).status == "refused"


def test_the_verifiers_own_copy_of_an_exercise_counts() -> None:
    """A pupil who made the exercise easier gets a receipt that the teacher's copy does not know."""
    own = read_lab(json.dumps(NUMBERS))
    easier = read_lab(json.dumps({**NUMBERS, "checks": [{**NUMBERS["checks"][0], "tolerance": 100}]}))
    honest = make_receipt(own, {"rows": 28}, grade(own, {"rows": 28}))
    cheated = make_receipt(easier, {"rows": 26}, grade(easier, {"rows": 26}))
    assert one(honest).status == "unknown"
    assert [result.status for result in verify(honest + cheated, [own])] == ["verified", "unknown"]


def test_it_survives_what_mail_does_to_it() -> None:
    """Quoted, indented, wrapped otherwise, with other text around it, and several in one text."""
    text = solved("vertical-edges")
    quoted = "\n".join("> " + line for line in text.split("\n"))
    windows = text.replace("\n", "\r\n").replace("-----\r\n", "-----  \r\n")
    begin, rest = text.split("\n\n")
    wrapped = (
        begin + "\n\n" + "\n".join(rest[at : at + 1] if rest[at] != "\n" else "" for at in range(20)) + rest[20:]
    )
    for shown in (quoted, windows, wrapped.replace("\n\n\n", "\n"), f"Hello,\n{text}\nBye"):
        assert one(shown).status == "verified", shown
    assert [result.status for result in verify(f"{text}\nand\n{quoted}")] == ["verified", "verified"]


def test_damaged_receipts() -> None:
    """One that is damaged does not hide the others."""
    text = solved("vertical-edges")
    lines = text.split("\n")
    broken = {
        "a line is missing": "\n".join([*lines[:5], *lines[6:]]),
        "a letter differs": text.replace(
            lines[5], lines[5][:10] + ("A" if lines[5][10] != "A" else "B") + lines[5][11:]
        ),
        "empty": "-----BEGIN SCNN RECEIPT-----\n-----END SCNN RECEIPT-----",
        "not an object": forged_text(b"[]"),
        "a bomb": forged_text(b" " * 5_000_000),
        "an unknown field": forged(text, more=1),
        "a name that turns the text": forged(text, name="a\u202eb"),
        "an endless name": forged(text, name="x" * 1000),
        "a wrong type": forged(text, solved="yes"),
    }
    for case, shown in broken.items():
        results = verify(shown + text)
        assert [result.status for result in results] == ["damaged", "verified"], case
        assert "It is damaged: " in str(results[0].reason)


def forged_text(data: bytes) -> str:
    packed = zlib.compress(data)
    code = base64.b64encode(packed + zlib.crc32(packed).to_bytes(4, "big")).decode()
    return f"-----BEGIN SCNN RECEIPT-----\n{code}\n-----END SCNN RECEIPT-----\n"


def test_texts_without_receipts() -> None:
    for text, said in (
        ("", "no receipt"),
        ("x" * (1 << 21), "at most"),
        (solved("one-number") * 101, "101 receipts"),
    ):
        with pytest.raises(ReceiptError, match=said):
            receipts_in(text)


def test_a_name_that_cannot_be_shown() -> None:
    lab = bundled_lab("one-number")
    for name in ("x" * 100, "a\u202eb", "a\x00"):
        with pytest.raises(ReceiptError, match="a name must have at most 80 visible characters"):
            make_receipt(lab, {"value": 1}, grade(lab, {"value": 1}), name)
    text = make_receipt(lab, {"value": 1}, grade(lab, {"value": 1}), "Nguyễn\nThị Ánh", "vi")
    assert text.split("\n")[1:3] == ["Tính một số của bản đồ đặc trưng: solved", "Nguyễn Thị Ánh"]
