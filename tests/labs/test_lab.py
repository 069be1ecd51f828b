"""Lab files: what is read, what counts for the digest, and links with a lab in them."""

import base64
import json
import zlib
from pathlib import Path

import pytest

from scnn.errors import LabError
from scnn.labs.lab import EXERCISES, bundled_lab, bundled_labs, grade, pack_lab, read_lab, unpack_lab
from tests.labs.files import NUMBERS, without


def test_a_short_lab_in_one_language() -> None:
    """Hints, mistakes and other languages are optional."""
    lab = read_lab(json.dumps(NUMBERS))
    assert grade(lab, {"rows": 28}).solved
    assert not grade(lab, {"rows": 26}).solved
    assert lab.text.get_in("de") == "Wie viele Zeilen?"
    assert lab.text.get_in("vi") == "How many rows?"


def test_the_bundled_exercises_are_labs() -> None:
    assert [lab.id for lab in bundled_labs()] == list(EXERCISES)
    assert len({lab.digest for lab in bundled_labs()}) == len(EXERCISES)
    with pytest.raises(LabError, match="no exercise 'none'; expected one of: vertical-edges"):
        bundled_lab("none")


def test_the_digest_is_of_what_is_graded() -> None:
    """Texts and the order of fields do not count; checks, limits and the id do."""
    digest = read_lab(json.dumps(NUMBERS)).digest
    same = [
        {**NUMBERS, "title": "Another title", "text": "Other words"},
        dict(reversed(NUMBERS.items())),
        {**NUMBERS, "answer": {"kind": "numbers", "fields": [{"name": "rows", "label": "Zeilen"}]}},
    ]
    assert {read_lab(json.dumps(data)).digest for data in same} == {digest}
    other = [
        {**NUMBERS, "id": "another"},
        {**NUMBERS, "checks": [{**NUMBERS["checks"][0], "tolerance": 100}]},
        {**NUMBERS, "checks": [{**NUMBERS["checks"][0], "axis": "columns"}]},
    ]
    assert digest not in {read_lab(json.dumps(data)).digest for data in other}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_lab_in_a_link(name: str) -> None:
    """It comes back the same, in letters that addresses allow; every bundled one fits."""
    lab = bundled_lab(name)
    packed = pack_lab(lab.source)
    assert set(packed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(packed) < 5000
    assert read_lab(unpack_lab(packed)).digest == lab.digest


def test_a_damaged_link() -> None:
    """Cut off, changed, or a bomb: a LabError each time."""
    packed = pack_lab(bundled_lab("momentum").source)
    for broken in (packed[:-40], "%%%", "", packed[:50] + "A" * 20 + packed[70:]):
        with pytest.raises(LabError, match="damaged|cut off"):
            unpack_lab(broken)
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 5_000_000)).decode().rstrip("=")
    with pytest.raises(LabError, match="larger than"):
        unpack_lab(bomb)
    with pytest.raises(LabError, match="expected at most"):
        unpack_lab("A" * 70_000)
    with pytest.raises(LabError, match="title is missing"):
        pack_lab(json.dumps(without(NUMBERS, "title")))


def test_the_files_are_in_the_wheel() -> None:
    """Beside the modules, where importlib.resources finds them."""
    folder = Path(read_lab.__code__.co_filename).parent / "exercises"
    assert sorted(path.stem for path in folder.iterdir()) == sorted(EXERCISES)
