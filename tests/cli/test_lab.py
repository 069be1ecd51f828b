"""`scnn lab`: exercises and receipts on the command line."""

import json
from pathlib import Path

import pytest

from scnn.labs import bundled_lab
from scnn.labs.lab import EXERCISES, unpack_lab
from tests.cli.command import lines_of, scnn
from tests.labs.answers import RIGHT, start
from tests.labs.files import NUMBERS


def test_an_answer_is_graded_and_its_receipt_verified(tmp_path: Path) -> None:
    """A kernel's text, and JSON with the teacher's own lab; a changed receipt is not verified."""
    kernel, receipt = tmp_path / "leaky.py", tmp_path / "ada.txt"
    kernel.write_text(RIGHT["leaky-relu"]["as the reference"])
    shown = scnn("lab", "check", "leaky-relu", kernel, "--receipt", receipt, "--name", "Ada", "--language", "de")
    assert shown.returncode == 0 and shown.stdout.startswith("Schreibe LeakyReLU: solved")
    lab, answer, own = tmp_path / "lab.json", tmp_path / "answer.json", tmp_path / "own.txt"
    lab.write_text(json.dumps(NUMBERS))
    answer.write_text('{"rows": 28}')
    (line,) = lines_of(scnn("lab", "check", lab, answer, "--receipt", own, "--json"))
    assert line["event"] == "verdict" and line["solved"]
    lines = lines_of(scnn("lab", "verify", receipt, own, "--lab", lab, "--json"))
    assert [(one["status"], one["name"]) for one in lines] == [("verified", "Ada"), ("verified", "")]
    foreign = scnn("lab", "verify", own)
    assert foreign.returncode == 1 and "unknown: It is of an exercise that is not known here" in foreign.stdout
    text = receipt.read_text()
    receipt.write_text(text.replace(text.split("\n")[6][:5], "AAAAA"))
    damaged = scnn("lab", "verify", receipt)
    assert damaged.returncode == 1 and "damaged: It is damaged" in damaged.stdout


def test_a_wrong_answer(tmp_path: Path) -> None:
    """The remark says where; the exit code is 1."""
    kernel = tmp_path / "leaky.py"
    kernel.write_text(start("leaky-relu"))
    shown = scnn("lab", "check", "leaky-relu", kernel)
    assert shown.returncode == 1 and "Write LeakyReLU: not solved" in shown.stdout and "output[" in shown.stdout


def test_a_lab_file_is_checked_listed_and_linked(tmp_path: Path) -> None:
    lab = tmp_path / "lab.json"
    lab.write_text(json.dumps(NUMBERS), encoding="utf-8-sig")  # as editors on Windows save it
    (line,) = lines_of(scnn("lab", "check", lab, "--json"))
    assert (line["id"], line["kind"]) == (NUMBERS["id"], "numbers")
    link = scnn("lab", "link", lab).stdout.strip()
    assert link.startswith("#/exercises?lab=") and json.loads(unpack_lab(link.partition("lab=")[2])) == NUMBERS
    listed = lines_of(scnn("lab", "list", "--json"))
    assert [(one["id"], one["digest"]) for one in listed] == [(one, bundled_lab(one).digest) for one in EXERCISES]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "none.json"], "none.json cannot be read: No such file"),
        (["check", "{tmp}/bad.json"], "title is missing"),
        (["check", "one-number", "{tmp}/bad.json"], "expected a number for each of: value"),
        (["check", "one-number", "{tmp}/binary"], "is not a text in UTF-8"),
        (["verify", "{tmp}/bad.json"], "no receipt in this text"),
    ],
)
def test_errors_are_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "bad.json").write_text('{"lab": 1, "id": "a"}')
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    refused = scnn("lab", *(word.replace("{tmp}", str(tmp_path)) for word in words))
    assert refused.returncode == 1 and said in refused.stderr and refused.stderr.count("\n") == 1
