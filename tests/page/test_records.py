"""Records of finished runs: what they hold, how runs are grouped, and their exports."""

import csv
import io
import json
from typing import Any

import pytest

from scnn.page.records import as_csv, as_json, groups_of
from scnn.version import __version__
from tests.page.test_course import advance, session

SHORT = {"experiment": "paper", "epochs": 3}


def finished(**message: Any) -> dict[str, Any]:
    """The record of a finished run, as the notebook stores it."""
    one = session()
    assert "error" not in one.handle({"action": "start", **SHORT, **message})
    advance(one)
    record = one.handle({"action": "record"})
    return {**record, "key": f"{message}", "name": f"seed {record['config']['seed']}", "when": 1.5}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return [finished(seed=seed) for seed in (1, 2, 3)] + [finished(seed=1, epochs=2)]


def test_a_record_repeats_the_run(records: list[dict[str, Any]]) -> None:
    """Its configuration, started again, gives the same weights, curves and score; it is plain data."""
    one = session()
    one.handle({"action": "start", **records[1]["config"]})
    answer = advance(one)[-1]
    again = one.handle({"action": "record"})
    assert answer["fingerprint"] == again["sha256"] == records[1]["sha256"]
    for name in ("epochs", "training_loss", "test_accuracy", "test", "verdict", "as_configured"):
        assert again[name] == records[1][name]
    assert json.loads(json.dumps(records)) == records
    assert again["epochs"] == [1, 2, 3] and again["as_configured"] is True


def test_runs_that_differ_in_the_seed_are_a_group(records: list[dict[str, Any]]) -> None:
    """With mean and standard deviation; other settings, and runs changed by hand, are not in it."""
    (group,) = groups_of(records)
    accuracies = [record["test"]["accuracy"] for record in records[:3]]
    mean = sum(accuracies) / 3
    assert group["keys"] == [record["key"] for record in records[:3]]
    assert group["mean"] == pytest.approx(mean)
    assert group["spread"] == pytest.approx((sum((one - mean) ** 2 for one in accuracies) / 2) ** 0.5)
    changed = {**records[0], "key": "changed", "as_configured": False, "config": {**records[0]["config"], "seed": 9}}
    assert groups_of([*records, changed]) == [group]
    assert groups_of(records[:1] * 2) == []
    (again,) = groups_of([*records, {**records[0], "key": "again"}])
    assert (again["seeds"], again["mean"], len(again["keys"])) == (3, group["mean"], 4)


def test_exports(records: list[dict[str, Any]]) -> None:
    """CSV has a row for each epoch with the settings; JSON has everything."""
    rows = list(csv.DictReader(io.StringIO(as_csv(records))))
    assert len(rows) == 3 + 3 + 3 + 2
    assert [row["epoch"] for row in rows[:4]] == ["1", "2", "3", "1"]
    assert json.loads(rows[0]["layers"]) == records[0]["config"]["layers"]
    assert float(rows[0]["test_loss"]) == records[0]["test_loss"][0]
    assert {row["sha256"] for row in rows[:3]} == {records[0]["sha256"]}
    first = rows[0]
    assert (first["when"], first["scnn"]) == ("1970-01-01T00:00:01+00:00", __version__)
    assert (first["training_images"], first["test_images"]) == ("75", "30")
    assert float(first["seconds"]) == records[0]["seconds"]
    assert json.loads(as_json(records))["runs"] == records


def test_scripts(records: list[dict[str, Any]]) -> None:
    """A record's configuration becomes a script; a run that was changed by hand does not."""
    one = session()
    assert "Trainer" in one.handle({"action": "script", **records[0]["config"]})["script"]
    digest = records[0]["sha256"]
    script = one.handle({"action": "script", **records[0]["config"], "sha256": digest})["script"]
    assert script.endswith(f"print(network.fingerprint())  # expected: {digest}\n")
    for wrong in ("0" * 63, "0" * 64 + "\nprint(1)", 7):
        answer = one.handle({"action": "script", **records[0]["config"], "sha256": wrong})
        assert "expected a SHA-256" in answer["error"]["message"]
    refused = one.handle({"action": "script", **records[0]["config"], "as_configured": False})
    assert "changed by hand" in refused["error"]["message"]
    assert "no training" in one.handle({"action": "script"})["error"]["message"]
    one.handle({"action": "start", **SHORT})
    assert "epochs=3" in one.handle({"action": "script"})["script"]


def test_a_long_curve_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last epoch stays."""
    monkeypatch.setattr("scnn.page.reading.MOST_POINTS", 4)
    record = finished(epochs=9)
    assert record["epochs"] == [3, 6, 9] and len(record["test_loss"]) == 3
